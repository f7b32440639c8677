"""The live socket in real workerd: access, messages, and refusals."""

import asyncio
import secrets
from collections.abc import Callable

import pytest
import websockets

from tests.people import STRANGER, STUDENT, TEACHER
from tests.worker.live_room import MINUTE, Room, until

SDP = "v=0\r\n"


async def test_two_people_get_each_others_presence(room: Room) -> None:
    student = await room.enter(STUDENT)
    teacher = await room.enter(TEACHER)

    assert student.welcome["polite"] is True
    assert student.welcome["numbers_offers"] is True
    assert student.welcome["other"]["state"] == "left"
    assert teacher.welcome["polite"] is False
    assert teacher.welcome["other"] == {"state": "online", "page": student.page, "media": None}
    assert (await student.receive("presence"))["page"] == teacher.page
    assert (await student.receive("session", status="in_progress"))["started_at"]
    await until(room.present, {STUDENT, TEACHER})


async def test_signal_reaches_only_addressed_page(room: Room) -> None:
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    candidate = {"candidate": "candidate:1", "sdpMid": "0", "sdpMLineIndex": 0}
    await teacher.send("signal", to=student.page, description={"type": "offer", "sdp": SDP})
    await teacher.send("signal", to=student.page, candidate=candidate)
    await teacher.send("signal", to=secrets.token_hex(8), candidate=candidate)

    offer = await student.receive("signal")
    assert offer["description"] == {"type": "offer", "sdp": SDP}
    assert offer["from"] == teacher.page
    assert (await student.receive("signal"))["candidate"] == candidate
    assert (await teacher.receive("error"))["code"] == "not_delivered"
    await student.send("signal", to=teacher.page, restart=True)
    assert (await teacher.receive("signal"))["restart"] is True


async def test_last_word_about_the_recording_wins(book: Callable[..., Room]) -> None:
    """Both press at once; the room stores one answer at a time."""
    room = book(starts_in=0, recording_enabled=True)
    student = await room.enter(STUDENT)
    await student.receive("recording_plan", state="asking")
    teacher = await room.enter(TEACHER)
    for agreed in (True, False, True, False):
        for person in (student, teacher):
            await person.send("recording_consent", agreed=agreed, words="1")
    await teacher.send("recording_consent", agreed=True, words="1")
    last = {"student": False, "teacher": True}
    await student.receive("recording_plan", agreed=last)

    def stored() -> dict[str, bool]:
        return {each["role"]: each["agreed"] for each in room.record()["recording_consents"]}

    await until(stored, last)
    await student.send("recording_consent", agreed=True, words="1")
    await teacher.receive("recording_plan", state="agreed")
    assert stored() == {"student": True, "teacher": True}


async def test_chat_line_is_sent_once_and_kept_for_rejoin(room: Room) -> None:
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    message_id = secrets.token_hex(8)
    await student.send("chat", id=message_id, text="  Hello 👋  ")
    await student.send("chat", id=message_id, text="  Hello 👋  ")
    await teacher.send("chat", id=secrets.token_hex(8), text="Hi")

    assert (await teacher.receive("chat"))["text"] == "Hello 👋"
    assert (await teacher.receive("chat"))["role"] == "teacher"
    assert (await student.receive("chat"))["role"] == "student"
    await student.drop()
    again = await room.enter(STUDENT)
    assert [line["text"] for line in again.welcome["chat"]] == ["Hello 👋", "Hi"]


async def test_media_state_is_sent_now_and_in_later_welcome(room: Room) -> None:
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    await student.send("media", microphone=False, camera=True, screen=False)

    assert (await teacher.receive("media"))["microphone"] is False
    again = await room.enter(TEACHER)
    assert again.welcome["other"]["media"] == {"microphone": False, "camera": True, "screen": False}


async def test_second_tab_replaces_first(room: Room) -> None:
    teacher = await room.enter(TEACHER)
    first = await room.enter(STUDENT)
    second = await room.enter(STUDENT)

    assert await first.receive("replaced")
    assert await first.closed() == 4001
    assert await teacher.receive("presence", page=second.page, state="online")
    assert not [message for message in teacher.received if message.get("state") == "away"]
    assert len(room.record()["attendance"]) == 2


