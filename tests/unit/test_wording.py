"""The words of the page: for each viewer, in each state, in the viewer's time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.access import Access
from domain.model import Role, Status, View
from pages import wording
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
from tests.unit.test_rules import moments, sessions

STUDENT, TEACHER = Role.STUDENT, Role.TEACHER
HELD = {"status": Status.IN_PROGRESS, "started_at": START}
MISSED = {"status": Status.NO_SHOW, "no_show": TEACHER, "student": here("student")}


def words(role, now, **changes):
    access = Access(session(**changes), role, now)
    return wording.words_for(access, access.view)


# START is 09:00 in Berlin, where both live.
@pytest.mark.parametrize(
    ("role", "now", "changes", "heading", "in_lead"),
    [
        (
            STUDENT,
            OPENS - DAY,
            {},
            "Your session with Teacher",
            "You can join from 08:45 on Friday. Check",
        ),
        (
            STUDENT,
            OPENS - 7 * DAY,
            {},
            "Your session with Teacher",
            "You can join from 08:45 on Friday, 15 January. Check",
        ),
        (
            STUDENT,
            OPENS - MINUTE,
            {},
            "Your session with Teacher",
            "You can join from 08:45. Check",
        ),
        (TEACHER, OPENS, {}, "Ready for Student?", "starts at 09:00"),
        (STUDENT, START, {}, "Your session with Teacher", "Your start time was 09:00"),
        (STUDENT, OPENS, {"teacher": here("teacher")}, "Teacher is here", "in the room"),
        (STUDENT, START, {"student": here("student")}, "Waiting for Teacher", "another window"),
        (
            TEACHER,
            START + MINUTE,
            HELD | {"student": here("student")},
            "Your session is in progress",
            "Student is in the room",
        ),
        (
            TEACHER,
            START + MINUTE,
            HELD | {"student": gone("student")},
            "Your session is in progress",
            "stays open until the session ends",
        ),
        (STUDENT, NO_SHOW, MISSED, "Teacher hasn't joined", "keep waiting"),
        (TEACHER, NO_SHOW, MISSED, "Student is waiting for you", "still open"),
        (
            TEACHER,
            NO_SHOW,
            MISSED | {"student": gone("student")},
            "Student waited for you",
            "still open",
        ),
        (
            STUDENT,
            NO_SHOW,
            MISSED | {"student": gone("student"), "teacher": here("teacher")},
            "Teacher is here",
            "in the room",
        ),
        (STUDENT, CLOSES, MISSED, "Teacher didn't make it", "We've noted that you were here."),
        (TEACHER, CLOSES, MISSED, "You missed this session", "waited for you from 09:00."),
        (
            TEACHER,
            CLOSES,
            MISSED | {"student": here("student", START + 27 * MINUTE)},
            "You missed this session",
            "waited for you from 09:27.",
        ),
        (
            TEACHER,
            CLOSES,
            MISSED | {"student": here("student", OPENS)},
            "You missed this session",
            "waited for you from 09:00.",
        ),
        (
            TEACHER,
            CLOSES + DAY,
            MISSED,
            "You missed this session",
            "from 09:00 on Friday, 15 January.",
        ),
        (STUDENT, CLOSES, {}, "Session ended", "You and Teacher didn't meet this time."),
        (
            STUDENT,
            END,
            {"status": Status.COMPLETED, "started_at": START, "ended_at": END - 2 * MINUTE},
            "Session ended",
            "You and Teacher met for 58 minutes.",
        ),
        (
            TEACHER,
            START,
            {"status": Status.CANCELLED},
            "This session was cancelled",
            "You and Student won't meet",
        ),
        (
            TEACHER,
            END,
            {"status": Status.CANCELLED, "started_at": START, "ended_at": START + 5 * MINUTE},
            "This session was cancelled",
            "You and Student had met for 5 minutes when it was cancelled.",
        ),
    ],
)
def test_each_state_has_its_words(role, now, changes, heading, in_lead):
    said = words(role, now, **changes)

    assert said.heading == heading
    assert in_lead in said.lead


@given(sessions(), st.sampled_from(Role), moments)
def test_every_state_has_words(any_session, role, now):
    access = Access(any_session, role, now)
    said = wording.words_for(access, access.view)

    assert said.heading
    assert said.lead
    assert said.join


def test_every_view_has_a_label():
    assert set(wording.STATUS_LABELS) == set(View)


@pytest.mark.parametrize(
    ("name", "given", "called"),
    [
        ("Prof. Dr. Maria Weiß", "Maria", "Maria"),
        ("Prof. Dr. Maria Weiß", None, "Prof. Dr. Maria Weiß"),
        ("王小明", None, "王小明"),
        ("Suharto", None, "Suharto"),
    ],
)
def test_a_person_is_called_by_given_name_or_whole_name(name, given, called):
    teacher = person("teacher")._replace(name=name, given_name=given)

    assert words(STUDENT, OPENS, teacher=teacher).heading == f"Ready for {called}?"


@pytest.mark.parametrize(
    ("zone", "opens"),
    [("Asia/Kolkata", "13:15"), ("America/New_York", "02:45"), ("No/Where", "07:45")],
)
def test_times_are_the_viewers_own(zone, opens):
    abroad = person("student")._replace(time_zone=zone)

    assert f"from {opens}." in words(STUDENT, OPENS - 1, student=abroad).lead


def test_a_right_to_left_name_does_not_reorder_our_words():
    teacher = person("teacher")._replace(name="أحمد علي", given_name="أحمد")

    assert words(STUDENT, OPENS, teacher=teacher).heading == "Ready for \u2068أحمد\u2069?"
