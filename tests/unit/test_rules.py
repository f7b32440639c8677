"""The view of each person at each time: a table, and properties of all possible sessions."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import rules
from domain.model import Participant, Role, Session, Status, View
from tests.unit.cast import (
    CLOSES,
    DAY,
    END,
    MINUTE,
    NO_SHOW,
    OPENS,
    START,
    gone,
    here,
    person,
    session,
)

LATE = START + 14 * MINUTE
STUDENT, TEACHER = Role.STUDENT, Role.TEACHER
BOTH_HERE = {"student": here("student"), "teacher": here("teacher")}
STUDENT_HERE = {"student": here("student")}
TEACHER_HERE = {"teacher": here("teacher")}
HELD = {"status": Status.IN_PROGRESS, "started_at": START}

# (changes of the session, now), view of the student, view of the teacher
TABLE = {
    "a second before the window": ({}, OPENS - 1, View.EARLY, View.EARLY),
    "as the window opens": ({}, OPENS, View.JOINABLE, View.JOINABLE),
    "nobody came, no-show time past": ({}, NO_SHOW, View.JOINABLE, View.JOINABLE),
    "nobody came, the last second": ({}, CLOSES - 1, View.JOINABLE, View.JOINABLE),
    "nobody came, closed": ({}, CLOSES, View.ENDED, View.ENDED),
    "student waits": (STUDENT_HERE, START, View.WAITING, View.JOINABLE),
    "teacher waits": (TEACHER_HERE, START, View.JOINABLE, View.WAITING),
    "student waits, a second before no-show": (
        STUDENT_HERE,
        NO_SHOW - 1,
        View.WAITING,
        View.JOINABLE,
    ),
    "student waits, no-show": (STUDENT_HERE, NO_SHOW, View.NO_SHOW, View.NO_SHOW),
    "teacher waits, no-show": (TEACHER_HERE, NO_SHOW, View.NO_SHOW, View.NO_SHOW),
    "student waited and left": (
        {"student": gone("student")},
        NO_SHOW,
        View.JOINABLE,
        View.JOINABLE,
    ),
    "student waited and left, closed": (
        {"student": gone("student")},
        CLOSES,
        View.NO_SHOW,
        View.NO_SHOW,
    ),
    "student comes late, has waited for less than five minutes": (
        {"student": here("student", LATE)},
        LATE + 5 * MINUTE - 1,
        View.WAITING,
        View.JOINABLE,
    ),
    "student comes late, has waited for five minutes": (
        {"student": here("student", LATE)},
        LATE + 5 * MINUTE,
        View.NO_SHOW,
        View.NO_SHOW,
    ),
    "student was there before the start alone, closed": (
        {"student": gone("student", OPENS, START)},
        CLOSES,
        View.ENDED,
        View.ENDED,
    ),
    "student came in the last minutes, closed": (
        {"student": here("student", CLOSES - MINUTE)},
        CLOSES,
        View.ENDED,
        View.ENDED,
    ),
    "both there, not yet on record": (BOTH_HERE, START, View.IN_PROGRESS, View.IN_PROGRESS),
    "both there, long past no-show": (BOTH_HERE, END - 1, View.IN_PROGRESS, View.IN_PROGRESS),
    "student dropped out": (
        HELD | {"student": gone("student"), "teacher": here("teacher")},
        START + MINUTE,
        View.IN_PROGRESS,
        View.WAITING,
    ),
    "both left, a second before the end": (
        HELD | {"student": gone("student"), "teacher": gone("teacher")},
        END - 1,
        View.IN_PROGRESS,
        View.IN_PROGRESS,
    ),
    "both left, the end has come": (
        HELD | {"student": gone("student"), "teacher": gone("teacher")},
        END,
        View.ENDED,
        View.ENDED,
    ),
    "one stays into overtime": (
        HELD | {"student": gone("student"), "teacher": here("teacher")},
        END,
        View.IN_PROGRESS,
        View.WAITING,
    ),
    "the last second of overtime": (
        HELD | BOTH_HERE,
        CLOSES - 1,
        View.IN_PROGRESS,
        View.IN_PROGRESS,
    ),
    "overtime over": (HELD | BOTH_HERE, CLOSES, View.ENDED, View.ENDED),
    "ended by the teacher": (
        {"status": Status.COMPLETED, "started_at": START, "ended_at": START + MINUTE},
        START + MINUTE,
        View.ENDED,
        View.ENDED,
    ),
    "on record as no-show, still open": (
        {"status": Status.NO_SHOW, "no_show": TEACHER} | STUDENT_HERE,
        NO_SHOW,
        View.NO_SHOW,
        View.NO_SHOW,
    ),
    "on record as no-show, closed": (
        {"status": Status.NO_SHOW, "no_show": STUDENT},
        CLOSES + DAY,
        View.NO_SHOW,
        View.NO_SHOW,
    ),
    "cancelled before the window": (
        {"status": Status.CANCELLED},
        OPENS - 1,
        View.CANCELLED,
        View.CANCELLED,
    ),
    "cancelled, long past": ({"status": Status.CANCELLED}, CLOSES, View.CANCELLED, View.CANCELLED),
}


@pytest.mark.parametrize(
    ("changes", "now", "for_student", "for_teacher"), TABLE.values(), ids=TABLE.keys()
)
def test_view_equals_table(changes, now, for_student, for_teacher):
    seen = {role: rules.view_of(session(**changes), role, now) for role in Role}

    assert seen == {STUDENT: for_student, TEACHER: for_teacher}


@pytest.mark.parametrize(("waiting", "absent"), [("student", TEACHER), ("teacher", STUDENT)])
def test_absent_role_is_the_other_of_waiting_person(waiting, absent):
    waiting_alone = session(**{waiting: here(waiting)})

    assert rules.absent_role(waiting_alone, NO_SHOW - 1) is None
    assert rules.absent_role(waiting_alone, NO_SHOW) is absent


def test_late_arrival_ends_no_show():
    together = session(**BOTH_HERE)

    assert rules.absent_role(together, NO_SHOW + MINUTE) is None


NO_SHOW_AFTER_TEACHER_LEFT = {
    "status": Status.NO_SHOW,
    "no_show": STUDENT,
    "teacher": gone("teacher", left_at=NO_SHOW),
}


@pytest.mark.parametrize(
    ("changes", "now", "offers"),
    [
        ({}, NO_SHOW, True),
        ({"student": here("student")}, NO_SHOW, False),
        ({"ended_at": NO_SHOW}, NO_SHOW, False),
        ({"status": Status.SCHEDULED, "no_show": None}, NO_SHOW, False),
        ({}, CLOSES, False),
    ],
)
def test_lobby_offers_mail_only_while_no_show_can_come(changes, now, offers):
    missed = session(**(NO_SHOW_AFTER_TEACHER_LEFT | changes))

    assert rules.waits_in_lobby(missed, TEACHER, now) is offers
    assert not rules.waits_in_lobby(missed, STUDENT, now)
    assert not rules.waits_in_room(missed, TEACHER, now)


def test_ended_no_show_cannot_be_joined():
    ended = session(status=Status.NO_SHOW, no_show=STUDENT, ended_at=NO_SHOW + 1)

    assert rules.view_of(ended, TEACHER, NO_SHOW + 2) is View.NO_SHOW
    assert not rules.can_join(ended, NO_SHOW + 2)


@pytest.mark.parametrize(
    ("now", "allowed"),
    [(OPENS - 1, False), (OPENS, True), (END, True), (CLOSES - 1, True), (CLOSES, False)],
)
def test_room_can_be_joined_from_window_to_end_of_overtime(now, allowed):
    assert rules.can_join(session(), now) is allowed


def test_link_expires_a_week_after_end():
    assert rules.link_expires_at(session()) == END + 7 * DAY


def test_stranger_has_no_role():
    booked = session()

    assert booked.role_of("stranger") is None
    assert booked.role_of("student") is STUDENT
    assert booked.role_of("teacher") is TEACHER


moments = st.one_of(
    st.integers(START - 2 * DAY, START + 2 * DAY),
    st.sampled_from(
        [m + d for m, d in itertools.product((OPENS, START, NO_SHOW, END, CLOSES), (-1, 0, 1))]
    ),
)


def people(person_id: str) -> st.SearchStrategy[Participant]:
    return st.sampled_from([person(person_id), gone(person_id), here(person_id)])


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Any session that the schema's CHECKs allow."""
    status = draw(st.sampled_from(Status))
    started = st.just(START) if status is Status.IN_PROGRESS else st.sampled_from([None, START])
    return session(
        status=status,
        student=draw(people("student")),
        teacher=draw(people("teacher")),
        started_at=draw(started),
        ended_at=draw(st.sampled_from([None, START + MINUTE, CLOSES])),
        no_show=draw(st.sampled_from(Role)) if status is Status.NO_SHOW else None,
    )


