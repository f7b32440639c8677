"""Two people in each of many rooms: what they say, and how long it takes to the other one."""

import asyncio
import json
import os
import secrets
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from tools.bench import machine, peers
from tools.bench.workerd import Workerd

MOST_ROOMS = 500
SECONDS = 20
SETTLE_S = 5
PING_S = 4
CONNECTING_AT_ONCE = 8
# More rooms than a workerd can serve would measure only how long the queue is.
RECEIVED = 0.9


@dataclass
class Stage:
    """Results with this number of rooms. Latencies in seconds."""

    rooms: int
    sent: int = 0
    latency: list[float] = field(default_factory=list)
    stored: list[float] = field(default_factory=list)
    """The latency of what the room keeps, in seconds; `latency` has the rest."""
    refused: int = 0
    lost: int = 0
    cpu: float = 0
    memory_mb: float = 0
    load: str = ""

    @property
    def received(self) -> float:
        return (len(self.latency) + len(self.stored)) / max(self.sent, 1)


class Person:
    """One page with its live socket."""

    def __init__(self, room: str, who: str) -> None:
        self.room, self.who = room, who
        self.page = secrets.token_hex(8)
        self.other: Person | None = None
        self.socket: ClientConnection | None = None
        self.tasks: list[asyncio.Task[None]] = []

    async def speak(self, socket: ClientConnection, stage: list[Stage]) -> None:
        """Say things for ever; those of the current measurement, if any, are counted."""
        raise NotImplementedError

    def note(self, message: dict[str, Any], now: float, stage: Stage) -> None:
        """Count what the other one has said."""
        raise NotImplementedError

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
            for work in (self._hear(self.socket, stage), self.speak(self.socket, stage),
                         self._ping(self.socket))
        ]  # fmt: skip

    async def leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        if self.socket:
            with suppress(websockets.WebSocketException, OSError):
                await self.socket.close()

    async def _hear(self, socket: ClientConnection, stage: list[Stage]) -> None:
        try:
            async for frame in socket:
                now = time.perf_counter()
                message: dict[str, Any] = {"type": "pong"} if frame == "pong" else json.loads(frame)
                if stage and message["type"] == "error":
                    stage[0].refused += 1
                elif stage:
                    self.note(message, now, stage[0])
        finally:
            if stage:
                stage[0].lost += 1

    async def _ping(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(PING_S)
            await socket.send("ping")


@dataclass
class Measured:
    stages: list[Stage]
    before_mb: float
    """Memory of workerd before the first room."""
    connecting_s: float
    """Seconds until one person is in the room."""


def measure(kind: type[Person], sizes: Sequence[int]) -> Measured:
    """Start a Worker, and measure with each of these numbers of rooms, until it cannot follow.

    ROOMS in the environment is the largest number of rooms.
    """
    most = int(os.environ.get("ROOMS") or MOST_ROOMS)
    sizes = [*(size for size in sizes if size < most), most]
    with tempfile.TemporaryDirectory() as scratch:
        data = peers.migrated(Path(scratch) / "data")
        ids = [f"room-{number}" for number in range(most)]
        peers.book(data, ids, start=int(time.time()) + 600)
        worker = peers.peer(None, data, Path(scratch) / "ours")
        worker.start()
        try:
            workerd = Workerd(worker)
            before = workerd.memory_mb()
            stages, connecting_s = asyncio.run(hold(kind, ids, sizes, workerd))
        finally:
            worker.stop()
    return Measured(stages, before, connecting_s)


async def hold(
    kind: type[Person], ids: list[str], sizes: Sequence[int], workerd: Workerd
) -> tuple[list[Stage], float]:
    """Add rooms up to each size and measure there; also returns the seconds of one entry."""
    people: list[Person] = []
    stages: list[Stage] = []
    current: list[Stage] = []
    connecting = 0.0
    for size in sizes:
        started = time.perf_counter()
        people += await enter(kind, ids[len(people) // 2 : size], workerd.port, current)
        connecting += time.perf_counter() - started
        await asyncio.sleep(SETTLE_S)
        stage = Stage(size, memory_mb=workerd.memory_mb(), load=machine.load())
        cpu = workerd.cpu_s()
        current.append(stage)
        await asyncio.sleep(SECONDS)
        stage.cpu = (workerd.cpu_s() - cpu) / SECONDS
        current.clear()
        stages.append(stage)
        if stage.received < RECEIVED:
            break
    await asyncio.gather(*(person.leave() for person in people))
    return stages, connecting / len(people)


async def enter(
    kind: type[Person], ids: list[str], port: int, current: list[Stage]
) -> list[Person]:
    people: list[Person] = []
    for room in ids:
        pair = kind(room, peers.STUDENT), kind(room, peers.TEACHER)
        pair[0].other, pair[1].other = pair[1], pair[0]
        people += pair
    turnstile = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def one(person: Person) -> None:
        async with turnstile:
            await person.enter(port, current)

    await asyncio.gather(*(one(person) for person in people))
    return people
