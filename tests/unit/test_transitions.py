"""Changes of a session's status, and the sweep that closes overdue sessions."""

from types import SimpleNamespace

import pytest

from db import sessions, transitions
from domain import rules
from domain.model import Role, Status
from domain.reconcile import Started
from sessions import booking as sessions_booking
from sessions import booking_body, overdue
from tests.unit.cast import CLOSES, END, OPENS, START, booked_person, booking


@pytest.fixture
async def booked(db, connection):
    ctx = SimpleNamespace(db=db, now=START)
    await sessions_booking.put(ctx, "s1", booking_body.parse("s1", booking()))
    return connection


def attend(connection, user_id):
    connection.execute(
        "INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at)"
        " VALUES ('s1', ?, ?, ?)",
        (user_id, START, START),
    )


async def sweep(db, now):
    closed = await transitions.close_overdue(db, ended_before=now - (CLOSES - END), now=now)
    closed = [(row["id"], row["status"]) for row in closed]
    return closed, await sessions.find(db, "s1")


async def test_start_does_not_reopen_an_ended_no_show(db, booked):
    waiting = (await sessions.find(db, "s1"))._replace(status=Status.NO_SHOW)
    booked.execute("UPDATE sessions SET status = 'no_show', no_show = 'student'")
    assert await transitions.end(db, "s1", now=START + 700)
    await db.batch([transitions.start(waiting, Started(START + 701))])
    session = await sessions.find(db, "s1")

    assert (session.status, session.ended_at) == (Status.NO_SHOW, START + 700)


async def test_end_ignores_a_session_that_was_moved_away(db, booked):
    moved = booking() | {"scheduled_start": START + 86_400, "scheduled_end": END + 86_400}
    await sessions_booking.put(
        SimpleNamespace(db=db, now=START), "s1", booking_body.parse("s1", moved)
    )

    assert await transitions.end(db, "s1", now=START + 60) is None


@pytest.mark.parametrize(
    ("came", "outcome"),
    [
        ([], (Status.COMPLETED, None)),
        ([("student", START, None)], (Status.NO_SHOW, Role.TEACHER)),
        ([("teacher", START, None)], (Status.NO_SHOW, Role.STUDENT)),
        ([("student", START, None), ("teacher", START, None)], (Status.COMPLETED, None)),
        ([("student", OPENS, START + 300)], (Status.NO_SHOW, Role.TEACHER)),
        ([("student", OPENS, START + 299)], (Status.COMPLETED, None)),
        ([("student", OPENS, START - 60)], (Status.COMPLETED, None)),
        ([("student", CLOSES - 300, None)], (Status.NO_SHOW, Role.TEACHER)),
        ([("student", CLOSES - 299, None)], (Status.COMPLETED, None)),
    ],
)
@pytest.mark.parametrize("late_s", [0, 90])
async def test_sweep_closes_an_unstarted_session_by_its_attendance(
    db, booked, came, outcome, late_s
):
    """Also if the sweep is late; and `absent_role` gives the same result before it."""
    for user_id, joined_at, left_at in came:
        attend(booked, user_id)
        booked.execute(
            "UPDATE attendance SET first_joined_at = ?1, last_joined_at = ?1, left_at = ?2"
            " WHERE user_id = ?3",
            (joined_at, left_at, user_id),
        )
    before = rules.absent_role(await sessions.find(db, "s1"), CLOSES + late_s)
    closed, found = await sweep(db, CLOSES + late_s)

    status, absent = outcome
    assert before is absent

    assert closed == [("s1", status)]
    assert (found.status, found.no_show, found.ended_at) == (status, absent, CLOSES + late_s)


async def test_sweep_closes_nothing_before_overtime_ends(db, booked):
    closed, found = await sweep(db, CLOSES - 1)

    assert (closed, found.status) == ([], Status.SCHEDULED)


async def test_sweep_completes_a_running_session(db, booked):
    booked.execute("UPDATE sessions SET status = 'in_progress', started_at = ?", (START,))
    closed, found = await sweep(db, CLOSES)

    assert (closed, found.status) == ([("s1", "completed")], Status.COMPLETED)


