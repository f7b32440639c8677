"""The session page: ours against a JavaScript Worker, FastAPI and a bare Python Worker."""

import http.client
import json
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tools.bench import peers
from tools.bench.isolate import isolate_of
from tools.bench.peers import BARE, FASTAPI, JAVASCRIPT, OURS
from tools.bench.report import Table, percentile
from tools.bench.workerd import Workerd
from tools.local_worker import LocalWorker

# The requests of one start differ from those of the next by some 3 %.
STARTS = 3
ROUNDS = 10
REQUESTS = 50
# V8 compiles Python's interpreter for longer than it compiles JavaScript.
WARM_UP = 1_000
PAGE = f"/session/{peers.SESSION}"
STATE = f"{PAGE}/state"
SCRIPT_DATA = re.compile(r'id="session-data">(.*?)</script>')


@dataclass
class Series:
    """Times of one kind of request to one Worker, by round."""

    name: str
    workerd: Workerd
    path: str
    latency_ms: list[list[float]] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def measure(self, requests: int, *, keep: bool = True) -> None:
        """One round, one request after another over one connection, past wrangler's proxy."""
        connection = http.client.HTTPConnection("127.0.0.1", self.workerd.port)
        headers = {"Cookie": peers.cookie(peers.STUDENT), "Accept": "text/html,*/*;q=0.8"}
        taken = []
        cpu = self.workerd.cpu_s()
        for _ in range(requests):
            started = time.perf_counter()
            connection.request("GET", self.path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            taken.append((time.perf_counter() - started) * 1000)
            if answer.status != http.client.OK:
                msg = f"{self.name}: {self.path} answered {answer.status}"
                raise RuntimeError(msg)
        cpu = (self.workerd.cpu_s() - cpu) * 1000 / requests
        connection.close()
        if keep:
            self.latency_ms.append(taken)
            self.cpu_ms.append(cpu)

    def p(self, percent: float) -> float:
        return percentile([each for taken in self.latency_ms for each in taken], percent)

    def median_cpu(self) -> float:
        return statistics.median(self.cpu_ms)

    def ratios(self, other: "Series") -> tuple[float, float]:
        """p50 and processor time against another's, each the median of the rounds' own ratios."""
        pairs = zip(self.latency_ms, other.latency_ms, strict=True)
        latency = [statistics.median(ours) / statistics.median(theirs) for ours, theirs in pairs]
        cpu = [ours / theirs for ours, theirs in zip(self.cpu_ms, other.cpu_ms, strict=True)]
        return statistics.median(latency), statistics.median(cpu)


def main() -> list[Table]:
    starts, memories = zip(*(measured() for _ in range(STARTS)), strict=True)
    series = [joined(of_one) for of_one in zip(*starts, strict=True)]
    return [table(series), memories[-1]]


def measured() -> tuple[list[Series], Table]:
    """All Workers, newly started."""
    with running([OURS, JAVASCRIPT, FASTAPI, BARE]) as workers:
        workerds = {name: Workerd(worker) for name, worker in workers.items()}
        before = memory(workers)
        refuse_different_pages(workerds)
        series = [Series(name, each, PAGE) for name, each in workerds.items()]
        series.append(Series(f"{OURS}, state", workerds[OURS], STATE))
        series.append(Series("a static file", workerds[JAVASCRIPT], "/css/shared/app.css"))
        interleave(series)
        return series, memory_table(before, memory(workers))


def joined(starts: Sequence[Series]) -> Series:
    latency_ms = [taken for each in starts for taken in each.latency_ms]
    cpu_ms = [taken for each in starts for taken in each.cpu_ms]
    return replace(starts[0], latency_ms=latency_ms, cpu_ms=cpu_ms)


@contextmanager
def running(names: list[str]) -> Iterator[dict[str, LocalWorker]]:
    """These Workers, each with its own copy of one data set."""
    configs = peers.build(names)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        data = peers.migrated(Path(scratch) / "data")
        workers = {}
        for name in names:
            worker = peers.peer(configs.get(name), data, Path(scratch) / name)
            stack.callback(worker.stop)
            worker.start()
            workers[name] = worker
        yield workers


def interleave(series: list[Series], rounds: int = ROUNDS, requests: int = REQUESTS) -> None:
    """A B C A B C...: other work on the machine affects all of them."""
    for each in series:
        each.measure(WARM_UP, keep=False)
    for number in range(rounds):
        for each in series if number % 2 else reversed(series):
            each.measure(requests)


def refuse_different_pages(workerds: dict[str, Workerd]) -> None:
    """Raises: RuntimeError if a peer sends another page than ours."""
    wanted = page_of(workerds[OURS])
    for name in (JAVASCRIPT, FASTAPI):
        if page_of(workerds[name]) != wanted:
            msg = f"{name} sends another page than ours"
            raise RuntimeError(msg)


def page_of(workerd: Workerd) -> tuple[str, dict[str, object]]:
    """The page and, apart from it, the script data without the current time."""
    with closing(http.client.HTTPConnection("127.0.0.1", workerd.port)) as connection:
        connection.request("GET", PAGE, headers={"Cookie": peers.cookie(peers.STUDENT)})
        html = connection.getresponse().read().decode()
    [data] = SCRIPT_DATA.findall(html)
    return SCRIPT_DATA.sub("", html), json.loads(data) | {"serverTime": 0}


def table(series: list[Series]) -> Table:
    [javascript] = [each for each in series if each.name == JAVASCRIPT]
    rows = []
    for each in series:
        latency, cpu = each.ratios(javascript)
        rows.append(
            [each.name, f"{each.p(50):.2f}", f"{each.p(99):.2f}", f"{each.median_cpu():.2f}",
             f"{latency:.2f}", f"{cpu:.2f}"]
        )  # fmt: skip
    return Table(
        "Session page",
        ["", "p50 ms", "p99 ms", "CPU ms", "p50 / JavaScript", "CPU / JavaScript"],
        rows,
        f"{STARTS} starts of all four, {ROUNDS} rounds of {REQUESTS} requests each in every start, "
        f"interleaved, one at a time, straight to workerd, after {WARM_UP:,} each to warm up. "
        "CPU is the workerd process's, D1 and assets included. Ratios are medians of the rounds' "
        "ratios. Production settings; the same bytes from all but the last three rows. "
        "Budget: p50 <= 1.5 of JavaScript's, and 1.6 where 1.5 needs private parts of Jinja or "
        "Pyodide.",
    )


def memory(workers: dict[str, LocalWorker]) -> dict[str, list[str]]:
    """The MB of each Worker's isolate, and of its workerd process."""
    found = {}
    for name, worker in workers.items():
        with isolate_of(worker) as isolate:
            found[name] = [f"{isolate.memory_mb()}", f"{Workerd(worker).memory_mb():.0f}"]
    return found


def memory_table(before: dict[str, list[str]], after: dict[str, list[str]]) -> Table:
    return Table(
        "Memory",
        ["", "isolate MB", "workerd MB", "isolate after the requests MB", "workerd MB"],
        [[name, *before[name], *after[name]] for name in before],
        "The Worker's own isolate with its interpreter, and all of workerd with local D1 in it.",
    )
