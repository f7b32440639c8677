"""The move from peer to peer to the provider: both people together, once, and never back."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.fakes import plugnmeet
from tests.fakes.plugnmeet import PlugNmeetFake
from tests.people import STUDENT, TEACHER
from tests.worker.live_room import MINUTE, Room, rooms_on
from tools.local_worker import LocalWorker


@pytest.fixture(scope="module")
def server() -> Iterator[PlugNmeetFake]:
    with plugnmeet.running() as server:
        yield server


@pytest.fixture(scope="module")
def worker(worker_with: Callable[..., LocalWorker], server: PlugNmeetFake) -> LocalWorker:
    return worker_with(**server.settings, PEER_FIRST="true", PROVIDER_TIMEOUT_S="2")


@pytest.fixture
async def book(worker: LocalWorker) -> AsyncIterator[Callable[..., Room]]:
    async with rooms_on(worker) as book:
        yield book


def provider_of(room: Room, who: str) -> str:
    provider: str = room.post("join", who).json()["provider"]
    return provider


async def test_move_request_moves_both_once(book: Callable[..., Room]) -> None:
    room = book(starts_in=5 * MINUTE)
    assert provider_of(room, STUDENT) == provider_of(room, TEACHER) == "peer"
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    assert student.welcome["epoch"] == 0
    await student.send("chat", id="12345678", text="I cannot see you")

    # Both request it at about the same time.
    started = time.monotonic()
    await student.send("move", epoch=0, reason="not_connected")
    await teacher.send("move", epoch=0, reason="not_connected")
    mode = {"provider": "plugnmeet", "epoch": 1, "reason": "not_connected"}
    assert (await student.receive("mode"))["by"] in ("student", "teacher")
    assert (await teacher.receive("mode")).items() >= mode.items()
    assert time.monotonic() - started < 5

    await teacher.send("move", epoch=1, reason="asked")
    await asyncio.sleep(0.5)
    assert len([m for m in student.received if m["type"] == "mode"]) == 1
    assert provider_of(room, STUDENT) == provider_of(room, TEACHER) == "plugnmeet"

    await student.drop()
    back = await room.enter(STUDENT)
    assert back.welcome["epoch"] == 1
    assert [line["text"] for line in back.welcome["chat"]] == ["I cannot see you"]
    assert room.record()["status"] == "in_progress"


async def test_recorded_session_starts_at_provider(book: Callable[..., Room]) -> None:
    room = book(starts_in=5 * MINUTE, recording_enabled=True)

    assert provider_of(room, STUDENT) == "plugnmeet"


async def test_move_without_provider_is_refused(dev_worker: LocalWorker) -> None:
    async with rooms_on(dev_worker) as book:
        room = book(starts_in=5 * MINUTE)
        student = await room.enter(STUDENT)
        await student.send("move", epoch=0, reason="asked")

        assert (await student.receive("error"))["code"] == "cannot_move"
        assert provider_of(room, STUDENT) == "peer"


@pytest.mark.parametrize(
    "content",
    [{"epoch": -1, "reason": "asked"}, {"epoch": 0, "reason": "x"}, {"epoch": "0"}, {}],
)
async def test_malformed_move_is_refused(book: Callable[..., Room], content: dict) -> None:
    room = book(starts_in=5 * MINUTE)
    student = await room.enter(STUDENT)
    await student.send("move", **content)

    assert (await student.receive("error"))["code"] == "malformed"
    await asyncio.sleep(0.2)
    assert provider_of(room, STUDENT) == "peer"


async def test_page_can_frame_provider_only(
    book: Callable[..., Room], server: PlugNmeetFake
) -> None:
    room = book(starts_in=5 * MINUTE)
    cookie = {"Cookie": room.cookie(STUDENT)}
    headers = room.http.get(f"/session/{room.id}", headers=cookie).headers
    policy = headers["Content-Security-Policy"]

    assert f"frame-src 'self' {server.url};" in policy
    assert f'camera=(self "{server.url}")' in headers["Permissions-Policy"]
    assert f'display-capture=(self "{server.url}")' in headers["Permissions-Policy"]
    assert "geolocation=()" in headers["Permissions-Policy"]
    left = room.http.get(f"/session/{room.id}/left?reason=ended")
    assert left.status_code == 200
    assert "frame-ancestors 'self'" in left.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in left.headers
    assert (
        "frame-src" not in room.http.get("/dev", headers=cookie).headers["Content-Security-Policy"]
    )
