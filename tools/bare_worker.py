"""The Worker in Miniflare and workerd alone, as the tests start it.

`wrangler dev` does more: it looks for changed files, holds requests back in a proxy while a changed
Worker starts again, and lets debuggers attach. Without that a start takes two thirds of the
processor time, and a request less than half.
"""

import json
from pathlib import Path
from typing import Final

from tools import site
from tools.local_worker import LOCAL_FLAG, LocalWorker, compatibility_flags, write_private
from tools.node import node_environment
from tools.paths import ROOT, WORKER_OPTIONS
from tools.steps import run

PRINT_OPTIONS: Final[Path] = ROOT / "tools" / "worker_options.mjs"
HOST: Final[Path] = ROOT / "tools" / "bare_worker.mjs"


class BareWorker(LocalWorker):
    """One Miniflare with its own state folder and port. It does not notice changed files."""

    public = site.PUBLIC
    """The static files."""

    def _write_settings(self) -> None:
        own = {
            "host": self.ip,
            "port": self.port,
            "state": str(self.state),
            "settings": self.settings,
            "public": str(self.public),
            "compatibilityFlags": [*compatibility_flags(), LOCAL_FLAG],
        }
        write_private(self._settings_file, json.dumps(own))

    def _command(self) -> list[str]:
        return ["node", str(HOST), str(WORKER_OPTIONS), str(self._settings_file)]


def write_options() -> None:
    """Keep what wrangler makes of wrangler.toml: to load wrangler takes a second a start."""
    WORKER_OPTIONS.write_text(run(["node", PRINT_OPTIONS], env=node_environment()))
