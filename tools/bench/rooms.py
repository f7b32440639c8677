"""The latency of signals in 500 rooms with two people, who send one a second; and of strokes."""

import asyncio
import json
import random
import time
from typing import Any

from websockets.asyncio.client import ClientConnection

from tools.bench import strokes
from tools.bench.people import CONNECTING_AT_ONCE, SECONDS, Measured, Person, Stage, measure
from tools.bench.report import Table, percentile

ROOMS = (100, 250)


class Caller(Person):
    """Sends signals, as browsers do that connect a call."""

    async def speak(self, socket: ClientConnection, stage: list[Stage]) -> None:
        await asyncio.sleep(random.random())  # noqa: S311
        while True:
            if stage and self.other:
                stage[0].sent += 1
                said = {"candidate": str(time.perf_counter())}
                message = {"type": "signal", "to": self.other.page, "candidate": said}
                await socket.send(json.dumps(message))
            await asyncio.sleep(1)

    def note(self, message: dict[str, Any], now: float, stage: Stage) -> None:
        if message["type"] == "signal":
            stage.latency.append(now - float(message["candidate"]["candidate"]))


def main() -> list[Table]:
    return [table(measure(Caller, ROOMS)), strokes.table(measure(strokes.Artist, strokes.ROOMS))]


def table(found: Measured) -> Table:
    rows = [
        [f"{each.rooms}", f"{each.sent / SECONDS:.0f}", f"{each.received:.1%}",
         f"{percentile(each.latency, 50) * 1000:.1f}", f"{percentile(each.latency, 99) * 1000:.1f}",
         f"{each.refused}", f"{each.lost}", f"{each.cpu:.2f}", f"{each.memory_mb:.0f}",
         f"{(each.memory_mb - found.before_mb) * 1024 / each.rooms:.0f}", each.load]
        for each in found.stages
    ]  # fmt: skip
    note = (
        f"Each of two people a room sends one signal a second for {SECONDS} s, which the other "
        "hears: one asyncio client holds all sockets, in one process on the same machine. "
        "Received is the part heard while measuring. Before the first room workerd had "
        f"{found.before_mb:.0f} MB. Entering took {found.connecting_s * 1000:.0f} ms a person, "
        f"{CONNECTING_AT_ONCE} at once. All rooms share one isolate, and so one thread: a Python "
        "runtime a room would take 100 MB and more each."
    )
    head = ["rooms", "messages/s", "received", "p50 ms", "p99 ms", "refused", "sockets lost",
            "CPU cores", "workerd MB", "KB a room", "load average"]  # fmt: skip
    return Table("Rooms", head, rows, note)
