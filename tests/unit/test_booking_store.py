"""Bookings in the database, with the real schema: repeated, moved and simultaneous ones."""

from types import SimpleNamespace

import pytest

from db import sessions
from domain.model import Role, Status
from errors import ConflictError
from sessions import booking as sessions_booking
from sessions import booking_body
from tests.unit.cast import END, HOUR, MINUTE, START, booked_person, booking
from tests.unit.sqlite_database import SqliteDatabase

LATER = {"scheduled_start": START + HOUR, "scheduled_end": END + HOUR}


class Interrupted(SqliteDatabase):
    """Runs another writer right before each of the first transactions."""

    def __init__(self, connection, others):
        super().__init__(connection)
        self.others = list(others)

    async def batch(self, statements):
        if self.others:
            await self.others.pop(0)()
        return await super().batch(statements)


async def put(db, *, now=START, **changes):
    ctx = SimpleNamespace(db=db, now=now)
    stored = await sessions_booking.put(ctx, "s1", booking_body.parse("s1", booking(**changes)))
    return await sessions.find(db, "s1"), stored.change == "new"


def attend(connection, user_id):
    connection.execute(
        "INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at)"
        " VALUES ('s1', ?, ?, ?)",
        (user_id, START, START),
    )


async def test_put_stores_a_repeated_booking_once(db):
    first, is_new = await put(db)
    again, is_new_again = await put(db)

    assert (is_new, is_new_again) == (True, False)
    assert again == first
    assert (first.status, first.sequence, first.student.name) == (
        Status.SCHEDULED,
        0,
        "Student Example",
    )


async def test_put_raises_the_sequence_once_for_new_times(db):
    await put(db)
    moved, _ = await put(db, **LATER)
    again, _ = await put(db, **LATER)

    assert (moved.scheduled_start, moved.sequence) == (START + HOUR, 1)
    assert again == moved


async def test_put_changes_names_without_a_new_sequence(db):
    await put(db)
    renamed, _ = await put(db, student=booked_person("student", name="New Name"))

    assert (renamed.student.name, renamed.sequence) == ("New Name", 0)


async def test_put_updates_given_names(db):
    named, _ = await put(db, teacher=booked_person("teacher", given_name=" Amara "))
    unnamed, _ = await put(db, teacher=booked_person("teacher", given_name=None))

    assert (named.teacher.called, unnamed.teacher.called) == ("Amara", "Teacher Example")


async def test_move_deletes_attendance(db, connection):
    await put(db)
    attend(connection, "student")
    moved, _ = await put(db, **LATER)

    assert moved.student.joined_at is None


async def test_move_makes_a_no_show_scheduled_again(db, connection):
    await put(db)
    attend(connection, "student")
    connection.execute("UPDATE sessions SET status = 'no_show', no_show = 'teacher', ended_at = 1")
    moved, _ = await put(db, **LATER)

    assert (moved.status, moved.no_show, moved.ended_at) == (Status.SCHEDULED, None, None)
    assert moved.student.joined_at is None


async def test_new_end_of_a_running_session_keeps_people_in_the_room(db, connection):
    await put(db)
    attend(connection, "student")
    attend(connection, "teacher")
    connection.execute("UPDATE sessions SET status = 'in_progress', started_at = ?", (START,))
    moved, _ = await put(db, scheduled_end=END + HOUR)

    assert (moved.status, moved.scheduled_end) == (Status.IN_PROGRESS, END + HOUR)
    assert (moved.student.present, moved.teacher.present) == (True, True)


async def test_new_end_keeps_attendance_and_status(db, connection):
    await put(db)
    attend(connection, "student")
    waiting, _ = await put(db, scheduled_end=END + HOUR)
    connection.execute("UPDATE sessions SET status = 'no_show', no_show = 'teacher'")
    missed, _ = await put(db, scheduled_end=END + 2 * HOUR)

    assert (waiting.sequence, waiting.scheduled_end) == (1, END + HOUR)
    assert waiting.student.present
    assert (missed.sequence, missed.scheduled_end) == (2, END + 2 * HOUR)
    assert (missed.status, missed.no_show) == (Status.NO_SHOW, Role.TEACHER)
    assert missed.student.present


