"""What mail is due when, for how long it is worth sending, and when to try again. Pure."""

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
    # Its words are "Your room is open".
    Kind.QUARTER_BEFORE: rules.JOIN_WINDOW_S,
}
"""How long before the start each reminder is due."""
NEXT_LEAD_S: Final = {
    Kind.DAY_BEFORE: LEAD_S[Kind.HOUR_BEFORE],
    Kind.HOUR_BEFORE: LEAD_S[Kind.QUARTER_BEFORE],
    Kind.QUARTER_BEFORE: 0,
}
"""When the next one is due, or the session starts: a reminder is worth sending until then."""

# A booking made at the very moment of a reminder gets it: the clock ticks once a minute.
LATE_GRACE_S: Final = MINUTE
# Each look begins a little before the last one, for bookings that were being written just then.
LOOK_BACK_S: Final = 2 * MINUTE
# The very first look of a deployment treats the past as an outage of this length.
FIRST_LOOK_BACK_S: Final = 24 * HOUR
# The mail service forgets an idempotency key after 24 hours; to try again then might send twice.
GIVE_UP_S: Final = 20 * HOUR
# From here on mail is late, and said to be.
LATE_S: Final = 5 * MINUTE

BATCH_SIZE: Final = 100
# Longer than one call can take, so that nobody else takes a batch whose call is still running.
LEASE_S: Final = 2 * MINUTE
CALL_TIMEOUT_S: Final = 30
RETRY_S: Final = (30, MINUTE, 2 * MINUTE, 4 * MINUTE, 5 * MINUTE)


class State(StrEnum):
    """Where a mail stands. All but the first two are final."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"
    DEAD = "dead"


class Reach(StrEnum):
    """What the person who has the other one told may know of that mail."""

    ON_ITS_WAY = "on_its_way"
    SENT = "sent"
    UNREACHABLE = "unreachable"


def reach_of(state: State, delivery: str | None, *, refused: bool) -> Reach:
    """Whether a mail reaches its reader.

    `delivery` is what the mail service told of it, `refused` whether its reader gets no such mail.
    """
    if state in (State.PENDING, State.SENDING):
        return Reach.UNREACHABLE if refused else Reach.ON_ITS_WAY
    arrived = delivery not in ("failed", "bounced", "suppressed")
    return Reach.SENT if state is State.SENT and arrived else Reach.UNREACHABLE


class Request(NamedTuple):
    """A request for another time, as far as mail about it goes."""

    id: str
    state: str
    asked_by: str
    scheduled_start: int
    proposed_starts: tuple[int, ...]
    chosen_start: int | None
    reason: str | None
    note: str | None
    reach: Reach | None = None
    """What became of the mail that tells the other person of its state, where that was asked."""


class DueMail(NamedTuple):
    """A mail that is due, with the world as it is now. `role` is None for somebody of the past."""

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
    """Whether somebody who waits in the lobby has asked for it."""


class Settled(NamedTuple):
    """Why a mail is not sent, or what became of it."""

    state: State
    reason: str


def reason_to_drop(mail: DueMail, now: int) -> Settled | None:
    """Why this mail must not be sent (any more); None when it should be."""
    found = _reason_to_drop(mail, now)
    if found is None and now - mail.created_at >= GIVE_UP_S:
        return Settled(State.DEAD, "gave_up")
    return found


def _reason_to_drop(mail: DueMail, now: int) -> Settled | None:
    if mail.role is None:
        return Settled(State.WITHDRAWN, "not_their_session")
    if mail.suppressed:
        return Settled(State.SKIPPED, f"suppressed: {mail.suppressed}")
    if mail.kind in LEAD_S:
        return _reason_to_drop_to_reminder(mail, now)
    if mail.kind is Kind.WAITING:
        return _reason_to_drop_to_waiting(mail, mail.role, now)
    if mail.kind is Kind.CANCELLED:
        cancelled = mail.session.status is Status.CANCELLED
        return None if cancelled else Settled(State.WITHDRAWN, "not_cancelled")
    return _reason_to_drop_to_reschedule(mail)


def _reason_to_drop_to_reminder(mail: DueMail, now: int) -> Settled | None:
    session = mail.session
    if session.status is not Status.SCHEDULED:
        return Settled(State.WITHDRAWN, f"session_{session.status}")
    if session.scheduled_start != mail.scheduled_start:
        return Settled(State.WITHDRAWN, "session_moved")
    if not mail.wants_reminders:
        return Settled(State.SKIPPED, "opted_out")
    if now >= session.scheduled_start - NEXT_LEAD_S[mail.kind]:
        return Settled(State.SKIPPED, "overtaken")
    return None


def _reason_to_drop_to_waiting(mail: DueMail, role: Role, now: int) -> Settled | None:
    session = mail.session
    moved = session.scheduled_start != mail.scheduled_start
    if mail.from_lobby:  # attendance does not show who waits there
        is_right = rules.is_awaited(session, role, now)
    else:
        is_right = rules.waits_in_room(session, role.other, now)
    if moved or not is_right:
        return Settled(State.WITHDRAWN, "nobody_is_waiting")
    return None if mail.wants_reminders else Settled(State.SKIPPED, "opted_out")


def _reason_to_drop_to_reschedule(mail: DueMail) -> Settled | None:
    request = mail.request
    wanted = {
        Kind.RESCHEDULE_ASKED: "open",
        Kind.RESCHEDULE_ACCEPTED: "accepted",
        Kind.RESCHEDULE_DECLINED: "declined",
    }[mail.kind]
    if request is None or request.state != wanted:
        return Settled(State.WITHDRAWN, "request_is_settled")
    expected = request.chosen_start or request.scheduled_start
    if mail.session.status is Status.CANCELLED or mail.session.scheduled_start != expected:
        return Settled(State.WITHDRAWN, "session_moved_or_cancelled")
    return None


def retry_in_s(attempts: int) -> int:
    """How long to wait after so many attempts: soon at first, since reminders go stale."""
    return RETRY_S[min(max(attempts, 1), len(RETRY_S)) - 1]
