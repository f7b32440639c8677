"""A session's life on the room's own clock; each transition is recorded exactly once."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.conftest import start_worker
from tests.people import STUDENT, TEACHER
from tests.worker.live_room import MINUTE, Room, rooms_on, until
from tools.local_worker import LocalWorker


def names(room: Room) -> list[str]:
    return [name for name, _ in room.events()]


async def test_session_runs_from_first_minute_to_end_of_overtime(book: Callable[..., Room]) -> None:
    room = book(starts_in=10 * MINUTE)
    student = await room.enter(STUDENT)
    await student.receive("session", status="scheduled")

    room.clock_at(room.start + 10 * MINUTE)
    assert await student.receive("session", status="no_show", no_show="teacher")
    assert room.record()["no_show"] == "teacher"

    teacher = await room.enter(TEACHER)
    assert await student.receive("session", status="in_progress", no_show=None)
    assert room.record()["status"] == "in_progress"

    for notice, before_end in [("ten_minutes", 10), ("five_minutes", 5), ("one_minute", 1)]:
        room.clock_at(room.end - before_end * MINUTE)
        assert await student.receive("notice", notice=notice)
        assert await teacher.receive("notice", notice=notice)
    room.clock_at(room.end)
    assert await student.receive("notice", notice="end")
    room.clock_at(room.end + 13 * MINUTE)
    assert await student.receive("notice", notice="closing")
    room.clock_at(room.end + 15 * MINUTE)

    assert await student.receive("ended", reason="completed")
    assert await teacher.receive("ended", reason="completed")
    await until(room.present, set())
    assert room.record()["status"] == "completed"
    assert names(room).count("session_started") == names(room).count("session_ended") == 1
    notices = [message["notice"] for message in student.received if message["type"] == "notice"]
    assert notices == ["ten_minutes", "five_minutes", "one_minute", "end", "closing"]


async def test_alarm_records_no_show(book: Callable[..., Room]) -> None:
    room = book(starts_in=0)
    student = await room.enter(STUDENT)
    room.clock_at(room.start + 10 * MINUTE - 3)

    assert await student.receive("session", status="no_show", seconds=8)
    assert room.record()["ended_at"] is None


async def test_alarm_sends_notice(book: Callable[..., Room]) -> None:
    room = book(starts_in=-50 * MINUTE + 3)
    student = await room.enter(STUDENT)

    assert await student.receive("notice", notice="ten_minutes", seconds=8)


async def test_session_ends_when_both_leave_after_end(book: Callable[..., Room]) -> None:
    room = book(starts_in=10 * MINUTE)
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    await teacher.receive("session", status="in_progress")
    room.clock_at(room.end + MINUTE)
    await student.leave()
    assert room.record()["status"] == "in_progress"
    await teacher.leave()

    await until(lambda: room.record()["status"], "completed")
    assert names(room).count("session_ended") == 1


async def test_session_ends_at_end_when_both_left_before(book: Callable[..., Room]) -> None:
    room = book(starts_in=-60 * MINUTE + 6)
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    await teacher.receive("session", status="in_progress")
    await student.leave()
    await teacher.leave()

    await until(lambda: room.record()["status"], "completed", 12)
    ((_, ended),) = [event for event in room.events() if event[0] == "session_ended"]
    assert ended["duration"] < 6


async def test_session_continues_when_both_reload_in_overtime(book: Callable[..., Room]) -> None:
    room = book(starts_in=10 * MINUTE)
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    await teacher.receive("session", status="in_progress")
    room.clock_at(room.end + MINUTE)
    await asyncio.gather(student.drop(), teacher.drop())
    again = await asyncio.gather(room.enter(STUDENT), room.enter(TEACHER))

    assert room.record()["status"] == "in_progress"
    assert all(client.welcome["other"] for client in again)


async def test_racing_sockets_and_alarms_make_each_transition_once(
    book: Callable[..., Room], dev_worker: LocalWorker
) -> None:
    room = book(starts_in=10 * MINUTE)
    student = await room.enter(STUDENT)
    past_no_show = room.start + 11 * MINUTE
    cron = asyncio.to_thread(dev_worker.scheduled)
    shifts = [asyncio.to_thread(room.clock_at, past_no_show) for _ in range(4)]
    teachers = [room.enter(TEACHER) for _ in range(3)]
    await asyncio.gather(cron, *shifts, *teachers, return_exceptions=True)
    await student.receive("session", status="in_progress")

    over = room.end + 15 * MINUTE
    await asyncio.gather(
        *[asyncio.to_thread(room.clock_at, over) for _ in range(4)],
        *[asyncio.to_thread(room.post, "end", TEACHER) for _ in range(2)],
        student.leave(),
        return_exceptions=True,
    )
    await until(lambda: room.record()["status"], "completed")
    await until(room.present, set())
    assert names(room).count("session_started") == 1
    assert names(room).count("session_ended") == 1
    assert len(room.record()["attendance"]) == 2


async def test_new_time_reaches_room_at_next_join(book: Callable[..., Room]) -> None:
    room = book(starts_in=5 * MINUTE)
    student = await room.enter(STUDENT)
    await student.receive("session", scheduled_end=room.end)
    room.end += 30 * MINUTE
    room.book()
    teacher = await room.enter(TEACHER)

    assert await student.receive("session", scheduled_end=room.end, status="in_progress")
    assert await teacher.receive("session", scheduled_end=room.end)
    assert room.present() == {STUDENT, TEACHER}


async def test_new_time_reaches_waiting_person(book: Callable[..., Room]) -> None:
    room = book(starts_in=5 * MINUTE)
    student = await room.enter(STUDENT)
    await student.receive("session", scheduled_end=room.end)
    room.end += 30 * MINUTE
    room.book()

    assert await student.receive("session", scheduled_end=room.end)
    room.start += 24 * 60 * MINUTE
    room.end += 24 * 60 * MINUTE
    room.book()
    assert await student.receive("ended", reason="moved")
    await until(room.present, set())
    assert room.record()["attendance"] == [], "nobody has joined at the new time"


async def test_replaced_person_is_removed_and_replacement_is_not_present(
    book: Callable[..., Room],
) -> None:
    room = book(starts_in=5 * MINUTE)
    teacher = await room.enter(TEACHER)
    await until(room.present, {TEACHER})
    room.booked = {"teacher": {"id": "kofi", "name": "Kofi", "email": "kofi@example.com"}}
    room.book()

    assert await teacher.receive("ended", reason="reassigned")
    assert await teacher.closed() == 4003
    await until(room.present, set())
    assert "kofi" not in {row["user_id"] for row in room.record()["attendance"]}


async def test_cancellation_closes_room(book: Callable[..., Room]) -> None:
    room = book(starts_in=5 * MINUTE)
    student = await room.enter(STUDENT)
    room.cancel()

    assert await student.receive("ended", reason="cancelled")
    assert await student.closed() == 4003


async def test_restart_keeps_chat_and_ends_stay_of_missing_person(
    tmp_path: Path,
) -> None:
    worker = start_worker({}, tmp_path)
    async with AsyncExitStack() as stack:
        stack.callback(worker.stop)
        book = await stack.enter_async_context(rooms_on(worker))
        room = book(starts_in=5 * MINUTE)
        student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
        await student.send("chat", id=secrets.token_hex(8), text="before")
        await teacher.receive("chat")
        student.fall_silent()
        teacher.fall_silent()
        worker.stop()
        worker.start()
        back = await room.enter(STUDENT, student.page)

        assert [line["text"] for line in back.welcome["chat"]] == ["before"]
        assert room.record()["status"] == "in_progress"
        assert await back.receive("presence", role="teacher", state="left", seconds=30)
        await until(room.present, {STUDENT})
        assert names(room).count("session_started") == 1


@pytest.mark.parametrize("seconds", [-1, 86_401, "soon"])
async def test_clock_refuses_invalid_shift(book: Callable[..., Room], seconds: object) -> None:
    room = book(starts_in=5 * MINUTE)
    answer = room.http.post(f"/dev/clock/{room.id}", json={"seconds": seconds})

    assert answer.status_code == 422


async def test_production_has_no_clock(worker_with: Callable[..., LocalWorker]) -> None:
    async with rooms_on(worker_with(ENVIRONMENT="production")) as book:
        room = book(starts_in=5 * MINUTE)
        answer = room.http.post(f"/dev/clock/{room.id}", json={"seconds": 1})

    assert answer.status_code == 404
