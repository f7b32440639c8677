"""A room as people use it: book a session, open live sockets, read the record."""

import asyncio
import json
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from tests import plain_http
from tests.people import both, token_of
from tools.local_worker import LocalWorker

MINUTE = 60


class Room:
    """One session on a running Worker."""

    def __init__(
        self, worker: LocalWorker, starts_in: int, minutes: int = 60, **booked: Any
    ) -> None:
        self.worker = worker
        self.booked = booked
        self.id = f"live-{secrets.token_hex(6)}"
        self.start = int(time.time()) + starts_in
        self.end = self.start + minutes * MINUTE
        self.http = plain_http.client(worker.url)
        self._clients: list[LiveClient] = []
        self.book()

    async def aclose(self) -> None:
        """Close all connections."""
        self.http.close()
        for client in self._clients:
            await client.drop()

    def book(self) -> None:
        answer = self.http.put(
            f"/platform/sessions/{self.id}",
            headers=self._platform,
            json={
                "course": {"id": "algebra", "title": "Linear Algebra"},
                **both(),
                "scheduled_start": self.start,
                "scheduled_end": self.end,
                **self.booked,
            },
        )
        assert answer.is_success, answer.text

    def cancel(self) -> None:
        address = f"/platform/sessions/{self.id}/cancel"
        assert self.http.post(address, headers=self._platform).is_success

    def record(self) -> dict[str, Any]:
        """The session as the platform reads it."""
        answer = self.http.get(f"/platform/sessions/{self.id}", headers=self._platform)
        record: dict[str, Any] = answer.json()
        return record

    def present(self) -> set[str]:
        return {row["user_id"] for row in self.record()["attendance"] if row["left_at"] is None}

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """The product events, without page views."""
        rows = self._read(
            "SELECT event, data FROM analytics_events WHERE session_id = ? ORDER BY id"
        )
        return [(event, json.loads(data)) for event, data in rows if event != "page_view"]

    def mails(self) -> list[tuple[str, str, str]]:
        """(kind, user id, state) of all mail but reminders."""
        return self._read(
            "SELECT kind, user_id, state FROM mails"
            " WHERE session_id = ? AND kind NOT IN ('24h', '1h', '15min') ORDER BY user_id"
        )

    def _read(self, query: str) -> list[tuple[Any, ...]]:
        (path,) = self.worker.state.glob("v3/d1/*/[!m]*.sqlite")
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(query, [self.id]).fetchall()

    def cookie(self, who: str) -> str:
        settings = self.worker.settings
        return f"{settings['AUTH_COOKIE']}={token_of(who, settings)}"

    def post(self, path: str, who: str, **options: Any) -> httpx.Response:
        return self.http.post(
            f"/session/{self.id}/{path}", headers={"Cookie": self.cookie(who)}, **options
        )

    def clock(self, seconds: int) -> None:
        """Set the room's clock ahead of the real one by so many seconds."""
        answer = self.http.post(f"/dev/clock/{self.id}", json={"seconds": seconds})
        assert answer.status_code == 204, answer.text

    def clock_at(self, moment: int) -> None:
        self.clock(moment - int(time.time()))

    def address(self, page: str, *, watch: bool = False) -> str:
        origin = self.worker.url.replace("http", "ws", 1)
        return f"{origin}/session/{self.id}/live?page={page}{'&watch=1' if watch else ''}"

    async def enter(
        self, who: str, page: str | None = None, *, watch: bool = False
    ) -> "LiveClient":
        """Open a live socket and wait for its `welcome`."""
        page = page or secrets.token_hex(8)
        socket = await websockets.connect(
            self.address(page, watch=watch),
            additional_headers={"Cookie": self.cookie(who)},
            proxy=None,
            # The close code is known before the server closes the connection.
            close_timeout=1,
        )
        client = LiveClient(socket, page)
        self._clients.append(client)
        client.welcome = await client.receive("welcome")
        return client

    @property
    def _platform(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.worker.settings['PLATFORM_TOKEN']}"}


@asynccontextmanager
async def rooms_on(worker: LocalWorker) -> AsyncIterator[Callable[..., Room]]:
    """Give a function that books rooms, and close the rooms in the end."""
    rooms: list[Room] = []

    def book(starts_in: int, minutes: int = 60, **booked: Any) -> Room:
        rooms.append(Room(worker, starts_in, minutes, **booked))
        return rooms[-1]

    yield book
    for room in rooms:
        await room.aclose()


class LiveClient:
    """The client of one socket. It pings as browsers do, until `fall_silent`."""

    def __init__(self, socket: ClientConnection, page: str) -> None:
        self.socket = socket
        self.page = page
        self.welcome: dict[str, Any] = {}
        self.received: list[dict[str, Any]] = []
        self._pings = asyncio.create_task(self._ping())

    async def send(self, kind: str, **content: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **content}))

    async def receive(self, kind: str, seconds: float = 10, **content: Any) -> dict[str, Any]:
        """The next message of this type and content. `received` has all messages so far."""
        async with asyncio.timeout(seconds):
            while True:
                frame = await self.socket.recv()
                if frame == "pong":
                    continue
                message: dict[str, Any] = json.loads(frame)
                self.received.append(message)
                if message["type"] == kind and content.items() <= message.items():
                    return message

    async def closed(self, seconds: float = 20) -> int:
        """Wait until the room closes this socket, and return the close code."""
        async with asyncio.timeout(seconds):
            with suppress(websockets.ConnectionClosed):
                while True:
                    await self.socket.recv()
        self.fall_silent()
        assert self.socket.close_code is not None
        return self.socket.close_code

    async def leave(self) -> None:
        await self.send("leave")
        await self.closed()

    async def drop(self) -> None:
        """Close the socket as a reload does, without `leave`."""
        self.fall_silent()
        await self.socket.close()

    def fall_silent(self) -> None:
        self._pings.cancel()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(4)
            await self.socket.send("ping")


async def until(read: Callable[[], Any], wanted: Any, seconds: float = 10) -> None:
    """Wait for an effect."""
    deadline = time.monotonic() + seconds
    while (seen := await asyncio.to_thread(read)) != wanted:
        assert time.monotonic() < deadline, f"read {seen!r}, waited for {wanted!r}"
        await asyncio.sleep(0.1)
