"""A no-show needs a person who waited in one stay; several short stays do not count."""

from types import SimpleNamespace

import pytest

from db import attendance, sessions, transitions
from domain import rules
from domain.model import Role, Status
from domain.reconcile import Came, Left
from domain.times import clock_and_day
from sessions import booking as sessions_booking
from sessions import booking_body
from tests.unit.call_world import Browser, call_world, run_until_quiet
from tests.unit.cast import CLOSES, END, HOUR, MINUTE, START, booking


@pytest.fixture
async def booked(db):
    ctx = SimpleNamespace(db=db, now=START)
    of_an_hour = booking(scheduled_end=START + HOUR)
    await sessions_booking.put(ctx, "s1", booking_body.parse("s1", of_an_hour))


async def stays(db, *times):
    """Record the student's stays; each is (came, left), in seconds after the start."""
    for came, left in times:
        session = await sessions.find(db, "s1")
        for statement in (
            attendance.came(session, Came(Role.STUDENT, START + came), START + came),
            attendance.left(session, Left(Role.STUDENT, START + left)),
        ):
            assert (await db.batch([statement]))[0], "written"


@pytest.mark.parametrize(
    ("times", "waited_from"),
    [
        ([(0, 5), (3480, 3495)], None),
        ([(0, 299), (400, 699), (800, 1099)], None),
        ([(0, 300), (3300, 3310)], START),
        ([(0, 5), (600, 900), (3300, 3310)], START + 600),
        ([(0, 5), (600, 900)], START + 600),
        ([(-900, 299), (3300, 3310)], None),
        ([(-900, 300), (3300, 3310)], START),
        ([(0, 600), (700, 3000)], START),
    ],
)
@pytest.mark.usefixtures("booked")
async def test_no_show_needs_one_stay_of_five_minutes(db, times, waited_from):
    await stays(db, *times)
    closes = START + HOUR + (CLOSES - END)
    before = rules.absent_role(await sessions.find(db, "s1"), closes)
    [row] = await transitions.close_overdue(db, ended_before=START + HOUR, now=closes)
    found = await sessions.find(db, "s1")

    missed = waited_from is not None
    assert row["status"] == (Status.NO_SHOW if missed else Status.COMPLETED)
    assert before is found.no_show is (Role.TEACHER if missed else None)
    if missed:
        assert rules.waited_from(found, found.student) == waited_from


async def test_page_shows_the_start_of_the_wait_not_of_the_last_stay():
    with call_world("peer", now=START) as world:
        await world.platform_puts(scheduled_end=START + HOUR)
        student = Browser(world, "student")
        await student.open()
        await world.pass_time(START + 20 * MINUTE)
        await student.leave()
        await run_until_quiet(world, student)
        await world.pass_time(START + 55 * MINUTE)
        await student.open()
        await world.pass_time(START + 56 * MINUTE)
        await student.leave()
        await world.pass_time(START + 2 * HOUR)
        session = await sessions.find(world.db, "s1")
        page = await world.press("GET", "/session/s1", "teacher")

        assert (session.status, session.no_show) == (Status.NO_SHOW, Role.TEACHER)
        began = clock_and_day(START, world.now, session.teacher)
        assert f"waited for you from {began}." in page.body


async def test_move_clears_the_wait_for_the_old_start():
    with call_world("peer", now=START) as world:
        await world.platform_puts()
        student = Browser(world, "student")
        await student.open()
        await world.pass_time(START + 6 * MINUTE)
        await student.leave()
        await world.pass_time(START + 7 * MINUTE)
        await student.open()
        session = await sessions.find(world.db, "s1")
        assert session.student.began_waiting_at == START
        moved = {"scheduled_start": START + 12 * MINUTE, "scheduled_end": END + 12 * MINUTE}
        assert await world.platform_puts(**moved) == 200
        await student.leave()
        session = await sessions.find(world.db, "s1")

        assert session.student.joined_at is not None
        assert session.student.began_waiting_at is None
