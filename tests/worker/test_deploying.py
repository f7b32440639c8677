"""The upload of `make deploy`, as wrangler packs it."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import environments
from tools.bench.workerd import below
from tools.local_worker import LocalWorker
from tools.node import node_environment, wrangler
from tools.paths import ROOT, SNAPSHOT
from tools.steps import run

# Cloudflare's limit for all modules of a Worker together, before compression.
LIMIT_KIB = 64 * 1024
# Only development and tests need these.
WRANGLERS_OWN = {"README.md"}
NOT_DEPLOYED = ("pytest", "tests/", "tools/", "hypothesis", "playwright")

STAGING = environments.Environment(
    "dry-run",
    name="session-room-staging",
    domain="sessions.staging.test",
    database_id="11111111-2222-3333-4444-555555555555",
    vars={
        "SIGN_IN_URL": "https://staging.test/sign-in",
        "STUDENT_DASHBOARD_URL": "https://staging.test/student",
        "TEACHER_DASHBOARD_URL": "https://staging.test/teacher",
        "COURSE_URL": "https://staging.test/courses/{course_id}",
        "MAIL_FROM": "Session Room <sessions@staging.test>",
    },
)


@pytest.fixture
def config() -> Iterator[Path]:
    """Return wrangler's configuration of an environment, in the checkout's root."""
    path = environments.write_config(STAGING)
    yield path
    path.unlink()


def test_wrangler_packs_an_environment(config: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        wrangler("deploy", "--dry-run", f"--outdir={tmp_path}", f"--config={config}"),
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
    bindings = [line for line in done.stdout.splitlines() if line.startswith("env.")]
    names = set(re.findall(r"\bsession[-_]room[a-z_-]*", "\n".join(bindings)))
    assert names == {
        "session-room-staging",
        "session-room-staging-files",
        "session-room-staging-recordings",
        "session_room_staging",
    }, "no resource of production"
    assert any('env.PUBLIC_URL ("https://sessions.staging.test")' in line for line in bindings)
    packed = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.endswith("entry.py") for path in packed)
    # Bytecode of our sources and of the packages, for Cloudflare's interpreter only.
    assert any(path.endswith("app.cpython-314.pyc") for path in packed)
    assert any("jinja2/__pycache__/" in path for path in packed)
    assert [path for path in packed if path.endswith(".pyc") and "cpython-314" not in path] == []
    assert [path for path in packed if path.startswith(NOT_DEPLOYED)] == []
    assert set(packed) - WRANGLERS_OWN == set(names_of_modules()), "what the tests' Workers have"


def names_of_modules() -> list[str]:
    """Return what tools/worker_modules.mjs gives to Miniflare."""
    script = (
        'import { modules, SOURCE } from "./tools/worker_modules.mjs";'
        "modules().forEach(({ path }) => console.log(path.slice(SOURCE.length + 1)));"
    )
    return run(["node", "--input-type=module", "-e", script], env=node_environment()).splitlines()


def test_test_worker_starts_from_the_snapshot(
    dev_worker: LocalWorker,
) -> None:
    [command] = [command for _, command in below(dev_worker.port) if "workerd serve" in command]

    assert f"--python-snapshot-dir={SNAPSHOT.parent}" in command
    assert f"--python-load-snapshot={SNAPSHOT.name}" in command
