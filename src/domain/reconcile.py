"""What a session's record lacks, compared with its room, and when to check it again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain import presence, rules
from domain.model import Role, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.model import Session
    from domain.presence import Seat

# The room reads the record this often while a person is present: the session may have been moved
# or cancelled, and the message about that lost.
RECHECK_S: Final = 60
# A notice that is later than this is not sent any more.
NOTICE_LIFE_S: Final = 45
MINUTE: Final = 60


# Dataclasses, not NamedTuples: `Came(r, 1)` must not equal `Left(r, 1)`.


@dataclass(frozen=True, slots=True)
class Came:
    role: Role
    at: int


@dataclass(frozen=True, slots=True)
class Left:
    role: Role
    at: int


@dataclass(frozen=True, slots=True)
class Started:
    at: int


@dataclass(frozen=True, slots=True)
class Missed:
    absent: Role


@dataclass(frozen=True, slots=True)
class Completed:
    at: int


@dataclass(frozen=True, slots=True)
class ChatNoted:
    """The record must note whether the room's chat has lines."""

    has_chat: bool


Change = Came | Left | Started | Missed | Completed | ChatNoted


def missing_changes(
    session: Session, seats: Mapping[Role, Seat], now: int, *, has_chat: bool | None = None
) -> list[Change]:
    """The changes that the record lacks; empty if it is up to date.

    `has_chat` is True if the room's chat has lines. With None the chat is not compared.
    """
    found: list[Change] = []
    seats = {
        role: seat
        for role, seat in seats.items()
        if presence.belongs_to(seat.user_id, session.participant(role).id)
    }
    # Outside the open hours of the room nobody comes. Seats are then left over from before the
    # session was moved, or come from a late event of a provider.
    is_open = rules.can_join(session, now)
    for role in Role:
        person, seat = session.participant(role), seats.get(role)
        if seat is not None and seat.is_taken and not person.present and is_open:
            found.append(Came(role, seat.joined_at))
        elif person.present and not (seat and seat.is_taken):
            left_at = seat.left_at if seat and seat.left_at is not None else now
            found.append(Left(role, left_at))
    transition = _transition(session, seats, now)
    # NULL in the record offers the chat for download. So the start notes an empty chat, and the
    # first line corrects that.
    if (has_chat and session.has_chat is False) or (
        has_chat is False and session.has_chat is None and isinstance(transition, Started)
    ):
        found.append(ChatNoted(has_chat))
    return [*found, transition] if transition else found


def _transition(session: Session, seats: Mapping[Role, Seat], now: int) -> Change | None:
    here = presence.present_roles(seats)
    closing = now >= rules.closes_at(session)
    over = closing or session.ended_at is not None
    match session.status:
        case Status.SCHEDULED | Status.NO_SHOW if len(here) == 2 and not over:  # noqa: PLR2004
            return Started(now)
        case Status.SCHEDULED if len(here) == 1:
            (role,) = here
            is_late = now >= rules.no_show_from(session, seats[role].joined_at)
            if is_late and session.participant(role.other).joined_at is None:
                return Missed(role.other)
        case Status.IN_PROGRESS if closing:
            return Completed(now)
        case Status.IN_PROGRESS if not here and now >= session.scheduled_end:
            return Completed(_last_left(seats, now))
    return None


def _last_left(seats: Mapping[Role, Seat], now: int) -> int:
    """When the last person left: a session that ran over its end has ended then."""
    return max((seat.left_at for seat in seats.values() if seat.left_at is not None), default=now)


class Notice(StrEnum):
    """A message to the room about the session's time."""

    TEN_MINUTES = "ten_minutes"
    FIVE_MINUTES = "five_minutes"
    ONE_MINUTE = "one_minute"
    END = "end"
    CLOSING = "closing"


def notice_times(scheduled_end: int) -> dict[Notice, int]:
    """When each notice is due. Overtime begins at `end`; `closing` warns of its end."""
    return {
        Notice.TEN_MINUTES: scheduled_end - 10 * MINUTE,
        Notice.FIVE_MINUTES: scheduled_end - 5 * MINUTE,
        Notice.ONE_MINUTE: scheduled_end - MINUTE,
        Notice.END: scheduled_end,
        Notice.CLOSING: scheduled_end + rules.OVERTIME_S - 2 * MINUTE,
    }


def due_notices(scheduled_end: int, *, after: int, now: int) -> list[Notice]:
    """The notices that became due after `after`, up to now."""
    recent = max(after, now - NOTICE_LIFE_S)
    return [name for name, at in notice_times(scheduled_end).items() if recent < at <= now]


def alarm_times(
    check_record_at: int | None, seats: Mapping[Role, Seat], *, scheduled_end: int | None, now: int
) -> list[int]:
    """When the room has work to do. `scheduled_end` is None if no socket needs its notices."""
    moments = presence.away_deadlines(seats)
    if check_record_at is not None:
        moments.append(check_record_at)
    if scheduled_end is not None:
        moments += [at for at in notice_times(scheduled_end).values() if at > now]
    return moments


def forget_at(session: Session | None, kept_days: int) -> int | None:
    """When the room deletes all its data: never (None), or at once if the session is deleted."""
    return 0 if session is None else rules.kept_until(session, kept_days)


def next_check_at(session: Session, here: Iterable[Role], now: int) -> int | None:
    """When the room must compare the record again, if no event comes before."""
    moments = [rules.closes_at(session)]
    if list(here):
        moments += [rules.no_show_at(session), now + RECHECK_S]
    if session.status is Status.IN_PROGRESS:
        moments.append(session.scheduled_end)
    return min((moment for moment in moments if moment > now), default=None)
