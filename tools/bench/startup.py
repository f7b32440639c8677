"""Start-up: processor time of workerd, with all imports or from a snapshot."""

import http.client
import statistics
import tempfile
import time
from pathlib import Path

from tools.bench import peers
from tools.bench.pages import PAGE, Series
from tools.bench.peers import BARE, FASTAPI, JAVASCRIPT, OURS
from tools.bench.report import Table
from tools.bench.workerd import Workerd
from tools.local_worker import LocalWorker
from tools.paths import SNAPSHOT

STARTS = 9
SETTLING_S = 1.5
BUDGET_MS = 300
IMPORTING = (
    f"Median of {STARTS} rounds, each starting all of both tables, and the middle half of the "
    "differences within a round. The processor time of all of workerd's threads, "
    f"local services included. Budget: ours imports in at most {BUDGET_MS} ms beyond bare Python, "
    "before a request. The first answer is that of a page which is not there, the first page the "
    "session page; both are a line of text from a bare Python Worker."
)
RESTORED = (
    "The same Workers, each from what it was after its imports: as Cloudflare starts those for "
    "which it has taken a snapshot."
)


class Starts:
    """Figures of each start of one Worker."""

    def __init__(self) -> None:
        self.imported_ms: list[float] = []
        self.answered_ms: list[float] = []
        self.memory_mb: list[float] = []
        self.first_page_ms: list[float] = []


def main() -> list[Table]:
    configs = peers.build([JAVASCRIPT, BARE, FASTAPI])
    importing = {name: Starts() for name in (OURS, JAVASCRIPT, BARE, FASTAPI)}
    restored = {name: Starts() for name in (OURS, BARE, FASTAPI)}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        data = peers.migrated(folder / "data")

        def start(name: str, found: Starts, snapshot: Path | None = None) -> None:
            with tempfile.TemporaryDirectory(dir=folder) as state:
                worker = peers.peer(configs.get(name), data, Path(state) / "state", snapshot)
                measure(worker, found)

        snapshots = {name: folder / name / SNAPSHOT.name for name in restored}
        for name, snapshot in snapshots.items():
            snapshot.parent.mkdir()
            # Leaves the snapshot.
            start(name, Starts(), snapshot)
        for _ in range(STARTS):
            for name, found in importing.items():
                start(name, found)
            for name, found in restored.items():
                start(name, found, snapshots[name])
    return [
        table("Start-up", IMPORTING, importing),
        table("Start-up from a snapshot", RESTORED, restored),
    ]


def measure(worker: LocalWorker, found: Starts) -> None:
    worker.polls_health = False
    worker.start()
    try:
        workerd = Workerd(worker)
        # V8 still compiles for a while.
        time.sleep(SETTLING_S)
        found.imported_ms.append(workerd.cpu_s() * 1000)
        # Answered without a binding: D1's own start-up is not what is measured.
        connection = http.client.HTTPConnection("127.0.0.1", workerd.port)
        connection.request("GET", "/nothing")
        connection.getresponse().read()
        found.answered_ms.append(workerd.cpu_s() * 1000)
        found.memory_mb.append(workerd.memory_mb())
        page = Series("", workerd, PAGE)
        page.measure(1)
        found.first_page_ms.append(page.p(50))
    finally:
        worker.stop()


def table(title: str, note: str, starts: dict[str, Starts]) -> Table:
    bare = starts[BARE]
    rows = [
        [name, f"{statistics.median(each.imported_ms):.0f}",
         beyond(each.imported_ms, bare.imported_ms), f"{statistics.median(each.answered_ms):.0f}",
         beyond(each.answered_ms, bare.answered_ms), f"{statistics.median(each.first_page_ms):.0f}",
         f"{statistics.median(each.memory_mb):.0f}"]
        for name, each in starts.items()
    ]  # fmt: skip
    head = [
        "",
        "CPU ms before a request",
        "beyond bare Python",
        "to the first answer",
        "beyond bare Python",
        "first page ms",
        "memory MB",
    ]
    return Table(title, head, rows, note)


def beyond(each: list[float], bare: list[float]) -> str:
    """The difference to the bare Worker in the same round, since other work affects both."""
    more = [ours - theirs for ours, theirs in zip(each, bare, strict=True)]
    low, median, high = statistics.quantiles(more, n=4)
    return f"{median:+.0f} ({low:+.0f} to {high:+.0f})"
