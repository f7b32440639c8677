"""When each mail is due, until when it is sent, and when a failed call is retried. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from domain import rules
from domain.model import Role, Status

if TYPE_CHECKING:
    from domain.model import Session

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE


class Kind(StrEnum):
    """Why a mail is sent."""

    DAY_BEFORE = "24h"
    HOUR_BEFORE = "1h"
    QUARTER_BEFORE = "15min"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    RESCHEDULE_ASKED = "reschedule_asked"
    RESCHEDULE_ACCEPTED = "reschedule_accepted"
    RESCHEDULE_DECLINED = "reschedule_declined"


LEAD_S: Final = {
    Kind.DAY_BEFORE: 24 * HOUR,
    Kind.HOUR_BEFORE: HOUR,
    # The text of this mail is "Your room is open".
    Kind.QUARTER_BEFORE: rules.JOIN_WINDOW_S,
}
"""How long before the start each reminder is due."""
NEXT_LEAD_S: Final = {
    Kind.DAY_BEFORE: LEAD_S[Kind.HOUR_BEFORE],
    Kind.HOUR_BEFORE: LEAD_S[Kind.QUARTER_BEFORE],
    Kind.QUARTER_BEFORE: 0,
}
"""How long before the start the next reminder is due. A reminder is sent until then."""

# The cron runs once a minute, so a reminder that was due less than a minute before the booking is
# still sent.
LATE_GRACE_S: Final = MINUTE
# The due query starts a little before the time of the last one: a booking may have been written
# during that query.
LOOK_BACK_S: Final = 2 * MINUTE
# The first due query of a deployment starts this long before now.
FIRST_LOOK_BACK_S: Final = 24 * HOUR
# The mail service forgets an idempotency key after 24 hours. A retry after that might send twice.
GIVE_UP_S: Final = 20 * HOUR
# Mail that is due for longer is reported as late.
LATE_S: Final = 5 * MINUTE

BATCH_SIZE: Final = 100
# Longer than one call can take, so that a batch has one sender while its call is running.
LEASE_S: Final = 2 * MINUTE
CALL_TIMEOUT_S: Final = 30
RETRY_S: Final = (30, MINUTE, 2 * MINUTE, 4 * MINUTE, 5 * MINUTE)


class State(StrEnum):
    """The state of a mail. All but the first two are final."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"
    DEAD = "dead"


class Reach(StrEnum):
    """What a person may know of a mail to the other person that the person has caused."""

    ON_ITS_WAY = "on_its_way"
    SENT = "sent"
    UNREACHABLE = "unreachable"


def reach_of(state: State, delivery: str | None, *, refused: bool) -> Reach:
    """Whether a mail reaches its reader.

    `delivery` is the mail service's last event about it. `refused` is True if the reader does not
    accept such mail.
    """
    if state in (State.PENDING, State.SENDING):
        return Reach.UNREACHABLE if refused else Reach.ON_ITS_WAY
    arrived = delivery not in ("failed", "bounced", "suppressed")
    return Reach.SENT if state is State.SENT and arrived else Reach.UNREACHABLE


class Request(NamedTuple):
    """A request for another time, with the fields that its mails need."""

    id: str
    state: str
    asked_by: str
    scheduled_start: int
    proposed_starts: tuple[int, ...]
    chosen_start: int | None
    reason: str | None
    note: str | None
    reach: Reach | None = None
    """Whether the mail about its state reaches the other person; None if it was not queried."""


class DueMail(NamedTuple):
    """A mail that is due, with its session as it is now. `role` is None for a replaced person."""

    id: str
    kind: Kind
    user_id: str
    email: str
    session: Session
    role: Role | None
    scheduled_start: int
    created_at: int
    attempts: int
    payload: str | None
    wants_reminders: bool
    suppressed: str | None
    request: Request | None
    from_lobby: bool = False
    """True if it was requested by a person who waits in the lobby."""


class FinalState(NamedTuple):
    """The final state of a mail, and the reason for it."""

    state: State
    reason: str


def reason_to_drop(mail: DueMail, now: int) -> FinalState | None:
    """The reason why this mail must not be sent; None if it must be."""
    found = _reason_to_drop(mail, now)
    if found is None and now - mail.created_at >= GIVE_UP_S:
        return FinalState(State.DEAD, "gave_up")
    return found


def _reason_to_drop(mail: DueMail, now: int) -> FinalState | None:
    if mail.role is None:
        return FinalState(State.WITHDRAWN, "not_their_session")
    if mail.suppressed:
        return FinalState(State.SKIPPED, f"suppressed: {mail.suppressed}")
    if mail.kind in LEAD_S:
        return _reason_to_drop_reminder(mail, now)
    if mail.kind is Kind.WAITING:
        return _reason_to_drop_waiting(mail, mail.role, now)
    if mail.kind is Kind.CANCELLED:
        cancelled = mail.session.status is Status.CANCELLED
        return None if cancelled else FinalState(State.WITHDRAWN, "not_cancelled")
    return _reason_to_drop_reschedule(mail)


def _reason_to_drop_reminder(mail: DueMail, now: int) -> FinalState | None:
    session = mail.session
    if session.status is not Status.SCHEDULED:
        return FinalState(State.WITHDRAWN, f"session_{session.status}")
    if session.scheduled_start != mail.scheduled_start:
        return FinalState(State.WITHDRAWN, "session_moved")
    if not mail.wants_reminders:
        return FinalState(State.SKIPPED, "opted_out")
    if now >= session.scheduled_start - NEXT_LEAD_S[mail.kind]:
        return FinalState(State.SKIPPED, "overtaken")
    return None


def _reason_to_drop_waiting(mail: DueMail, role: Role, now: int) -> FinalState | None:
    session = mail.session
    moved = session.scheduled_start != mail.scheduled_start
    if mail.from_lobby:  # attendance has no rows for the lobby
        is_awaited = rules.is_awaited(session, role, now)
    else:
        is_awaited = rules.waits_in_room(session, role.other, now)
    if moved or not is_awaited:
        return FinalState(State.WITHDRAWN, "nobody_is_waiting")
    return None if mail.wants_reminders else FinalState(State.SKIPPED, "opted_out")


def _reason_to_drop_reschedule(mail: DueMail) -> FinalState | None:
    request = mail.request
    wanted = {
        Kind.RESCHEDULE_ASKED: "open",
        Kind.RESCHEDULE_ACCEPTED: "accepted",
        Kind.RESCHEDULE_DECLINED: "declined",
    }[mail.kind]
    if request is None or request.state != wanted:
        return FinalState(State.WITHDRAWN, "request_is_settled")
    expected = request.chosen_start or request.scheduled_start
    if mail.session.status is Status.CANCELLED or mail.session.scheduled_start != expected:
        return FinalState(State.WITHDRAWN, "session_moved_or_cancelled")
    return None


def retry_in_s(attempts: int) -> int:
    """The delay before the next attempt. It is short at first, since reminders expire soon."""
    return RETRY_S[min(max(attempts, 1), len(RETRY_S)) - 1]