@pytest.mark.parametrize(
    ("outcome", "left_at"),
    [
        ({"status": "scheduled"}, CLOSES),
        ({"status": "in_progress", "started_at": START}, CLOSES),
        ({"status": "no_show", "no_show": "teacher"}, CLOSES),
        ({"status": "no_show", "no_show": "teacher", "ended_at": START + 700}, START + 700),
        ({"status": "completed", "ended_at": START + 700}, START + 700),
        ({"status": "cancelled", "ended_at": START - 1}, START),
    ],
)
async def test_sweep_ends_all_stays(db, booked, outcome, left_at):
    """However late it is: nobody is in a room that is closed."""
    row = {"started_at": None, "ended_at": None, "no_show": None} | outcome
    booked.execute(
        "UPDATE sessions SET status = :status, started_at = :started_at, ended_at = :ended_at,"
        " no_show = :no_show",
        row,
    )
    attend(booked, "student")
    stay = "SELECT left_at FROM stays"
    await sweep(db, CLOSES - 1)
    before = [tuple(each) for each in booked.execute(stay)]
    _, found = await sweep(db, CLOSES + 3600)

    assert before == [(None,)]
    assert not found.student.present
    assert [tuple(each) for each in booked.execute(stay)] == [(left_at,)]


async def test_sweep_closes_a_session_once(db, booked):
    await sweep(db, CLOSES)
    closed, found = await sweep(db, CLOSES + 60)

    assert (closed, found.ended_at) == ([], CLOSES)


@pytest.mark.parametrize("status", ["completed", "cancelled"])
async def test_sweep_keeps_a_session_that_is_over(db, booked, status):
    booked.execute("UPDATE sessions SET status = ?, ended_at = 7", (status,))
    closed, found = await sweep(db, CLOSES)

    assert (closed, found.status, found.ended_at) == ([], status, 7)


async def test_sweep_ignores_a_replaced_persons_attendance(db, booked):
    attend(booked, "student")
    ctx = SimpleNamespace(db=db, now=START)
    with_stranger = booking_body.parse("s1", booking(student=booked_person("stranger")))
    await sessions_booking.put(ctx, "s1", with_stranger)
    closed, _ = await sweep(db, CLOSES)

    assert closed == [("s1", "completed")]


async def test_close_overdue_uses_the_rules_and_logs_each_session(db, booked, capsys):
    points = []
    ctx = SimpleNamespace(
        db=db, now=CLOSES - 1, write_data_point=lambda *point: points.append(point)
    )
    await overdue.close_overdue(ctx)
    too_early = capsys.readouterr().out
    ctx.now = CLOSES
    await overdue.close_overdue(ctx)

    assert too_early == ""
    assert '"session_id": "s1", "status": "completed"' in capsys.readouterr().out
    assert points == [("s1", ["session_ended", "s1"], [0.0])]


async def test_sweep_closes_a_backlog_in_several_minutes(db, booked):
    """Of 300, a third was held, in a third a person waited, and nobody came to the others."""
    copy = """
INSERT INTO sessions (id, status, started_at, course_id, student_id, teacher_id,
                      scheduled_start, scheduled_end, created_at, updated_at)
SELECT ?1, ?2, iif(?2 = 'in_progress', 1, NULL), course_id, student_id, teacher_id,
       1, 1000, created_at, updated_at FROM sessions WHERE id = 's1'
"""
    for number in range(300):
        status = "scheduled" if number % 3 else "in_progress"
        booked.execute(copy, (f"late-{number}", status))
        if number % 3 == 1:
            booked.execute(
                "INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at)"
                " VALUES (?, 'student', 1, 1)",
                (f"late-{number}",),
            )
    booked.execute("DELETE FROM sessions WHERE id = 's1'")
    minutes = []
    for minute in range(6):
        closed, _ = await sweep(db, CLOSES + 60 * minute)
        minutes.append(len([1 for _, status in closed if status == "completed"]))
        assert len(closed) <= 3 * transitions.MAX_CLOSED

    assert max(minutes) < 250, "the limit of Analytics Engine"
    assert sum(minutes) == 200
    assert minutes[-1] == 0
    outcomes = "SELECT status, no_show, count(*) FROM sessions GROUP BY 1, 2 ORDER BY 1"
    assert [tuple(row) for row in booked.execute(outcomes)] == [
        ("completed", None, 200),
        ("no_show", "teacher", 100),
    ]
