"""A local D1 with all migrations and no rows, which each Worker in a test copies.

wrangler needs seconds to apply the migrations, so it does that only once.
"""

import shutil
from pathlib import Path

from tools.local_worker import LocalWorker, LocalWorkerError
from tools.paths import EMPTY_DATABASE
from tools.steps import StepFailedError


def make() -> None:
    """Make the empty database again. Raises: StepFailedError."""
    shutil.rmtree(EMPTY_DATABASE, ignore_errors=True)
    EMPTY_DATABASE.mkdir(parents=True)
    try:
        LocalWorker({}, port=0, state=EMPTY_DATABASE).apply_migrations()
    except LocalWorkerError as error:
        raise StepFailedError(str(error)) from error


def copy_to(state: Path) -> None:
    """Copy the empty database to the state folder of a Worker that has not started yet."""
    shutil.copytree(EMPTY_DATABASE, state, dirs_exist_ok=True)
