"""The changes of the record that follow from presence and time."""

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


def test_missing_changes_have_arrival() -> None:
    assert reconcile.missing_changes(session(), seats(STUDENT), START) == [Came(STUDENT, START)]


def test_arrival_before_moved_start_does_not_count() -> None:
    moved = session(scheduled_start=START + DAY, scheduled_end=END + DAY)

    assert reconcile.missing_changes(moved, seats(STUDENT), START) == []


def test_seat_of_replaced_person_does_not_count() -> None:
    replaced = {
        STUDENT: Seat(START, PAGE, user_id="student"),
        TEACHER: Seat(START, PAGE, user_id="teacher before"),
    }
    changes = reconcile.missing_changes(session(student=here("student")), replaced, NO_SHOW)

    assert changes == [Missed(TEACHER)]


def test_enter_starts_new_stay_for_replacing_person() -> None:
    before = presence.enter({}, TEACHER, PAGE, START, user_id="teacher before")
    same = presence.enter(before, TEACHER, "another page", START + 5, user_id="teacher before")
    other = presence.enter(before, TEACHER, PAGE, START + 5, user_id="teacher")

    assert (same[TEACHER].joined_at, other[TEACHER].joined_at) == (START, START + 5)


def test_presence_of_both_starts_session() -> None:
    changes = reconcile.missing_changes(
        session(student=here("student")), seats(STUDENT, TEACHER), START
    )

    assert changes == [Came(TEACHER, START), Started(START)]


def test_complete_record_lacks_nothing() -> None:
    running = session(
        status=Status.IN_PROGRESS,
        started_at=START,
        student=here("student"),
        teacher=here("teacher"),
    )

    assert reconcile.missing_changes(running, seats(STUDENT, TEACHER), START + 1) == []


def test_departure_has_time_of_seat() -> None:
    left = {STUDENT: Seat(START, PAGE, left_at=START + 5)}
    changes = reconcile.missing_changes(session(student=here("student")), left, START + 20)

    assert changes == [Left(STUDENT, START + 5)]


def test_presence_without_seat_ends_now() -> None:
    changes = reconcile.missing_changes(session(teacher=here("teacher")), {}, START + 20)

    assert changes == [Left(TEACHER, START + 20)]


@pytest.mark.parametrize(("now", "missed"), [(NO_SHOW - 1, False), (NO_SHOW, True)])
def test_person_alone_makes_no_show_when_due(now: int, missed: bool) -> None:
    changes = reconcile.missing_changes(session(teacher=here("teacher")), seats(TEACHER), now)

    assert changes == ([Missed(STUDENT)] if missed else [])


@pytest.mark.parametrize(("waited_s", "missed"), [(5 * MINUTE - 1, False), (5 * MINUTE, True)])
def test_late_person_makes_no_show_after_five_minutes(waited_s: int, missed: bool) -> None:
    late = START + 14 * MINUTE
    seat = {TEACHER: Seat(late, PAGE)}
    record = session(teacher=here("teacher", late))

    assert reconcile.next_check_at(record, [TEACHER], late + 4 * MINUTE + 30) == late + 5 * MINUTE
    changes = reconcile.missing_changes(record, seat, late + waited_s)
    assert changes == ([Missed(STUDENT)] if missed else [])


def test_person_who_came_and_left_is_no_no_show() -> None:
    alone = session(teacher=here("teacher"), student=gone("student"))

    assert reconcile.missing_changes(alone, seats(TEACHER), NO_SHOW) == []


def test_late_arrival_starts_no_show_session() -> None:
    missed = session(status=Status.NO_SHOW, no_show=STUDENT, teacher=here("teacher"))
    changes = reconcile.missing_changes(missed, seats(STUDENT, TEACHER), NO_SHOW + 60)

    assert changes == [Came(STUDENT, START), Started(NO_SHOW + 60)]


def test_arrival_after_ended_no_show_starts_nothing() -> None:
    ended = session(status=Status.NO_SHOW, no_show=STUDENT, ended_at=NO_SHOW + 30)
    changes = reconcile.missing_changes(ended, seats(STUDENT, TEACHER), NO_SHOW + 60)

    assert Started(NO_SHOW + 60) not in changes


@pytest.mark.parametrize(("now", "over"), [(CLOSES - 1, False), (CLOSES, True)])
def test_session_completes_at_end_of_overtime(now: int, over: bool) -> None:
    running = session(
        status=Status.IN_PROGRESS,
        started_at=START,
        student=here("student"),
        teacher=here("teacher"),
    )

    changes = reconcile.missing_changes(running, seats(STUDENT, TEACHER), now)
    assert changes == ([Completed(CLOSES)] if over else [])


def test_session_completes_at_last_departure_after_end() -> None:
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
def test_closed_session_lacks_nothing(status: Status) -> None:
    both = {"student": here("student"), "teacher": here("teacher")}

    assert (
        reconcile.missing_changes(session(status=status, **both), seats(STUDENT, TEACHER), CLOSES)
        == []
    )


def test_return_within_away_time_continues_stay() -> None:
    before = presence.enter({}, STUDENT, PAGE, START)
    away = presence.mark_away(before, STUDENT, START + 10)
    back = presence.enter(
        presence.mark_overdue_left(away, START + 9 + AWAY_S), STUDENT, PAGE, START + 20
    )

    assert away[STUDENT].state is PresenceState.AWAY
    assert back == before


def test_overdue_person_left_when_socket_was_lost() -> None:
    away = presence.mark_away(seats(STUDENT), STUDENT, START + 10)
    expired = presence.mark_overdue_left(away, START + 10 + AWAY_S)

    assert presence.away_deadlines(away) == [START + 10 + AWAY_S]
    assert expired[STUDENT] == Seat(START, PAGE, left_at=START + 10)
    assert presence.present_roles(expired) == set()


def test_due_notices_are_sent_once_and_never_late() -> None:
    at = END - 5 * MINUTE

    assert reconcile.due_notices(END, after=at - 1, now=at) == [Notice.FIVE_MINUTES]
    assert reconcile.due_notices(END, after=at, now=at + 1) == []
    assert reconcile.due_notices(END, after=at - 1, now=at + MINUTE) == []


def test_next_check_is_at_next_deadline() -> None:
    scheduled = session(teacher=here("teacher"))

    assert reconcile.next_check_at(scheduled, [TEACHER], NO_SHOW - 5) == NO_SHOW
    assert reconcile.next_check_at(scheduled, [TEACHER], START) == START + reconcile.RECHECK_S
    assert reconcile.next_check_at(scheduled, [], START) == CLOSES
    running = session(status=Status.IN_PROGRESS, started_at=START, student=person("student"))
    assert reconcile.next_check_at(running, [], START) == END
    assert reconcile.next_check_at(running, [], CLOSES) is None
