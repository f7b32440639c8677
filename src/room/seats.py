"""Who sits in a room, by their sockets and by the word of the call's provider.

Each change is written down and told to the others. `now` is on the room's own clock.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from domain import presence
from domain.model import Role
from room import sockets as room_sockets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from domain.model import Session
    from domain.presence import Seats
    from room.provider_call import HeldCall
    from room.sockets import LiveSocket, LiveSockets
    from room.storage import Memory


class Seating:
    """The seats of one room."""

    def __init__(
        self, sockets: LiveSockets, call: HeldCall, memory: Memory, save: Callable[[], None]
    ) -> None:
        self._sockets = sockets
        self._call = call
        self._memory = memory
        self._save = save

    @property
    def present(self) -> set[Role]:
        """Who is in the room, or expected back in a moment."""
        return presence.present(self._memory.seats)

    def take(self, socket: LiveSocket, now: int) -> None:
        """Let a person in; what they had open before gives way."""
        for old in self._sockets.of(socket.role):
            if old.id == socket.id:
                continue
            if old.page == socket.page:
                old.retire(room_sockets.RESUMED, "resumed by a newer connection")
            else:
                old.send({"type": "replaced"})
                old.retire(room_sockets.REPLACED, "opened in another place")
        seat = self._memory.seats.get(socket.role)
        if seat is None or seat.page != socket.page:
            # The frame of an earlier page ends with it, and this page has not opened its own yet.
            self._call.walk_out([socket.role])
        self._seat(
            presence.enter(
                self._memory.seats, socket.role, socket.page, now, user_id=socket.user_id
            )
        )

    def lose(self, socket: LiveSocket, now: int) -> bool:
        """A socket is gone: whether its person has left, time will tell. Says if that is open."""
        if socket.watching or any(other.id != socket.id for other in self._sockets.of(socket.role)):
            return False
        if socket.role in self._call.roles:
            return False
        self._seat(presence.lose(self._memory.seats, socket.role, now))
        return True

    def leave(self, roles: Iterable[Role], now: int) -> None:
        """These have gone for good, and out of the provider's call."""
        roles = list(roles)
        self._call.walk_out(roles)
        seats = self._memory.seats
        for role in roles:
            seats = presence.leave(seats, role, now)
        self._seat(seats)

    def drop_the_silent(self, now: int) -> None:
        """Close sockets that stopped pinging, and notice those that vanished with a restart."""
        for role in Role:
            sockets = self._sockets.of(role)
            silent = [
                s for s in sockets if time.time() >= self._sockets.heard_at(s) + presence.STALE_S
            ]
            for socket in silent:
                socket.retire(room_sockets.SILENT, "no ping")
            if len(silent) == len(sockets) and role not in self._call.roles:
                self._seat(presence.lose(self._memory.seats, role, now))

    def expire(self, now: int) -> None:
        """Who has been away for too long has left."""
        self._seat(presence.expire(self._memory.seats, now))

    def is_unsure(self, now: int, *, is_due: bool) -> bool:
        """Whether to ask the provider: somebody is about to be forgotten.

        When a look at the record is due anyway, also about who is here by the provider's word
        alone, and who is here without its word.
        """
        connected = self._connected()
        by_word_alone = not self._call.roles <= connected
        not_heard_of = self._call.has_room and not connected <= self._call.roles
        return (is_due and (by_word_alone or not_heard_of)) or presence.is_overdue(
            self._memory.seats, now
        )

    async def ask_provider(self, now: int) -> None:
        """Whose socket is dead may still be in the provider's call, or no more."""
        await self._call.ask(now)
        self.follow_call(now)

    def follow_call(self, now: int) -> None:
        """Those without a socket are where the provider says they are; the others are told."""
        for role in self._call.roles:
            room_sockets.tell({"type": "in_call"}, to=self._sockets.of(role))
        self._seat(self._call.seats(self._connected(), now))

    def replaced(self, session: Session) -> tuple[list[LiveSocket], set[Role]]:
        """Sockets and seats of people who are no participants any more."""
        sockets = [
            socket
            for socket in self._sockets.everybody()
            if not presence.is_of(session.participant(socket.role).id, socket.user_id)
        ]
        roles = {
            role
            for role, seat in self._memory.seats.items()
            if seat.taken and not presence.is_of(session.participant(role).id, seat.user_id)
        }
        return sockets, roles

    def forget_strangers(self, session: Session) -> None:
        """Drop the seats that people left who are no participants any more, with their ids."""
        seats = {
            role: seat
            for role, seat in self._memory.seats.items()
            if seat.taken or presence.is_of(session.participant(role).id, seat.user_id)
        }
        if len(seats) < len(self._memory.seats):
            self._seat(seats)

    def _connected(self) -> set[Role]:
        """Those who have a socket."""
        return {role for role in Role if self._sockets.of(role)}

    def _seat(self, seats: Seats) -> None:
        """Take note of who is here, and tell the others what changed."""
        before, self._memory.seats = self._memory.seats, seats
        for role, seat in seats.items():
            if before.get(role) != seat:
                room_sockets.tell(
                    {"type": "presence", "role": role, "state": seat.state, "page": seat.page},
                    to=[*self._sockets.of(role.other), *self._sockets.watchers()],
                )
        self._save()
