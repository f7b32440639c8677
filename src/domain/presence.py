"""Who is in the room, as sockets tell it. Pure; times are epoch seconds."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.model import Role

# Browsers ping every 4 s; one that misses two pings is gone, and a laptop closed now is noticed
# well within 15 s.
STALE_S: Final = 10
# A reload or a change of network comes back within this; until then nobody has left.
AWAY_S: Final = 15


class Here(StrEnum):
    """What the others are told."""

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
    """Whose it is; empty when only a provider's word or an older release says that it is taken."""

    @property
    def state(self) -> Here:
        if self.left_at is not None:
            return Here.LEFT
        return Here.ONLINE if self.away_since is None else Here.AWAY

    @property
    def taken(self) -> bool:
        """Whether the person counts as present: in the room, or expected back in a moment."""
        return self.left_at is None


def is_of(person_id: str, owner: str) -> bool:
    """Whether a seat or socket of `owner` is this person's; nobody knows better when it is empty.

    The platform may have put another one in their place.
    """
    return owner in ("", person_id)


Seats = dict["Role", Seat]


def enter(
    seats: Mapping[Role, Seat], role: Role, page: str, now: int, *, user_id: str = ""
) -> Seats:
    """Someone is online; a stay that was only interrupted goes on."""
    seat = seats.get(role)
    if seat is not None and seat.taken and (not user_id or is_of(user_id, seat.user_id)):
        return {**seats, role: Seat(seat.joined_at, page, user_id=user_id or seat.user_id)}
    return {**seats, role: Seat(now, page, user_id=user_id)}


def lose(seats: Mapping[Role, Seat], role: Role, now: int) -> Seats:
    """Someone's socket is gone; they may come back."""
    seat = seats.get(role)
    if seat is None or seat.state is not Here.ONLINE:
        return dict(seats)
    return {**seats, role: seat._replace(away_since=now)}


def leave(seats: Mapping[Role, Seat], role: Role, now: int) -> Seats:
    """Someone has gone for good; the stay ends when they were last here."""
    seat = seats.get(role)
    if seat is None or not seat.taken:
        return dict(seats)
    left_at = now if seat.away_since is None else seat.away_since
    return {**seats, role: seat._replace(away_since=None, left_at=left_at)}


def expire(seats: Mapping[Role, Seat], now: int) -> Seats:
    """Who has been away for too long has left."""
    for role, seat in seats.items():
        if seat.away_since is not None and now >= seat.away_since + AWAY_S:
            seats = leave(seats, role, now)
    return dict(seats)


def is_overdue(seats: Mapping[Role, Seat], now: int) -> bool:
    """Whether somebody has been away for too long."""
    return any(now >= moment for moment in deadlines(seats))


def present(seats: Mapping[Role, Seat]) -> set[Role]:
    return {role for role, seat in seats.items() if seat.taken}


def deadlines(seats: Mapping[Role, Seat]) -> list[int]:
    """When those who are away will have left."""
    return [s.away_since + AWAY_S for s in seats.values() if s.away_since is not None]
