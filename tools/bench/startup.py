"""Start-up: processor time of workerd until the first answer, with all imports or a snapshot."""

import statistics
import tempfile
from pathlib import Path

from tools.bench import peers
from tools.bench.pages import PAGE, Series
from tools.bench.peers import BARE, FASTAPI, JAVASCRIPT, OURS
from tools.bench.report import Table
from tools.bench.workerd import Workerd
from tools.local_worker import LocalWorker
from tools.paths import SNAPSHOT

STARTS = 15
BUDGET_MS = 300
IMPORTING = (
    f"Median of {STARTS} rounds, each starting all of both tables, and the middle half of the "
    "differences within a round. The processor time of all of workerd's threads, "
    f"local services included. Budget: ours at most {BUDGET_MS} ms beyond bare Python. "
    "The first page is the session page, but a bare Python Worker's is a line of text."
)
RESTORED = (
    "The same Workers, each from what it was after its imports: as Cloudflare starts those for "
    "which it has taken a snapshot."
)


class Starts:
    """What starting one Worker took, each time."""

    def __init__(self) -> None:
        self.cpu_ms: list[float] = []
        self.memory_mb: list[float] = []
        self.first_page_ms: list[float] = []


def main() -> list[Table]:
    configs = peers.build()
    importing = {name: Starts() for name in (OURS, JAVASCRIPT, BARE, FASTAPI)}
    restored = {name: Starts() for name in (OURS, BARE, FASTAPI)}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        data = peers.migrated(folder / "data")

        def start(name: str, found: Starts, snapshot: Path | None = None) -> None:
            with tempfile.TemporaryDirectory(dir=folder) as state:
                worker = peers.peer(configs.get(name), data, Path(state) / "state", snapshot)
                measure(worker, found)

        for name in restored:
            (folder / name).mkdir()
            start(name, Starts(), snapshot_in(folder / name))
        for _ in range(STARTS):
            for name, found in importing.items():
                start(name, found)
            for name, found in restored.items():
                start(name, found, snapshot_in(folder / name))
    return [
        table("Start-up", IMPORTING, importing),
        table("Start-up from a snapshot", RESTORED, restored),
    ]


def snapshot_in(folder: Path) -> Path:
    return folder / SNAPSHOT.name


def measure(worker: LocalWorker, found: Starts) -> None:
    # Answered without a binding: D1's own start-up is not what is measured.
    worker.first_path = "/nothing"
    worker.start()
    try:
        workerd = Workerd(worker)
        found.cpu_ms.append(workerd.cpu_s() * 1000)
        found.memory_mb.append(workerd.memory_mb())
        page = Series("", workerd, PAGE)
        page.measure(1)
        found.first_page_ms.append(page.p(50))
    finally:
        worker.stop()


def table(title: str, note: str, starts: dict[str, Starts]) -> Table:
    rows = [
        [name, f"{statistics.median(each.cpu_ms):.0f}",
         f"{min(each.cpu_ms):.0f}-{max(each.cpu_ms):.0f}",
         beyond(each.cpu_ms, starts[BARE].cpu_ms), f"{statistics.median(each.first_page_ms):.0f}",
         f"{statistics.median(each.memory_mb):.0f}"]
        for name, each in starts.items()
    ]  # fmt: skip
    head = [
        "",
        "CPU ms to the first answer",
        "range",
        "beyond bare Python",
        "first page ms",
        "memory MB",
    ]
    return Table(title, head, rows, note)


def beyond(each: list[float], bare: list[float]) -> str:
    """How much more than the bare one's in the same round: what the machine does hits both."""
    more = [ours - theirs for ours, theirs in zip(each, bare, strict=True)]
    low, median, high = statistics.quantiles(more, n=4)
    return f"{median:+.0f} ({low:+.0f} to {high:+.0f})"
