"""What `make deploy` would upload, as wrangler packs it."""

import re
import subprocess
from pathlib import Path

from tools.bench.workerd import serving
from tools.local_worker import LocalWorker
from tools.node import node_environment, wrangler
from tools.paths import ROOT, SNAPSHOT

# Cloudflare's limit for all modules of a Worker together, before compression.
LIMIT_KIB = 64 * 1024
# What only development and tests need.
NOT_DEPLOYED = ("pytest", "tests/", "tools/", "hypothesis", "playwright")


def test_wrangler_would_deploy_it(tmp_path: Path) -> None:
    done = subprocess.run(
        wrangler("deploy", "--dry-run", f"--outdir={tmp_path}"),
        cwd=ROOT,
        env=node_environment() | {"CI": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    size = re.search(r"Total Upload: ([\d.]+) KiB / gzip", done.stdout)
    assert size, done.stdout
    print(size[0])
    assert float(size[1]) < LIMIT_KIB
    packed = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.endswith("entry.py") for path in packed)
    # Ours and that of packages, of the one interpreter that runs there.
    assert any(path.endswith("app.cpython-314.pyc") for path in packed)
    assert any("jinja2/__pycache__/" in path for path in packed)
    assert [path for path in packed if path.endswith(".pyc") and "cpython-314" not in path] == []
    assert [path for path in packed if path.startswith(NOT_DEPLOYED)] == []


def test_workers_of_tests_start_from_a_snapshot_as_deployed_ones_do(
    dev_worker: LocalWorker,
) -> None:
    _, command = serving(dev_worker.port)

    assert f"--python-snapshot-dir={SNAPSHOT.parent}" in command
    assert f"--python-load-snapshot={SNAPSHOT.name}" in command
