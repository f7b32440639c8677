"""Live messages during the loss of a socket: closed, broken, or silent."""

import json

import pytest

from tests.unit.call_world import CLOSED, Browser, call_world, run_until_quiet
from tests.unit.cast import MINUTE, START

MID = START + MINUTE
CANDIDATE = {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdpMid": "0"}
CHAT = {"type": "chat", "id": "line-0001", "text": "Hello"}
MESSAGES = {
    "offer": {"type": "signal", "description": {"type": "offer", "sdp": "v=0", "offer": 1}},
    "answer": {"type": "signal", "description": {"type": "answer", "sdp": "v=0", "offer": 1}},
    "candidate": {"type": "signal", "candidate": CANDIDATE},
    "restart": {"type": "signal", "restart": True},
    "chat": CHAT,
    "media": {"type": "media", "microphone": True, "camera": False, "screen": False},
    "move": {"type": "move", "epoch": 0, "reason": "not_connected"},
    "leave": {"type": "leave"},
    "no type": {"text": "Hello"},
    "no JSON": "{",
    "bytes": b"\x00",
}
SIGNALS = ("offer", "answer", "candidate", "restart")
MALFORMED = ("no type", "no JSON", "bytes")


async def closes(world, browser):
    browser.socket.readyState = CLOSED
    await browser._event("webSocketClose", 1001, "", True)


async def breaks(world, browser):
    browser.socket.readyState = CLOSED
    await browser._event("webSocketError", OSError("reset"))


async def breaks_unseen(world, browser):
    """The runtime has closed the socket, and has not sent the event yet."""
    browser.socket.readyState = CLOSED


async def falls_silent(world, browser):
    browser.socket.silent_since = world.now


LOSSES = (closes, breaks, breaks_unseen, falls_silent)


async def send(world, browser, kind):
    """Deliver a message that was on its way when the socket was lost."""
    message = MESSAGES[kind]
    if kind in SIGNALS:
        to = Browser.page_of("teacher" if browser.role == "student" else "student")
        message = message | {"to": to}
    raw = message if isinstance(message, (str, bytes)) else json.dumps(message)
    await browser._event("webSocketMessage", raw)


def received(browser, kind):
    return [each for each in map(json.loads, browser.socket.sent) if each["type"] == kind]


@pytest.mark.parametrize("whose", ["the sender's", "the other's"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", MESSAGES)
async def test_message_during_loss_of_socket_does_no_harm(kind, loss, whose):
    with call_world("plugnmeet", peer_first=True, now=MID) as world:
        await world.platform_puts()
        student, teacher = Browser(world, "student"), Browser(world, "teacher")
        for person in (student, teacher):
            assert await person.open() == 200
        lost = student if whose == "the sender's" else teacher
        other = teacher if lost is student else student
        await loss(world, lost)
        before = len(student.socket.sent)
        await send(world, student, kind)
        is_gone = lost.socket.readyState == CLOSED
        sent = [json.loads(each)["type"] for each in student.socket.sent[before:]]
        if lost is student and is_gone:
            assert sent == [], "nothing is sent to a closed socket"
        elif kind in MALFORMED or (kind in SIGNALS and is_gone):
            assert sent == ["error"]
        elif kind in SIGNALS:
            assert len(received(teacher, "signal")) == 1

        # A room without a live socket checks for lost sockets each minute.
        await world.pass_time(world.now + 2 * MINUTE)
        has_left = {lost.role, "student"} if kind == "leave" else {lost.role}
        away = {who for who, left_at in world.attendance().items() if left_at is not None}
        assert away == has_left
        if other.role not in has_left:
            states = [each["state"] for each in received(other, "presence")]
            assert states[-1] == "left"

        # A browser that got no echo of its line sends it again over a new socket.
        for person in (student, teacher):
            person.in_room = True
            person.socket.readyState = CLOSED
            await person.connect()
        if kind == "chat":
            await send(world, student, "chat")
            lines = json.loads(await world.rooms.run("s1", "chat"))
            assert [line["id"] for line in lines] == [CHAT["id"]]
            for person in (student, teacher):
                [welcome] = received(person, "welcome")
                assert len(welcome["chat"]) + len(received(person, "chat")) == 1
        await run_until_quiet(world, student, teacher)
        assert set(world.attendance().values()) == {None}
        assert student.place == teacher.place
        assert world.counted("session_joined") == 2
