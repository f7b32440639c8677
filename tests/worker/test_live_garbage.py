"""No garbage on the live socket of one person reaches the other one."""

import asyncio
import json
import secrets
from typing import Any

import pytest
import websockets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.people import STUDENT, TEACHER
from tests.worker.live_room import LiveClient, Room
from tools.local_worker import LocalWorker

few = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
PAGE = secrets.token_hex(8)
# The messages of docs/protocol.md that a person gets because of the other one.
FROM_THE_OTHER = {
    *("signal", "chat", "media", "presence", "session", "mode", "notice", "recording"),
    *("board", "board_mode", "board_live"),
}
VALID: tuple[dict[str, Any], ...] = (
    {"type": "signal", "to": PAGE, "description": {"type": "offer", "sdp": "v=0"}},
    {"type": "signal", "to": PAGE, "candidate": {"candidate": "candidate:1", "sdpMid": "0"}},
    {"type": "signal", "to": PAGE, "restart": True},
    {"type": "chat", "id": "abcdefgh", "text": "Hello"},
    {"type": "media", "microphone": True, "camera": False, "screen": False},
    {"type": "move", "epoch": 0, "reason": "asked"},
    {
        "type": "board",
        "change": "change000",
        "ops": [{"put_page": {"id": "page0000", "title": "", "position": 1}}],
    },
    {"type": "board_since", "since": 0},
    {"type": "board_mode", "open": True},
    {"type": "board_live", "pointer": {"page": "page0000", "x": 1, "y": 2, "laser": True}},
)
DEEP = 20_000
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@st.composite
def nearly_valid(draw: st.DrawFn) -> str:
    """A message with one field changed, missing or added."""
    message = dict(draw(st.sampled_from(VALID)))
    field = draw(st.sampled_from([*message, "more"]))
    if draw(st.booleans()):
        message[field] = draw(json_values)
    else:
        message.pop(field, None)
    return json.dumps(message)


frames = st.one_of(
    st.text(max_size=200),
    st.binary(max_size=200),
    json_values.map(json.dumps),
    nearly_valid(),
    st.sampled_from(
        [
            "[" * DEEP + "]" * DEEP,
            '{"type":' * 7_000 + "1" + "}" * 7_000,
            '{"type":"chat","id":"abcdefgh","text":' + "[" * DEEP + "]" * DEEP + "}",
            '{"type":"chat","id":"abcdefgh","text":"' + "x" * 70_000 + '"}',
            "9" * 60_000,
            '{"type":"move","epoch":' + "9" * 5_000 + ',"reason":"asked"}',
            '"\\ud800"',
            b"\x00" * 70_000,
            "",
        ]
    ),
)


def errors_in_log(worker: LocalWorker) -> list[str]:
    """The lines of the log about errors."""
    signs = ("unexpected_error", "Uncaught", "Traceback", "overflow", '"status": 5', "exception")
    return [line for line in worker.logs().splitlines() if any(sign in line for sign in signs)]


async def can_talk(room: Room, client: LiveClient) -> None:
    """The room still passes on the messages of this person."""
    line = secrets.token_hex(8)
    await client.send("chat", id=line, text="Still here")
    await client.receive("chat", id=line)
    assert set(room.present()) >= {TEACHER}


@few
@given(sent=st.lists(frames, min_size=1, max_size=15))
async def test_garbage_does_not_reach_other_person(room: Room, sent: list[str | bytes]) -> None:
    before = errors_in_log(room.worker)
    teacher = await room.enter(TEACHER)
    student = await room.enter(STUDENT)
    try:
        for frame in sent:
            await student.socket.send(frame)
    except websockets.ConnectionClosed:
        assert student.socket.close_code in (1009, 4008)

    await can_talk(room, teacher)
    again = await room.enter(STUDENT)
    await can_talk(room, again)
    assert {message["type"] for message in teacher.received} <= FROM_THE_OTHER | {"welcome"}
    assert errors_in_log(room.worker) == before
    await again.drop()
    await student.drop()
    await teacher.drop()


@pytest.mark.parametrize("size", [64 * 1024 + 1, 900_000, 3_000_000])
@pytest.mark.parametrize("binary", [False, True])
async def test_huge_frame_does_not_reach_other_person(room: Room, size: int, binary: bool) -> None:
    before = errors_in_log(room.worker)
    teacher = await room.enter(TEACHER)
    student = await room.enter(STUDENT)
    await student.socket.send(b"x" * size if binary else "x" * size)
    await asyncio.sleep(0.2)

    await can_talk(room, teacher)
    await can_talk(room, await room.enter(STUDENT))
    assert errors_in_log(room.worker) == before


@few
@given(page=st.text(max_size=40), watch=st.text(max_size=5))
def test_live_address_with_any_parameters_is_answered(
    dev_worker: LocalWorker, site, page: str, watch: str
) -> None:
    """Without the upgrade, and with it for a person who is not signed in."""
    params = {"page": page, "watch": watch}
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    plain = site.get("/session/demo-joinable/live", user="demo-student", params=params)
    unknown = site.get("/session/demo-joinable/live", headers=upgrade, params=params)

    assert plain.status_code == 426
    assert unknown.status_code in (400, 401)
