"""Bookings in the database: repeated, moved, colliding; on the real schema."""

from types import SimpleNamespace

import pytest

from db import sessions
from domain.model import Role, Status
from errors import ConflictError
from sessions import booking as sessions_booking
from tests.unit.cast import END, HOUR, MINUTE, START, booked_person, booking
from tests.unit.sqlite_database import SqliteDatabase

LATER = {"scheduled_start": START + HOUR, "scheduled_end": END + HOUR}


class Interrupted(SqliteDatabase):
    """Lets another writer in, right before each of the first transactions."""

    def __init__(self, connection, others):
        super().__init__(connection)
        self.others = list(others)

    async def batch(self, statements):
        if self.others:
            await self.others.pop(0)()
        return await super().batch(statements)


async def put(db, *, now=START, **changes):
    ctx = SimpleNamespace(db=db, now=now)
    return await sessions_booking.put(ctx, "s1", sessions_booking.parse("s1", booking(**changes)))


def attend(connection, user_id):
    connection.execute(
        "INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at)"
        " VALUES ('s1', ?, ?, ?)",
        (user_id, START, START),
    )


async def test_a_booking_is_stored_once(db):
    first, is_new = await put(db)
    again, is_new_again = await put(db)

    assert (is_new, is_new_again) == (True, False)
    assert again == first
    assert (first.status, first.sequence, first.student.name) == (
        Status.SCHEDULED,
        0,
        "Student Example",
    )


async def test_other_times_raise_the_sequence_once(db):
    await put(db)
    moved, _ = await put(db, **LATER)
    again, _ = await put(db, **LATER)

    assert (moved.scheduled_start, moved.sequence) == (START + HOUR, 1)
    assert again == moved


async def test_names_change_without_a_new_sequence(db):
    await put(db)
    renamed, _ = await put(db, student=booked_person("student", name="New Name"))

    assert (renamed.student.name, renamed.sequence) == ("New Name", 0)


async def test_people_are_called_as_the_last_booking_says(db):
    named, _ = await put(db, teacher=booked_person("teacher", given_name=" Amara "))
    unnamed, _ = await put(db, teacher=booked_person("teacher", given_name=None))

    assert (named.teacher.called, unnamed.teacher.called) == ("Amara", "Teacher Example")


async def test_moving_forgets_who_waited_for_the_old_time(db, connection):
    await put(db)
    attend(connection, "student")
    moved, _ = await put(db, **LATER)

    assert moved.student.joined_at is None


async def test_moving_makes_a_no_show_a_booking_again(db, connection):
    await put(db)
    attend(connection, "student")
    connection.execute("UPDATE sessions SET status = 'no_show', no_show = 'teacher', ended_at = 1")
    moved, _ = await put(db, **LATER)

    assert (moved.status, moved.no_show, moved.ended_at) == (Status.SCHEDULED, None, None)
    assert moved.student.joined_at is None


async def test_the_end_of_a_running_session_moves_and_nobody_is_thrown_out(db, connection):
    await put(db)
    attend(connection, "student")
    attend(connection, "teacher")
    connection.execute("UPDATE sessions SET status = 'in_progress', started_at = ?", (START,))
    moved, _ = await put(db, scheduled_end=END + HOUR)

    assert (moved.status, moved.scheduled_end) == (Status.IN_PROGRESS, END + HOUR)
    assert (moved.student.present, moved.teacher.present) == (True, True)


async def test_another_end_leaves_who_had_come_and_what_is_on_record(db, connection):
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


async def test_another_end_does_not_open_again_what_the_teacher_has_ended(db, connection):
    await put(db)
    attend(connection, "teacher")
    connection.execute(
        "UPDATE sessions SET status = 'no_show', no_show = 'student', ended_at = ?", (START + 900,)
    )
    ended, _ = await put(db, scheduled_end=END + HOUR)

    assert (ended.status, ended.ended_at) == (Status.NO_SHOW, START + 900)


async def test_of_two_creations_at_once_one_is_new(connection):
    async def other():
        await put(SqliteDatabase(connection))

    ours, is_new = await put(Interrupted(connection, [other]))

    assert not is_new
    assert ours.sequence == 0


async def test_of_two_moves_at_once_the_later_wins_whole(connection):
    await put(SqliteDatabase(connection))

    async def other():
        await put(SqliteDatabase(connection), scheduled_end=END + 2 * HOUR)

    ours, _ = await put(Interrupted(connection, [other]), **LATER)

    assert (ours.scheduled_start, ours.scheduled_end, ours.sequence) == (
        START + HOUR,
        END + HOUR,
        2,
    )


async def test_a_move_that_meets_a_cancellation_is_refused(connection):
    await put(SqliteDatabase(connection))

    async def other():
        ctx = SimpleNamespace(db=SqliteDatabase(connection), now=START)
        await sessions_booking.cancel(ctx, "s1")

    with pytest.raises(ConflictError, match="cancelled"):
        await put(Interrupted(connection, [other]), **LATER)

    stored = await sessions.find(SqliteDatabase(connection), "s1")
    assert (stored.status, stored.scheduled_start) == (Status.CANCELLED, START)


async def test_endless_collisions_end_in_a_refusal(connection):
    await put(SqliteDatabase(connection))

    def collision(hours):
        async def other():
            await put(SqliteDatabase(connection), scheduled_end=END + hours * HOUR)

        return other

    with pytest.raises(ConflictError, match=r"by somebody else. Try again\."):
        await put(Interrupted(connection, map(collision, (3, 4, 5))), **LATER)


async def test_cancelling_again_changes_nothing(db):
    await put(db)
    ctx = SimpleNamespace(db=db, now=START)
    first = await sessions_booking.cancel(ctx, "s1")
    again = await sessions_booking.cancel(SimpleNamespace(db=db, now=START + HOUR), "s1")

    assert (first.status, first.sequence) == (Status.CANCELLED, 1)
    assert again == first


async def test_a_cancelled_session_stays_cancelled_when_booked_the_same(db):
    await put(db)
    cancelled = await sessions_booking.cancel(SimpleNamespace(db=db, now=START), "s1")
    same, _ = await put(db)

    assert same == cancelled
    with pytest.raises(ConflictError):
        await put(db, **LATER)


async def test_the_session_is_found_with_its_people_in_one_round_trip(db, connection):
    await put(db)
    attend(connection, "teacher")
    db.calls = 0
    found = await sessions.find(db, "s1")

    assert db.calls == 1
    assert (found.teacher.present, found.student.present) == (True, False)
    assert found.role_of("teacher") is Role.TEACHER


async def test_people_find_their_own_sessions_only(db):
    await put(db)

    assert [s.id for s in await sessions.list_of_person(db, "student")] == ["s1"]
    assert [s.id for s in await sessions.list_of_person(db, "teacher")] == ["s1"]
    assert await sessions.list_of_person(db, "stranger") == []


async def test_who_comes_while_the_recording_is_switched_on_keeps_it_off(db, connection):
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
async def test_a_move_ends_a_call_only_when_its_room_closes(db, connection, by_s, over):
    await put(db)
    attend(connection, "student")
    connection.execute("UPDATE sessions SET provider = 'plugnmeet', provider_room_id = 'lesson-1'")
    times = {"scheduled_start": START + by_s, "scheduled_end": END + by_s}
    moved, _ = await put(db, **times)

    assert moved.provider_room_over is over
    assert moved.student.present is not over
    assert moved.provider_room_id == "lesson-1", "its end, webhooks and recordings go by it"
