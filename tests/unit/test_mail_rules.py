"""The reasons to drop a mail: one case a line."""

from typing import Any

import pytest

from domain.mail_rules import (
    GIVE_UP_S,
    LEAD_S,
    NEXT_LEAD_S,
    DueMail,
    Kind,
    Request,
    State,
    reason_to_drop,
    retry_in_s,
)
from domain.model import Role, Session, Status
from tests.unit.cast import CLOSES, DAY, END, HOUR, MINUTE, NO_SHOW, START, gone, here, session

ASKED = Request("r1", "open", "teacher", START, (START + DAY,), None, None, None)
MISSED = {"status": Status.NO_SHOW, "no_show": Role.STUDENT, "teacher": here("teacher")}


def mail(kind: Kind, booked: Session | None = None, **changes: Any) -> DueMail:
    """A mail to the student."""
    as_due = {
        "id": "m1",
        "kind": kind,
        "user_id": "student",
        "email": "student@example.com",
        "session": booked or session(),
        "role": Role.STUDENT,
        "scheduled_start": START,
        "created_at": START - 2 * HOUR,
        "attempts": 1,
        "payload": None,
        "wants_reminders": True,
        "suppressed": None,
        "request": None,
    }
    return DueMail(**(as_due | changes))


def reason_of(due: DueMail, now: int) -> tuple[State, str] | None:
    found = reason_to_drop(due, now)
    return (found.state, found.reason) if found else None


@pytest.mark.parametrize("kind", LEAD_S)
def test_reminder_is_sent_until_next_one_is_due(kind):
    due, overtaken = START - LEAD_S[kind], START - NEXT_LEAD_S[kind]
    made = {"created_at": due}

    assert reason_of(mail(kind, **made), due) is None
    late = min(overtaken - 1, due + GIVE_UP_S - 1)
    assert reason_of(mail(kind, **made), late) is None
    assert reason_of(mail(kind, created_at=overtaken), overtaken) == (State.SKIPPED, "overtaken")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"session": session(status=Status.CANCELLED)}, State.WITHDRAWN),
        ({"session": session(status=Status.IN_PROGRESS, started_at=START)}, State.WITHDRAWN),
        ({"session": session(scheduled_start=START + HOUR)}, State.WITHDRAWN),
        ({"role": None}, State.WITHDRAWN),
        ({"wants_reminders": False}, State.SKIPPED),
        ({"suppressed": "bounced"}, State.SKIPPED),
        ({"created_at": START - HOUR - GIVE_UP_S}, State.DEAD),
    ],
)
def test_reminder_is_dropped_when_reason_exists(changes, expected):
    due = mail(Kind.HOUR_BEFORE, **changes)

    assert reason_of(due, START - HOUR)[0] is expected


@pytest.mark.parametrize(
    ("changes", "now", "is_sent"),
    [
        ({}, NO_SHOW, True),
        ({"teacher": session().teacher}, NO_SHOW, False),
        ({"ended_at": NO_SHOW}, NO_SHOW, False),
        ({"status": Status.SCHEDULED, "no_show": None}, START, True),
        ({"status": Status.SCHEDULED, "no_show": None}, START - 1, False),
        ({"status": Status.IN_PROGRESS, "no_show": None}, NO_SHOW, False),
        ({"student": here("student")}, NO_SHOW, False),
        ({"scheduled_start": START + DAY, "scheduled_end": END + DAY}, NO_SHOW, False),
        ({}, CLOSES, False),
    ],
)
def test_waiting_mail_is_sent_only_while_somebody_waits(changes, now, is_sent):
    due = mail(Kind.WAITING, session(**(MISSED | changes)), created_at=NO_SHOW)

    assert (reason_of(due, now) is None) == is_sent


@pytest.mark.parametrize(
    ("changes", "is_sent"),
    [
        ({}, True),
        ({"student": here("student")}, False),
        ({"status": Status.IN_PROGRESS, "no_show": None}, False),
        ({"scheduled_start": START + DAY, "scheduled_end": END + DAY}, False),
        ({"ended_at": NO_SHOW}, False),
        ({"status": Status.CANCELLED, "no_show": None}, False),
    ],
)
def test_waiting_mail_from_lobby_is_sent_until_absent_person_comes(changes, is_sent):
    missed = session(**(MISSED | {"teacher": gone("teacher")} | changes))
    made = {"created_at": NO_SHOW}

    assert (
        reason_of(mail(Kind.WAITING, missed, from_lobby=True, **made), NO_SHOW) is None
    ) == is_sent
    assert reason_of(mail(Kind.WAITING, missed, **made), NO_SHOW)[0] is State.WITHDRAWN


@pytest.mark.parametrize(
    ("kind", "state", "is_sent"),
    [
        (Kind.RESCHEDULE_ASKED, "open", True),
        (Kind.RESCHEDULE_ASKED, "withdrawn", False),
        (Kind.RESCHEDULE_ASKED, "declined", False),
        (Kind.RESCHEDULE_DECLINED, "declined", True),
        (Kind.RESCHEDULE_DECLINED, "open", False),
    ],
)
def test_reschedule_mail_is_sent_only_in_its_state(kind, state, is_sent):
    request = Request("r1", state, "teacher", START, (), None, None, None)

    assert (reason_of(mail(kind, request=request), START - DAY) is None) == is_sent


def test_accepted_mail_is_sent_while_agreed_time_is_current():
    agreed = Request("r1", "accepted", "teacher", START - DAY, (START,), START, None, None)
    due = mail(Kind.RESCHEDULE_ACCEPTED, request=agreed)
    moved_on = mail(Kind.RESCHEDULE_ACCEPTED, session(scheduled_start=START + HOUR), request=agreed)

    assert reason_of(due, START - DAY) is None
    assert reason_of(moved_on, START - DAY)[0] is State.WITHDRAWN


def test_cancellation_mail_ignores_reminder_opt_out():
    cancelled = session(status=Status.CANCELLED)

    assert reason_of(mail(Kind.CANCELLED, cancelled, wants_reminders=False), START) is None
    assert reason_of(mail(Kind.CANCELLED), START)[0] is State.WITHDRAWN
    assert reason_of(mail(Kind.RESCHEDULE_ASKED, cancelled, request=ASKED), START) is not None


def test_retry_delay_grows_to_five_minutes():
    assert [retry_in_s(attempts) for attempts in (1, 2, 3, 4, 5, 9)] == [
        30,
        MINUTE,
        2 * MINUTE,
        4 * MINUTE,
        5 * MINUTE,
        5 * MINUTE,
    ]
