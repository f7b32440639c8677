"""The backup of docs/operations.md: an export, imported into a new database."""

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.worker.site import Site
from tools.node import node_environment, wrangler
from tools.paths import ROOT

DATABASE = Path("v3", "d1", "miniflare-D1DatabaseObject")


def project(folder: Path) -> Path:
    """Make a folder with wrangler's configuration; `d1 export` stores its state there."""
    folder.mkdir()
    (folder / "wrangler.toml").write_text((ROOT / "wrangler.toml").read_text())
    return folder


def d1(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        wrangler("d1", *arguments, "--local"),
        cwd=folder,
        env=node_environment() | {"CI": "true", "WRANGLER_LOG_PATH": str(folder / "logs")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def content(state: Path) -> list[str]:
    """Return the whole database as sorted SQL lines."""
    [file] = [path for path in (state / DATABASE).glob("*.sqlite") if path.stem != "metadata"]
    with closing(sqlite3.connect(file)) as connection:
        return sorted(line for line in connection.iterdump() if "_cf_" not in line)


def test_backup_restores_all_rows(site_with: Callable[..., Site], tmp_path: Path) -> None:
    # A Worker for this test alone: rooms of a shared one write during the export.
    site = site_with(MAIL_KEPT_DAYS="91")
    assert site.post("/dev/seed").status_code == 200
    live, restored = project(tmp_path / "live"), project(tmp_path / "restored")
    (live / ".wrangler").mkdir()
    (live / ".wrangler" / "state").symlink_to(site.worker.state)
    before = content(site.worker.state)

    d1(live, "export", "DB", "--output=backup.sql")
    d1(restored, "execute", "DB", f"--file={live / 'backup.sql'}")

    assert content(restored / ".wrangler" / "state") == before
    assert any(line.startswith('INSERT INTO "sessions"') for line in before)
    assert any(line.startswith('INSERT INTO "d1_migrations"') for line in before)
