"""What a room makes of who is there and what time it is."""

import pytest

from domain import presence, reconcile
from domain.model import Role, Status
from domain.presence import AWAY_S, PresenceState, Seat
from domain.reconcile import Came, Completed, Left, Missed, Notice, Started
from tests.unit.cast import CLOSES, DAY, END, MINUTE, NO_SHOW, START, gone, here, person, session

STUDENT, TEACHER = Role.STUDENT, Role.TEACHER
PAGE = "0123456789abcdef"


def seats(*roles: Role) -> presence.SeatsByRole:
    return {role: Seat(START, PAGE) for role in roles}


def test_who_comes_is_written_down() -> None:
    assert reconcile.missing_changes(session(), seats(STUDENT), START) == [Came(STUDENT, START)]


def test_who_waited_for_an_earlier_time_has_not_come_to_the_new_one() -> None:
    moved = session(scheduled_start=START + DAY, scheduled_end=END + DAY)

    assert reconcile.missing_changes(moved, seats(STUDENT), START) == []


def test_nobody_comes_by_sitting_where_another_one_belongs_now() -> None:
    replaced = {
        STUDENT: Seat(START, PAGE, user_id="student"),
        TEACHER: Seat(START, PAGE, user_id="teacher before"),
    }
    changes = reconcile.missing_changes(session(student=here("student")), replaced, NO_SHOW)

    assert changes == [Missed(TEACHER)]


def test_who_takes_anothers_place_begins_a_stay_of_their_own() -> None:
    before = presence.enter({}, TEACHER, PAGE, START, user_id="teacher before")
    same = presence.enter(before, TEACHER, "another page", START + 5, user_id="teacher before")
    other = presence.enter(before, TEACHER, PAGE, START + 5, user_id="teacher")

    assert (same[TEACHER].joined_at, other[TEACHER].joined_at) == (START, START + 5)


def test_both_there_is_the_start() -> None:
    changes = reconcile.missing_changes(
        session(student=here("student")), seats(STUDENT, TEACHER), START
    )

    assert changes == [Came(TEACHER, START), Started(START)]


def test_nothing_is_left_to_write_once_everything_is() -> None:
    running = session(
        status=Status.IN_PROGRESS,
        started_at=START,
        student=here("student"),
        teacher=here("teacher"),
    )

    assert reconcile.missing_changes(running, seats(STUDENT, TEACHER), START + 1) == []


def test_who_has_left_left_when_they_were_last_seen() -> None:
    left = {STUDENT: Seat(START, PAGE, left_at=START + 5)}
    changes = reconcile.missing_changes(session(student=here("student")), left, START + 20)

    assert changes == [Left(STUDENT, START + 5)]


def test_a_presence_that_the_room_knows_nothing_of_ends() -> None:
    changes = reconcile.missing_changes(session(teacher=here("teacher")), {}, START + 20)

    assert changes == [Left(TEACHER, START + 20)]


@pytest.mark.parametrize(("now", "missed"), [(NO_SHOW - 1, False), (NO_SHOW, True)])
def test_alone_past_the_no_show_time(now: int, missed: bool) -> None:
    changes = reconcile.missing_changes(session(teacher=here("teacher")), seats(TEACHER), now)

    assert changes == ([Missed(STUDENT)] if missed else [])


@pytest.mark.parametrize(("waited_s", "missed"), [(5 * MINUTE - 1, False), (5 * MINUTE, True)])
def test_who_comes_late_misses_nobody_at_once(waited_s: int, missed: bool) -> None:
    late = START + 14 * MINUTE
    seat = {TEACHER: Seat(late, PAGE)}
    record = session(teacher=here("teacher", late))

    assert reconcile.next_check_at(record, [TEACHER], late + 4 * MINUTE + 30) == late + 5 * MINUTE
    changes = reconcile.missing_changes(record, seat, late + waited_s)
    assert changes == ([Missed(STUDENT)] if missed else [])


