"""The Worker as it is once it has been imported, for Workers to start from.

Cloudflare takes such a snapshot of a Worker that is uploaded, starts it from there, and refuses
what fits in none: a JavaScript object at the top of a module, say. workerd does the same when asked
(`--python-save-snapshot`), at the end of its first start.
"""

import tempfile
from pathlib import Path

from tools import dev_settings, empty_database
from tools.local_worker import LocalWorker, LocalWorkerError, free_port
from tools.paths import CACHE, SNAPSHOT
from tools.steps import StepFailedError


def take() -> None:
    """Replace the snapshot of our Worker. Raises: StepFailedError."""
    port = free_port()
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        new = Path(scratch) / SNAPSHOT.name
        state = Path(scratch) / "state"
        empty_database.copy_to(state)
        settings = dev_settings.development(f"http://localhost:{port}")
        worker = LocalWorker(settings, port=port, state=state, snapshot=new)
        try:
            worker.start()
        except LocalWorkerError as error:
            raise StepFailedError(str(error)) from error
        finally:
            worker.stop()
        SNAPSHOT.parent.mkdir(exist_ok=True)
        new.replace(SNAPSHOT)
