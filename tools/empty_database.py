"""A local D1 with every migration applied and no rows, for Workers to start from.

Wrangler takes seconds to apply migrations: it does that once, and each Worker gets a copy.
"""

import shutil
from pathlib import Path

from tools.local_worker import LocalWorker, LocalWorkerError
from tools.paths import EMPTY_DATABASE
from tools.steps import StepFailedError


def make() -> None:
    """Replace it. Raises: StepFailedError."""
    shutil.rmtree(EMPTY_DATABASE, ignore_errors=True)
    EMPTY_DATABASE.mkdir(parents=True)
    try:
        LocalWorker({}, port=0, state=EMPTY_DATABASE).apply_migrations()
    except LocalWorkerError as error:
        raise StepFailedError(str(error)) from error


def copy_to(state: Path) -> None:
    """Put a copy into the state folder of a Worker that has not started yet."""
    shutil.copytree(EMPTY_DATABASE, state, dirs_exist_ok=True)
