"""The latency of strokes while both people of many rooms draw on their boards at once."""

import asyncio
import json
import random
import secrets
import time
from typing import Any

from websockets.asyncio.client import ClientConnection

from tools.bench.people import RECEIVED, SECONDS, Measured, Person, Stage
from tools.bench.report import Table, percentile

ROOMS = (10, 25, 50, 100, 250)
PAGE = "firstpage"
# A hand that writes: a stroke of half a second, and its way to the next one. The browser sends new
# points each 33 ms (public/js/board/live.js): two of a mouse.
INK_S = 0.033
PARTS = 15
PAUSE_S = (0.5, 2.5)
STYLE = {"colour": "ink", "size": 6}


class Artist(Person):
    """Draws stroke after stroke, each seen while it is drawn and then kept."""

    def __init__(self, room: str, who: str) -> None:
        super().__init__(room, who)
        self.sent: dict[str, float] = {}
        """When what was sent, by stroke and number of the part."""

    async def speak(self, socket: ClientConnection, stage: list[Stage]) -> None:
        page = {"put_page": {"id": PAGE, "title": "", "position": 1}}
        await self._put(socket, page)
        await asyncio.sleep(random.uniform(0, PAUSE_S[1]))  # noqa: S311
        while True:
            await self._draw(socket, stage)
            await asyncio.sleep(random.uniform(*PAUSE_S))  # noqa: S311

    async def _draw(self, socket: ClientConnection, stage: list[Stage]) -> None:
        x, y = random.uniform(0, 1500), random.uniform(0, 1100)  # noqa: S311
        stroke = {"id": secrets.token_hex(8), "page": PAGE, "x": round(x, 1), "y": round(y, 1)}
        points: list[float] = []
        for part in range(PARTS):
            new = [part * 4.5, part * 2.5, part * 4.5 + 2, part * 2.5 + 1]
            points += new
            ink = stroke | STYLE | {"highlighter": False, "points": new}
            self._note_sending(f"{stroke['id']} {new[0]}", stage)
            await socket.send(json.dumps({"type": "board_live", "ink": ink}))
            await asyncio.sleep(INK_S)
        self._note_sending(str(stroke["id"]), stage)
        await self._put(socket, {"put": stroke | STYLE | {"kind": "stroke", "points": points}})

    def _note_sending(self, what: str, stage: list[Stage]) -> None:
        if stage:
            stage[0].sent += 1
            self.sent[what] = time.perf_counter()

    async def _put(self, socket: ClientConnection, step: dict[str, Any]) -> None:
        change = {"type": "board", "change": secrets.token_hex(8), "ops": [step]}
        await socket.send(json.dumps(change))

    def note(self, message: dict[str, Any], now: float, stage: Stage) -> None:
        if not isinstance(self.other, Artist):
            return
        if message["type"] == "board_live":
            ink = message["ink"]
            if began := self.other.sent.pop(f"{ink['id']} {ink['points'][0]}", None):
                stage.latency.append(now - began)
        elif message["type"] == "board":
            for element in message["changes"]["elements"]:
                if began := self.other.sent.pop(element["id"], None):
                    stage.stored.append(now - began)


def table(found: Measured) -> Table:
    rows = [
        [f"{each.rooms}", f"{each.sent / SECONDS:.0f}", f"{each.received:.1%}",
         *(f"{percentile(times, percent) * 1000:.1f}" if times else "none"
           for times in (each.latency, each.stored) for percent in (50, 95)),
         f"{each.refused}", f"{each.lost}", f"{each.cpu:.2f}", f"{each.memory_mb:.0f}",
         f"{(each.memory_mb - found.before_mb) * 1024 / each.rooms:.0f}", each.load]
        for each in found.stages
    ]  # fmt: skip
    pace = PARTS * INK_S + sum(PAUSE_S) / 2
    note = (
        f"Both people of each room draw on one board: a stroke of {PARTS * INK_S:.1f} s whose new "
        f"points are sent each {INK_S * 1000:.0f} ms (ink), then the whole stroke, which the room "
        f"stores; one stroke in {pace:.1f} s a person. The time is from the sending to the other "
        f"one's socket. Received is the part heard in these {SECONDS} s. A Worker that hears less "
        f"than {RECEIVED:.0%} gets no more rooms. Boards grow, and are saved to R2 each minute, "
        f"meanwhile. Before the first room workerd had {found.before_mb:.0f} MB."
    )
    head = ["rooms", "messages/s", "received", "ink p50 ms", "ink p95 ms", "stroke p50 ms",
            "stroke p95 ms", "refused", "sockets lost", "CPU cores", "workerd MB", "KB a room",
            "load average"]  # fmt: skip
    return Table("Rooms whose people all draw", head, rows, note)
