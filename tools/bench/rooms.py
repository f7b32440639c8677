"""The latency of signals in 500 rooms with two people, who send one a second."""

import asyncio
import json
import os
import random
import secrets
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from tools.bench import machine, peers
from tools.bench.report import Table, percentile
from tools.bench.workerd import Workerd

ROOMS = (100, 250, 500)
SECONDS = 20
SETTLE_S = 5
PING_S = 4
CONNECTING_AT_ONCE = 8


@dataclass
class Stage:
    """Results with this number of rooms. Latencies in seconds."""

    rooms: int
    sent: int = 0
    latency: list[float] = field(default_factory=list)
    refused: int = 0
    lost: int = 0
    cpu: float = 0
    memory_mb: float = 0
    load: str = ""


class Person:
    """One page with its live socket."""

    def __init__(self, room: str, who: str) -> None:
        self.room, self.who = room, who
        self.page = secrets.token_hex(8)
        self.other: Person | None = None
        self.socket: ClientConnection | None = None
        self.tasks: list[asyncio.Task[None]] = []

    async def enter(self, port: int, stage: "list[Stage]") -> None:
        """Connect and wait for `welcome`. `stage` has the current measurement, if any."""
        self.socket = await websockets.connect(
            f"ws://127.0.0.1:{port}/session/{self.room}/live?page={self.page}",
            additional_headers={"Cookie": peers.cookie(self.who)},
            proxy=None,
            compression=None,
            ping_interval=None,
            open_timeout=60,
        )
        while json.loads(await self.socket.recv())["type"] != "welcome":
            pass
        self.tasks = [
            asyncio.create_task(work)
            for work in (self._hear(self.socket, stage), self._speak(self.socket, stage),
                         self._ping(self.socket))
        ]  # fmt: skip

    async def leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        if self.socket:
            with suppress(websockets.WebSocketException, OSError):
                await self.socket.close()

    async def _speak(self, socket: ClientConnection, stage: list[Stage]) -> None:
        await asyncio.sleep(random.random())  # noqa: S311
        while True:
            if stage and self.other:
                stage[0].sent += 1
                said = {"candidate": str(time.perf_counter())}
                message = {"type": "signal", "to": self.other.page, "candidate": said}
                await socket.send(json.dumps(message))
            await asyncio.sleep(1)

    async def _hear(self, socket: ClientConnection, stage: list[Stage]) -> None:
        try:
            async for frame in socket:
                now = time.perf_counter()
                message: dict[str, Any] = {"type": "pong"} if frame == "pong" else json.loads(frame)
                if not stage:
                    continue
                if message["type"] == "signal":
                    stage[0].latency.append(now - float(message["candidate"]["candidate"]))
                elif message["type"] == "error":
                    stage[0].refused += 1
        finally:
            if stage:
                stage[0].lost += 1

    async def _ping(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(PING_S)
            await socket.send("ping")


def main() -> list[Table]:
    """ROOMS in the environment is the largest number of rooms."""
    most = int(os.environ.get("ROOMS") or ROOMS[-1])
    sizes = [*(size for size in ROOMS if size < most), most]
    with tempfile.TemporaryDirectory() as scratch:
        data = peers.migrated(Path(scratch) / "data")
        ids = [f"room-{number}" for number in range(most)]
        peers.book(data, ids, start=int(time.time()) + 600)
        worker = peers.peer(None, data, Path(scratch) / "ours")
        worker.start()
        try:
            workerd = Workerd(worker)
            before = workerd.memory_mb()
            stages, connecting_s = asyncio.run(hold(ids, sizes, workerd))
        finally:
            worker.stop()
    return [table(stages, before, connecting_s)]


async def hold(ids: list[str], sizes: list[int], workerd: Workerd) -> tuple[list[Stage], float]:
    """Add rooms up to each size and measure there; also returns the seconds of one entry."""
    people: list[Person] = []
    stages: list[Stage] = []
    current: list[Stage] = []
    connecting = 0.0
    for size in sizes:
        started = time.perf_counter()
        people += await enter(ids[len(people) // 2 : size], workerd.port, current)
        connecting += time.perf_counter() - started
        await asyncio.sleep(SETTLE_S)
        stage = Stage(size, memory_mb=workerd.memory_mb(), load=machine.load())
        cpu = workerd.cpu_s()
        current.append(stage)
        await asyncio.sleep(SECONDS)
        stage.cpu = (workerd.cpu_s() - cpu) / SECONDS
        current.clear()
        stages.append(stage)
    await asyncio.gather(*(person.leave() for person in people))
    return stages, connecting / len(people)


async def enter(ids: list[str], port: int, current: list[Stage]) -> list[Person]:
    people: list[Person] = []
    for room in ids:
        pair = Person(room, peers.STUDENT), Person(room, peers.TEACHER)
        pair[0].other, pair[1].other = pair[1], pair[0]
        people += pair
    turnstile = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def one(person: Person) -> None:
        async with turnstile:
            await person.enter(port, current)

    await asyncio.gather(*(one(person) for person in people))
    return people


def table(stages: list[Stage], before_mb: float, connecting_s: float) -> Table:
    rows = [
        [f"{each.rooms}", f"{each.sent / SECONDS:.0f}", f"{len(each.latency) / each.sent:.1%}",
         f"{percentile(each.latency, 50) * 1000:.1f}", f"{percentile(each.latency, 99) * 1000:.1f}",
         f"{each.refused}", f"{each.lost}", f"{each.cpu:.2f}", f"{each.memory_mb:.0f}",
         f"{(each.memory_mb - before_mb) * 1024 / each.rooms:.0f}", each.load]
        for each in stages
    ]  # fmt: skip
    note = (
        f"Each of two people a room sends one signal a second for {SECONDS} s, which the other "
        "hears: one asyncio client holds all sockets, in one process on the same machine. "
        "Received is the part heard while measuring. Before the first room workerd had "
        f"{before_mb:.0f} MB. Entering took {connecting_s * 1000:.0f} ms a person, "
        f"{CONNECTING_AT_ONCE} at once. All rooms share one isolate, and so one thread: a Python "
        "runtime a room would take 100 MB and more each."
    )
    head = ["rooms", "messages/s", "received", "p50 ms", "p99 ms", "refused", "sockets lost",
            "CPU cores", "workerd MB", "KB a room", "load average"]  # fmt: skip
    return Table("Rooms", head, rows, note)