async def test_new_end_does_not_reopen_an_ended_session(db, connection):
    await put(db)
    attend(connection, "teacher")
    connection.execute(
        "UPDATE sessions SET status = 'no_show', no_show = 'student', ended_at = ?", (START + 900,)
    )
    ended, _ = await put(db, scheduled_end=END + HOUR)

    assert (ended.status, ended.ended_at) == (Status.NO_SHOW, START + 900)


async def test_only_one_of_two_simultaneous_creations_is_new(connection):
    async def other():
        await put(SqliteDatabase(connection))

    ours, is_new = await put(Interrupted(connection, [other]))

    assert not is_new
    assert ours.sequence == 0


async def test_later_of_two_simultaneous_moves_wins_completely(connection):
    await put(SqliteDatabase(connection))

    async def other():
        await put(SqliteDatabase(connection), scheduled_end=END + 2 * HOUR)

    ours, _ = await put(Interrupted(connection, [other]), **LATER)

    assert (ours.scheduled_start, ours.scheduled_end, ours.sequence) == (
        START + HOUR,
        END + HOUR,
        2,
    )


async def test_move_of_a_just_cancelled_session_is_refused(connection):
    await put(SqliteDatabase(connection))

    async def other():
        ctx = SimpleNamespace(db=SqliteDatabase(connection), now=START)
        await sessions_booking.cancel(ctx, "s1")

    with pytest.raises(ConflictError, match="cancelled"):
        await put(Interrupted(connection, [other]), **LATER)

    stored = await sessions.find(SqliteDatabase(connection), "s1")
    assert (stored.status, stored.scheduled_start) == (Status.CANCELLED, START)


async def test_put_gives_up_after_repeated_collisions(connection):
    await put(SqliteDatabase(connection))

    def collision(hours):
        async def other():
            await put(SqliteDatabase(connection), scheduled_end=END + hours * HOUR)

        return other

    with pytest.raises(ConflictError, match=r"by somebody else. Try again\."):
        await put(Interrupted(connection, map(collision, (3, 4, 5))), **LATER)


async def test_cancel_is_idempotent(db):
    await put(db)
    ctx = SimpleNamespace(db=db, now=START)
    first = await sessions_booking.cancel(ctx, "s1")
    again = await sessions_booking.cancel(SimpleNamespace(db=db, now=START + HOUR), "s1")

    assert (first.status, first.sequence) == (Status.CANCELLED, 1)
    assert again == first


async def test_put_keeps_a_cancelled_session_cancelled(db):
    await put(db)
    cancelled = await sessions_booking.cancel(SimpleNamespace(db=db, now=START), "s1")
    same, _ = await put(db)

    assert same == cancelled
    with pytest.raises(ConflictError):
        await put(db, **LATER)


async def test_find_reads_session_and_people_in_one_round_trip(db, connection):
    await put(db)
    attend(connection, "teacher")
    db.calls = 0
    found = await sessions.find(db, "s1")

    assert db.calls == 1
    assert (found.teacher.present, found.student.present) == (True, False)
    assert found.role_of("teacher") is Role.TEACHER


async def test_list_of_person_has_only_their_sessions(db):
    await put(db)

    assert [s.id for s in await sessions.list_of_person(db, "student")] == ["s1"]
    assert [s.id for s in await sessions.list_of_person(db, "teacher")] == ["s1"]
    assert await sessions.list_of_person(db, "stranger") == []


async def test_recording_is_not_switched_on_after_a_person_came(db, connection):
    before, _ = await put(db)

    async def comes():
        attend(connection, "student")

    with pytest.raises(ConflictError, match="recording"):
        await put(Interrupted(connection, [comes]), recording_enabled=True)

    assert (await sessions.find(db, "s1")).recording_enabled is before.recording_enabled is False


@pytest.mark.parametrize(
    ("by_s", "over"),
    [(0, False), (15 * MINUTE, False), (15 * MINUTE + 1, True), (HOUR, True), (-2 * HOUR, True)],
)
async def test_move_ends_the_call_only_if_its_room_closes(db, connection, by_s, over):
    await put(db)
    attend(connection, "student")
    connection.execute("UPDATE sessions SET provider = 'plugnmeet', provider_room_id = 'lesson-1'")
    times = {"scheduled_start": START + by_s, "scheduled_end": END + by_s}
    moved, _ = await put(db, **times)

    assert moved.provider_room_over is over
    assert moved.student.present is not over
    assert moved.provider_room_id == "lesson-1", "its end, webhooks and recordings go by it"
