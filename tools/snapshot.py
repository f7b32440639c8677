"""A snapshot of the Worker's memory after its imports, from which the tests' Workers start.

Cloudflare makes such a snapshot of an uploaded Worker, and rejects a Worker that fits in none, for
example with a JavaScript object at the top of a module. workerd does the same with the option
`--python-save-snapshot`, at the end of its first start.
"""

import tempfile
from pathlib import Path

from tools import dev_settings, empty_database
from tools.local_worker import LocalWorker, LocalWorkerError, free_port
from tools.paths import CACHE, SNAPSHOT
from tools.steps import StepFailedError


def take() -> None:
    """Make the snapshot of our Worker again. Raises: StepFailedError."""
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