def test_who_came_and_went_is_no_no_show() -> None:
    alone = session(teacher=here("teacher"), student=gone("student"))

    assert reconcile.missing_changes(alone, seats(TEACHER), NO_SHOW) == []


def test_a_late_arrival_starts_the_session_after_all() -> None:
    missed = session(status=Status.NO_SHOW, no_show=STUDENT, teacher=here("teacher"))
    changes = reconcile.missing_changes(missed, seats(STUDENT, TEACHER), NO_SHOW + 60)

    assert changes == [Came(STUDENT, START), Started(NO_SHOW + 60)]


def test_who_comes_after_the_teacher_has_ended_the_waiting_starts_nothing() -> None:
    ended = session(status=Status.NO_SHOW, no_show=STUDENT, ended_at=NO_SHOW + 30)
    changes = reconcile.missing_changes(ended, seats(STUDENT, TEACHER), NO_SHOW + 60)

    assert Started(NO_SHOW + 60) not in changes


@pytest.mark.parametrize(("now", "over"), [(CLOSES - 1, False), (CLOSES, True)])
def test_the_end_of_overtime_ends_it(now: int, over: bool) -> None:
    running = session(
        status=Status.IN_PROGRESS,
        started_at=START,
        student=here("student"),
        teacher=here("teacher"),
    )

    changes = reconcile.missing_changes(running, seats(STUDENT, TEACHER), now)
    assert changes == ([Completed(CLOSES)] if over else [])


def test_it_ended_when_the_last_one_left_after_the_end() -> None:
    left = {role: Seat(START, PAGE, left_at=END + 30 + i) for i, role in enumerate(Role)}
    running = session(
        status=Status.IN_PROGRESS,
        started_at=START,
        student=gone("student"),
        teacher=gone("teacher"),
    )

    assert reconcile.missing_changes(running, left, END + 60) == [Completed(END + 31)]
    assert reconcile.missing_changes(running, left, END - 1) == []


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED])
def test_what_is_over_stays_over(status: Status) -> None:
    both = {"student": here("student"), "teacher": here("teacher")}

    assert (
        reconcile.missing_changes(session(status=status, **both), seats(STUDENT, TEACHER), CLOSES)
        == []
    )


def test_a_reload_does_not_interrupt_a_stay() -> None:
    before = presence.enter({}, STUDENT, PAGE, START)
    away = presence.mark_away(before, STUDENT, START + 10)
    back = presence.enter(
        presence.mark_overdue_left(away, START + 9 + AWAY_S), STUDENT, PAGE, START + 20
    )

    assert away[STUDENT].state is PresenceState.AWAY
    assert back == before


def test_who_stays_away_has_left_at_the_time_they_dropped() -> None:
    away = presence.mark_away(seats(STUDENT), STUDENT, START + 10)
    expired = presence.mark_overdue_left(away, START + 10 + AWAY_S)

    assert presence.away_deadlines(away) == [START + 10 + AWAY_S]
    assert expired[STUDENT] == Seat(START, PAGE, left_at=START + 10)
    assert presence.present_roles(expired) == set()


def test_each_notice_is_given_once_and_never_late() -> None:
    at = END - 5 * MINUTE

    assert reconcile.due_notices(END, after=at - 1, now=at) == [Notice.FIVE_MINUTES]
    assert reconcile.due_notices(END, after=at, now=at + 1) == []
    assert reconcile.due_notices(END, after=at - 1, now=at + MINUTE) == []


def test_the_next_look_is_at_the_next_deadline() -> None:
    scheduled = session(teacher=here("teacher"))

    assert reconcile.next_check_at(scheduled, [TEACHER], NO_SHOW - 5) == NO_SHOW
    assert reconcile.next_check_at(scheduled, [TEACHER], START) == START + reconcile.RECHECK_S
    assert reconcile.next_check_at(scheduled, [], START) == CLOSES
    running = session(status=Status.IN_PROGRESS, started_at=START, student=person("student"))
    assert reconcile.next_check_at(running, [], START) == END
    assert reconcile.next_check_at(running, [], CLOSES) is None