@given(sessions(), st.sampled_from(Role), moments)
def test_view_exists_for_all_sessions_and_times(any_session, role, now):
    assert rules.view_of(any_session, role, now) in View


@given(sessions(), st.sampled_from(Role), moments)
def test_closed_session_never_has_open_view(any_session, role, now):
    view = rules.view_of(any_session, role, now)
    closed = rules.is_closed(any_session, now)

    assert not (closed and view in (View.EARLY, View.JOINABLE, View.WAITING, View.IN_PROGRESS))


@given(sessions(), st.sampled_from(Role), moments)
def test_can_join_agrees_with_view(any_session, role, now):
    view = rules.view_of(any_session, role, now)
    can_join = rules.can_join(any_session, now)

    if view in (View.JOINABLE, View.WAITING, View.IN_PROGRESS):
        assert can_join
    if view in (View.EARLY, View.ENDED, View.CANCELLED):
        assert not can_join
    if view is View.NO_SHOW:
        open_now = now >= OPENS and not rules.is_closed(any_session, now)
        assert can_join is open_now


@given(sessions(), moments)
def test_both_views_agree_on_end(any_session, now):
    over = {View.ENDED, View.CANCELLED, View.NO_SHOW}
    student, teacher = (rules.view_of(any_session, role, now) for role in Role)

    assert (student in over) == (teacher in over)


@given(sessions(), moments, st.integers(0, 2 * DAY))
def test_closed_session_stays_closed(any_session, now, later):
    if rules.is_closed(any_session, now):
        assert rules.is_closed(any_session, now + later)


@pytest.mark.parametrize(
    ("changes", "now", "allowed"),
    [
        (HELD | BOTH_HERE, START + 5 * MINUTE - 1, False),
        (HELD | BOTH_HERE, START + 5 * MINUTE, True),
        # One left early: time alone makes no lesson.
        (
            HELD | {"student": gone("student", START, START + MINUTE), "teacher": here("teacher")},
            START + 20 * MINUTE,
            False,
        ),
        (
            HELD
            | {"student": gone("student", START, START + 6 * MINUTE), "teacher": here("teacher")},
            START + 7 * MINUTE,
            True,
        ),
        (BOTH_HERE, START + 6 * MINUTE, False),
        (HELD | BOTH_HERE | {"status": Status.CANCELLED}, START + 6 * MINUTE, False),
    ],
)
def test_a_lesson_can_be_rated_once_both_were_there_for_five_minutes(changes, now, allowed):
    assert rules.can_rate(session(**changes), STUDENT, now) is allowed
