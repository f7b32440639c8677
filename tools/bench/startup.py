"""Start-up: processor time of workerd until the first answer, imports and all, no snapshot."""

import statistics
import tempfile
from pathlib import Path

from tools.bench import peers
from tools.bench.pages import PAGE, Series
from tools.bench.peers import BARE, FASTAPI, JAVASCRIPT, OURS
from tools.bench.report import Table
from tools.bench.workerd import Workerd

STARTS = 15
BUDGET_MS = 300


def main() -> list[Table]:
    configs = peers.build()
    names = [OURS, JAVASCRIPT, BARE, FASTAPI]
    taken: dict[str, list[float]] = {name: [] for name in names}
    memory: dict[str, list[float]] = {name: [] for name in names}
    first_page: dict[str, list[float]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as scratch:
        data = peers.migrated(Path(scratch) / "data")
        for number in range(STARTS):
            for name in names:
                state = Path(scratch) / f"{name}-{number}"
                worker = peers.peer(configs.get(name), data, state)
                # Answered without a binding: D1's own start-up is not what is measured.
                worker.first_path = "/nothing"
                worker.start()
                try:
                    workerd = Workerd(worker)
                    taken[name].append(workerd.cpu_s() * 1000)
                    memory[name].append(workerd.memory_mb())
                    page = Series(name, workerd, PAGE)
                    page.measure(1)
                    first_page[name].append(page.p(50))
                finally:
                    worker.stop()
    return [table(taken, memory, first_page)]


def table(
    taken: dict[str, list[float]],
    memory: dict[str, list[float]],
    first_page: dict[str, list[float]],
) -> Table:
    rows = [
        [name, f"{statistics.median(each):.0f}", f"{min(each):.0f}-{max(each):.0f}",
         beyond(each, taken[BARE]), f"{statistics.median(first_page[name]):.0f}",
         f"{statistics.median(memory[name]):.0f}"]
        for name, each in taken.items()
    ]  # fmt: skip
    note = (
        f"Median of {STARTS} rounds, each starting all four, and the middle half of the "
        "differences within a round. The processor time of all of workerd's threads, "
        f"local services included. Budget: ours at most {BUDGET_MS} ms beyond bare Python. "
        "The first page is the session page, but a bare Python Worker's is a line of text."
    )
    head = [
        "",
        "CPU ms to the first answer",
        "range",
        "beyond bare Python",
        "first page ms",
        "memory MB",
    ]
    return Table("Start-up", head, rows, note)


def beyond(each: list[float], bare: list[float]) -> str:
    """How much more than the bare one's in the same round: what the machine does hits both."""
    more = [ours - theirs for ours, theirs in zip(each, bare, strict=True)]
    low, median, high = statistics.quantiles(more, n=4)
    return f"{median:+.0f} ({low:+.0f} to {high:+.0f})"
