"""Who is in the room, as sockets and the call's provider show it. Pure; times are epoch seconds."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.model import Role

# A browser pings every 4 s. So two pings may get lost, and a laptop that was closed is noticed
# within 15 s.
STALE_S: Final = 10
# A page comes back within this time after a reload or a change of network.
AWAY_S: Final = 15


class PresenceState(StrEnum):
    """The state of a person, as the other browsers get it."""

    ONLINE = "online"
    AWAY = "away"
    LEFT = "left"


class Seat(NamedTuple):
    """A person's stay: it begins, may be interrupted (`away_since`), and ends (`left_at`)."""

    joined_at: int
    page: str
    away_since: int | None = None
    left_at: int | None = None
    user_id: str = ""
    """The owner. Empty if the seat comes from a provider's event or from an older release."""

    @property
    def state(self) -> PresenceState:
        if self.left_at is not None:
            return PresenceState.LEFT
        return PresenceState.ONLINE if self.away_since is None else PresenceState.AWAY

    @property
    def is_taken(self) -> bool:
        """True if the person counts as present: online, or away for a moment."""
        return self.left_at is None


SeatsByRole = dict["Role", Seat]


def belongs_to(owner: str, person_id: str) -> bool:
    """True if `owner` is this person or unknown (empty).

    The owner of a seat or socket can differ: the platform may have replaced a participant.
    """
    return owner in ("", person_id)


def enter(
    seats: Mapping[Role, Seat], role: Role, page: str, now: int, *, user_id: str = ""
) -> SeatsByRole:
    """Mark the person online. A stay that was only interrupted continues."""
    seat = seats.get(role)
    if seat is not None and seat.is_taken and (not user_id or belongs_to(seat.user_id, user_id)):
        return {**seats, role: Seat(seat.joined_at, page, user_id=user_id or seat.user_id)}
    return {**seats, role: Seat(now, page, user_id=user_id)}


def mark_away(seats: Mapping[Role, Seat], role: Role, now: int) -> SeatsByRole:
    """Mark the person of a lost socket away; the person may come back."""
    seat = seats.get(role)
    if seat is None or seat.state is not PresenceState.ONLINE:
        return dict(seats)
    return {**seats, role: seat._replace(away_since=now)}


def mark_left(seats: Mapping[Role, Seat], role: Role, now: int) -> SeatsByRole:
    """End the person's stay, as of the time when the person was last online."""
    seat = seats.get(role)
    if seat is None or not seat.is_taken:
        return dict(seats)
    left_at = now if seat.away_since is None else seat.away_since
    return {**seats, role: seat._replace(away_since=None, left_at=left_at)}


def mark_overdue_left(seats: Mapping[Role, Seat], now: int) -> SeatsByRole:
    """End the stay of each person who was away for too long."""
    for role, seat in seats.items():
        if seat.away_since is not None and now >= seat.away_since + AWAY_S:
            seats = mark_left(seats, role, now)
    return dict(seats)


def has_overdue(seats: Mapping[Role, Seat], now: int) -> bool:
    """True if a person has been away for too long."""
    return any(now >= moment for moment in away_deadlines(seats))


def present_roles(seats: Mapping[Role, Seat]) -> set[Role]:
    return {role for role, seat in seats.items() if seat.is_taken}


def away_deadlines(seats: Mapping[Role, Seat]) -> list[int]:
    """The times at which persons who are away count as having left."""
    return [s.away_since + AWAY_S for s in seats.values() if s.away_since is not None]
