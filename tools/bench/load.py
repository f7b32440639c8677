"""200 people at once through lobby, state and join; and the rush at the start of an hour."""

import asyncio
import os
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from tools.bench import peers
from tools.bench.connection import Connection
from tools.bench.report import Table, percentile
from tools.bench.workerd import Workerd
from tools.local_worker import LocalWorker

USERS = 200
MINUTES = 1.0
STATES = 3
THINK_S = 1.5
RUSH_SESSIONS = 1_000
RUSH_S = 60
TIMEOUT_S = 120
KINDS = {"lobby": ("GET", ""), "state": ("GET", "/state"), "join": ("POST", "/join")}


@dataclass
class Tally:
    """Latencies in seconds and failures, by the kind of request."""

    latency: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    failures: Counter[str] = field(default_factory=Counter)
    took_s: float = 0
    cpu_s: float = 0


class Visitor:
    """A person with a browser, which has its own connection."""

    def __init__(self, port: int, session: str, who: str, tally: Tally) -> None:
        self._session, self._tally = session, tally
        self._connection = Connection(port, peers.cookie(who))

    async def ask(self, kind: str) -> None:
        method, path = KINDS[kind]
        started = time.perf_counter()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                status, _ = await self._connection.ask(method, f"/session/{self._session}{path}")
        except (OSError, asyncio.IncompleteReadError) as error:
            self._tally.failures[f"{kind}: {type(error).__name__}"] += 1
            self._connection.close()
            return
        self._tally.latency[kind].append(time.perf_counter() - started)
        if status != HTTPStatus.OK:
            self._tally.failures[f"{kind}: {status}"] += 1

    def leave(self) -> None:
        self._connection.close()

    async def visit(self) -> None:
        """Lobby, wait, join."""
        await self.ask("lobby")
        for _ in range(STATES):
            await asyncio.sleep(random.uniform(0.5, 1.5) * THINK_S)  # noqa: S311
            await self.ask("state")
        await self.ask("join")


def main() -> list[Table]:
    """MINUTES in the environment is the duration of the load of 200 people."""
    minutes = float(os.environ.get("MINUTES") or MINUTES)
    with tempfile.TemporaryDirectory() as scratch:
        data = peers.migrated(Path(scratch) / "data")
        ids = [f"load-{number}" for number in range(RUSH_SESSIONS)]
        peers.book(data, ids, start=int(time.time()) + 600)
        worker = peers.peer(None, data, Path(scratch) / "ours")
        worker.start()
        try:
            workerd = Workerd(worker)
            memory = [workerd.memory_mb()]
            steady = asyncio.run(keep_coming(workerd, ids, minutes * 60))
            memory.append(workerd.memory_mb())
            rush, cron_s = asyncio.run(rush_hour(worker, workerd, ids))
            memory.append(workerd.memory_mb())
        finally:
            worker.stop()
    note = (
        f"Memory of workerd: {memory[0]:.0f} MB before, {memory[1]:.0f} after the first, "
        f"{memory[2]:.0f} after the second. The minute's cron, in the middle of the rush, took "
        f"{cron_s:.1f} s. Straight to workerd; the clients run on the same machine."
    )
    title = f"{USERS} people at once for {minutes:g} minutes: lobby, {STATES} x state, join, again"
    hour = f"The start of an hour: {RUSH_SESSIONS} sessions, both people within {RUSH_S} s"
    return [table(title, steady), table(hour, rush, note)]


async def keep_coming(workerd: Workerd, ids: list[str], seconds: float) -> Tally:
    tally, cpu, started = Tally(), workerd.cpu_s(), time.perf_counter()

    async def person(number: int) -> None:
        await asyncio.sleep(random.uniform(0, 5))  # noqa: S311
        who = peers.TEACHER if number % 2 else peers.STUDENT
        visitor = Visitor(workerd.port, ids[number // 2], who, tally)
        while time.perf_counter() - started < seconds:
            await visitor.visit()
        visitor.leave()

    await asyncio.gather(*(person(number) for number in range(USERS)))
    tally.took_s, tally.cpu_s = time.perf_counter() - started, workerd.cpu_s() - cpu
    return tally


async def rush_hour(worker: LocalWorker, workerd: Workerd, ids: list[str]) -> tuple[Tally, float]:
    """Each person of all sessions comes once, at a random time, without waiting for others."""
    tally, cpu, started = Tally(), workerd.cpu_s(), time.perf_counter()

    async def person(session: str, who: str) -> None:
        await asyncio.sleep(random.uniform(0, RUSH_S))  # noqa: S311
        visitor = Visitor(workerd.port, session, who, tally)
        await visitor.visit()
        visitor.leave()

    async def cron() -> float:
        await asyncio.sleep(RUSH_S / 2)
        began = time.perf_counter()
        await asyncio.to_thread(worker.scheduled)
        return time.perf_counter() - began

    everybody = [person(each, who) for each in ids for who in (peers.STUDENT, peers.TEACHER)]
    minute = asyncio.create_task(cron())
    await asyncio.gather(*everybody)
    tally.took_s, tally.cpu_s = time.perf_counter() - started, workerd.cpu_s() - cpu
    return tally, await minute


def table(title: str, tally: Tally, note: str = "") -> Table:
    rows = [
        [kind, f"{len(times)}", f"{percentile(times, 50) * 1000:.0f}",
         f"{percentile(times, 99) * 1000:.0f}", f"{max(times) * 1000:.0f}",
         f"{sum(n for what, n in tally.failures.items() if what.startswith(kind))}"]
        for kind, times in tally.latency.items() if times
    ]  # fmt: skip
    count = sum(len(times) for times in tally.latency.values())
    about = (
        f"{count / tally.took_s:.0f} requests/s for {tally.took_s:.0f} s; "
        f"{tally.cpu_s * 1000 / count:.1f} ms of processor time each, "
        f"{tally.cpu_s / tally.took_s:.2f} cores. Errors: {dict(tally.failures) or 'none'}. "
    )
    return Table(
        title, ["", "requests", "p50 ms", "p99 ms", "max ms", "errors"], rows, about + note
    )
