"""What the record of a session should hear from its room, and when to look again. Pure."""

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

# Between two looks at the record while somebody is here: it may have been moved or cancelled,
# and the message about it lost.
LOOK_AGAIN_S: Final = 60
# A notice that could not be given within this is no news any more.
NOTICE_LIFE_S: Final = 45
MINUTE: Final = 60


# No named tuples: told apart by their type, while tuples of the same contents are equal.


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
    """Whether the room's chat has lines."""

    has_chat: bool


Change = Came | Left | Started | Missed | Completed | ChatNoted


def changes(
    session: Session, seats: Mapping[Role, Seat], now: int, *, has_chat: bool | None = None
) -> list[Change]:
    """What the record lacks; nothing once it has heard everything.

    `has_chat` says whether the room's chat has lines; None leaves the chat alone.
    """
    found: list[Change] = []
    seats = {
        role: seat
        for role, seat in seats.items()
        if presence.is_of(session.participant(role).id, seat.user_id)
    }
    # Before the room opens people are still in it only when their session has been moved. After it
    # has closed, only late news of a provider says that somebody is there.
    is_open = rules.can_join(session, now)
    for role in Role:
        person, seat = session.participant(role), seats.get(role)
        if seat is not None and seat.taken and not person.present and is_open:
            found.append(Came(role, seat.joined_at))
        elif person.present and not (seat and seat.taken):
            left_at = seat.left_at if seat and seat.left_at is not None else now
            found.append(Left(role, left_at))
    transition = _transition(session, seats, now)
    # NULL offers the chat. So an empty one is noted at the start, and a first line takes that back.
    if (has_chat and session.has_chat is False) or (
        has_chat is False and session.has_chat is None and isinstance(transition, Started)
    ):
        found.append(ChatNoted(has_chat))
    return [*found, transition] if transition else found


def _transition(session: Session, seats: Mapping[Role, Seat], now: int) -> Change | None:
    here = presence.present(seats)
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
    """A session whose people stayed beyond the end, ended when they left."""
    return max((seat.left_at for seat in seats.values() if seat.left_at is not None), default=now)


class Notice(StrEnum):
    """What people in the room are told about its time."""

    TEN_MINUTES = "ten_minutes"
    FIVE_MINUTES = "five_minutes"
    ONE_MINUTE = "one_minute"
    END = "end"
    CLOSING = "closing"


def notice_times(scheduled_end: int) -> dict[Notice, int]:
    """When each is due. From `end` on it is overtime; `closing` warns of the end of that."""
    return {
        Notice.TEN_MINUTES: scheduled_end - 10 * MINUTE,
        Notice.FIVE_MINUTES: scheduled_end - 5 * MINUTE,
        Notice.ONE_MINUTE: scheduled_end - MINUTE,
        Notice.END: scheduled_end,
        Notice.CLOSING: scheduled_end + rules.OVERTIME_S - 2 * MINUTE,
    }


def due_notices(scheduled_end: int, *, after: int, now: int) -> list[Notice]:
    """Those whose moment came after `after`, up to now."""
    recent = max(after, now - NOTICE_LIFE_S)
    return [name for name, at in notice_times(scheduled_end).items() if recent < at <= now]


def wake_ups(
    look_at: int | None, seats: Mapping[Role, Seat], *, scheduled_end: int | None, now: int
) -> list[int]:
    """When the room has something to do. `scheduled_end` is None when nobody hears of its end."""
    moments = presence.deadlines(seats)
    if look_at is not None:
        moments.append(look_at)
    if scheduled_end is not None:
        moments += [at for at in notice_times(scheduled_end).values() if at > now]
    return moments


def forget_at(session: Session | None, kept_days: int) -> int | None:
    """When the room forgets all it knows; None for never. A session that is deleted: at once."""
    return 0 if session is None else rules.kept_until(session, kept_days)


def next_look(session: Session, here: Iterable[Role], now: int) -> int | None:
    """When the record has to be looked at again, if nothing happens before."""
    moments = [rules.closes_at(session)]
    if list(here):
        moments += [rules.no_show_at(session), now + LOOK_AGAIN_S]
    if session.status is Status.IN_PROGRESS:
        moments.append(session.scheduled_end)
    return min((moment for moment in moments if moment > now), default=None)