async def test_reconnect_of_same_page_sends_no_presence(room: Room) -> None:
    teacher = await room.enter(TEACHER)
    page = secrets.token_hex(8)
    first = await room.enter(STUDENT, page)
    await teacher.receive("presence")
    second = await room.enter(STUDENT, page)
    await second.send("chat", id=secrets.token_hex(8), text="still here")

    assert await first.closed() == 4000
    await teacher.receive("chat")
    assert [m["type"] for m in teacher.received].count("presence") == 1


async def test_lost_socket_makes_person_away_then_left(room: Room) -> None:
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    await student.drop()

    assert await teacher.receive("presence", state="away", seconds=3)
    assert room.present() == {STUDENT, TEACHER}
    assert await teacher.receive("presence", state="left", seconds=20)
    await until(room.present, {TEACHER})


async def test_silent_socket_makes_person_away_within_15_s(room: Room) -> None:
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    student.fall_silent()

    assert await teacher.receive("presence", state="away", seconds=15)
    assert await student.closed() == 4004


async def test_leave_counts_at_once(room: Room) -> None:
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    await student.leave()

    assert await teacher.receive("presence", state="left", seconds=3)
    await until(room.present, {TEACHER})


async def test_fifth_lobby_closes_first_lobby_of_same_person(room: Room) -> None:
    teachers = await room.enter(TEACHER, watch=True)
    mine = [await room.enter(STUDENT, watch=True) for _ in range(5)]

    assert await mine[0].closed() == 4001
    assert [lobby.socket.close_code for lobby in (*mine[1:], teachers)] == [None] * 5


async def test_lobby_gets_presence_and_is_not_present(room: Room) -> None:
    lobby = await room.enter(STUDENT, watch=True)
    assert lobby.welcome["other"]["state"] == "left"
    teacher = await room.enter(TEACHER)

    assert await lobby.receive("presence", role="teacher", state="online")
    assert room.present() == {TEACHER}
    await lobby.send("chat", id=secrets.token_hex(8), text="psst")
    assert (await lobby.receive("error"))["code"] == "watching"
    await teacher.leave()
    assert await lobby.receive("presence", state="left")


async def test_lobbys_socket_enters_room(room: Room) -> None:
    teacher = await room.enter(TEACHER)
    lobby = await room.enter(STUDENT, watch=True)
    page = secrets.token_hex(8)
    await lobby.socket.send(f"enter {page}")

    welcome = await lobby.receive("welcome")
    assert welcome["other"] == {"state": "online", "page": teacher.page, "media": None}
    assert welcome["board"]
    assert await teacher.receive("presence", role="student", state="online", page=page)
    assert await lobby.receive("session", status="in_progress")
    await until(room.present, {STUDENT, TEACHER})
    await teacher.send("signal", to=page, restart=True)
    assert (await lobby.receive("signal"))["from"] == teacher.page
    await lobby.send("chat", id=secrets.token_hex(8), text="here I am")
    assert (await teacher.receive("chat"))["text"] == "here I am"
    await lobby.leave()
    assert await teacher.receive("presence", state="left")


async def test_page_that_entered_goes_on_with_another_socket(room: Room) -> None:
    teacher, lobby = await room.enter(TEACHER), await room.enter(STUDENT, watch=True)
    page = secrets.token_hex(8)
    await lobby.socket.send(f"enter {page}")
    await lobby.receive("welcome")
    again = await room.enter(STUDENT, page)

    assert await lobby.closed() == 4000
    assert again.welcome["other"]["page"] == teacher.page


