"""Alone in the room: one e-mail to the other person, on request."""

from collections.abc import Callable

from tests.people import STUDENT, TEACHER
from tests.worker.live_room import MINUTE, Room, until


async def test_waiting_mail_is_sent_once(book: Callable[..., Room]) -> None:
    room = book(starts_in=-MINUTE)
    await room.enter(STUDENT)
    first, second = room.post("waiting", STUDENT), room.post("waiting", STUDENT)

    assert (first.status_code, first.json()) == (202, {"mail": "on_its_way"})
    assert (second.status_code, second.json()) == (202, {"mail": "on_its_way"})
    room.worker.scheduled()
    assert room.post("waiting", STUDENT).json() == {"mail": "sent"}
    assert room.mails() == [("waiting", TEACHER, "sent")]


async def test_waiting_mail_is_withdrawn_after_the_other_person_came(
    book: Callable[..., Room],
) -> None:
    room = book(starts_in=-MINUTE)
    await room.enter(STUDENT)
    assert room.post("waiting", STUDENT).status_code == 202
    teacher = await room.enter(TEACHER)
    await teacher.receive("session", status="in_progress")
    room.worker.scheduled()

    assert room.mails() == [("waiting", TEACHER, "withdrawn")]
    assert room.post("waiting", STUDENT).status_code == 409


async def test_waiting_mail_can_be_requested_in_a_no_shows_lobby(
    book: Callable[..., Room],
) -> None:
    room = book(starts_in=-MINUTE)
    student = await room.enter(STUDENT)
    room.clock_at(room.start + 10 * MINUTE)
    assert await student.receive("session", status="no_show")
    await student.leave()
    await until(room.present, set())

    assert room.post("waiting", TEACHER).status_code == 409
    asked = room.post("waiting", STUDENT)
    assert (asked.status_code, asked.json()) == (202, {"mail": "on_its_way"})
    await room.enter(TEACHER)
    await until(room.present, {TEACHER})
    assert room.post("waiting", STUDENT).status_code == 409
    room.worker.scheduled()
    assert room.mails() == [("waiting", TEACHER, "withdrawn")]


async def test_waiting_mail_needs_a_waiting_person(book: Callable[..., Room]) -> None:
    early, late = book(starts_in=MINUTE), book(starts_in=-MINUTE)
    await early.enter(STUDENT)
    await late.enter(STUDENT)

    for answer in (early.post("waiting", STUDENT), late.post("waiting", TEACHER)):
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "conflict"
    assert early.mails() == late.mails() == []