async def test_socket_enters_only_once_and_only_an_open_room(
    room: Room, book: Callable[..., Room]
) -> None:
    student = await room.enter(STUDENT)
    await student.socket.send(f"enter {secrets.token_hex(8)}")
    assert (await student.receive("error"))["code"] == "cannot_enter"

    early = book(starts_in=60 * MINUTE)
    lobby = await early.enter(STUDENT, watch=True)
    await lobby.receive("session")
    await lobby.socket.send(f"enter {secrets.token_hex(8)}")
    assert (await lobby.receive("error"))["code"] == "cannot_enter"
    assert early.present() == set()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "malformed"),
        ("[]", "malformed"),
        (b"\x00\x01", "malformed"),
        ('{"type": "hack"}', "malformed"),
        ("enter the room", "malformed"),
        ('{"type": "chat", "id": "12345678", "text": " "}', "malformed"),
        ('{"type": "chat", "id": "12345678", "text": "x", "role": "teacher"}', "malformed"),
        ('{"type": "media", "microphone": 1, "camera": true, "screen": false}', "malformed"),
        ('{"type": "chat", "id": "12345678", "text": "' + "x" * 2001 + '"}', "malformed"),
        ("x" * (64 * 1024 + 1), "too_large"),
    ],
)
async def test_malformed_message_gets_error_and_other_gets_nothing(
    room: Room, frame: str | bytes, code: str
) -> None:
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    await student.socket.send(frame)

    assert (await student.receive("error"))["code"] == code
    await student.send("chat", id="after-that-1", text="still talking")
    assert await teacher.receive("chat")
    assert not [message for message in teacher.received if message["type"] == "error"]


async def test_flooding_socket_is_closed(room: Room) -> None:
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    for number in range(60):
        await student.send("chat", id=f"flood-{number:04}", text="spam")

    assert await student.closed() == 4008
    await teacher.receive("presence", state="away")
    assert 0 < len([message for message in teacher.received if message["type"] == "chat"]) <= 20


async def refused(room: Room, who: str | None, **options: object) -> int:
    """The status of the refusal of a WebSocket."""
    headers = {"Cookie": room.cookie(who)} if who else {}
    headers |= options.pop("headers", {})  # type: ignore[arg-type]
    with pytest.raises(websockets.InvalidStatus) as refusal:
        await websockets.connect(
            room.address(secrets.token_hex(8), **options),  # type: ignore[arg-type]
            additional_headers=headers,
            proxy=None,
        )
    return int(refusal.value.response.status_code)


async def test_third_person_is_refused(room: Room) -> None:
    assert await refused(room, STRANGER) == 403
    assert await refused(room, STRANGER, watch=True) == 403
    assert await refused(room, None) == 401


async def test_page_of_other_site_is_refused(room: Room) -> None:
    evil = {"Origin": "https://evil.example"}

    assert await refused(room, STUDENT, headers=evil) == 403


async def test_room_refuses_people_before_it_opens(book: Callable[..., Room]) -> None:
    early = book(starts_in=60 * MINUTE)

    assert await refused(early, STUDENT) == 409
    assert early.post("end", TEACHER).status_code == 409
    lobby = await early.enter(STUDENT, watch=True)
    assert (await lobby.receive("session"))["opens_at"] == early.start - 15 * MINUTE


async def test_room_refuses_people_after_it_closed(book: Callable[..., Room]) -> None:
    over = book(starts_in=-120 * MINUTE)

    assert await refused(over, STUDENT) == 410
    assert await refused(over, STUDENT, watch=True) == 410
    assert over.post("end", TEACHER).status_code == 410


def test_live_requires_websocket_and_valid_page(room: Room) -> None:
    cookie = {"Cookie": room.cookie(STUDENT)}
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}

    assert room.http.get(f"/session/{room.id}/live", headers=cookie).status_code == 426
    answer = room.http.get(f"/session/{room.id}/live?page=zz", headers=cookie | upgrade)
    assert answer.status_code == 400


async def test_end_by_teacher_closes_room_once(room: Room) -> None:
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    await student.receive("session", status="in_progress")
    assert room.post("end", STUDENT).status_code == 403
    answers = await asyncio.gather(
        *[asyncio.to_thread(room.post, "end", TEACHER) for _ in range(3)]
    )

    assert 200 in {answer.status_code for answer in answers}
    assert {answer.status_code for answer in answers} <= {200, 410}
    assert await student.receive("ended", reason="completed", by="teacher")
    assert await student.closed() == await teacher.closed() == 4003
    await until(room.present, set())
    assert room.record()["status"] == "completed"
    events = [name for name, _ in room.events()]
    assert events.count("session_started") == events.count("session_ended") == 1
    assert await refused(room, STUDENT) == 410
