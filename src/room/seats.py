"""Who is in a room, by the sockets and by the events of the call's provider.

Each change is saved and sent to the others. `now` is on the room's own clock.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from domain import presence
from domain.model import Role
from room import sockets as room_sockets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.model import Session
    from domain.presence import SeatsByRole
    from room.provider_call import ProviderCall
    from room.sockets import LiveSocket, LiveSockets
    from room.storage import Memory


class Seats:
    """The seats of one room."""

    def __init__(self, sockets: LiveSockets, call: ProviderCall, memory: Memory) -> None:
        self._sockets = sockets
        self._call = call
        self._memory = memory

    @property
    def present(self) -> set[Role]:
        """The roles that are online, or away for a moment."""
        return presence.present_roles(self._memory.seats)

    def enter(self, socket: LiveSocket, now: int) -> None:
        """Mark the socket's person online, and close the person's older sockets."""
        for old in self._sockets.of(socket.role):
            if old.id == socket.id:
                continue
            if old.page == socket.page:
                old.close(room_sockets.RESUMED, "resumed by a newer connection")
            else:
                old.send({"type": "replaced"})
                old.close(room_sockets.REPLACED, "opened in another place")
        seat = self._memory.seats.get(socket.role)
        if seat is None or seat.page != socket.page:
            # The provider's frame of an older page closes with it, and this page has none yet.
            self._call.mark_roles_left([socket.role])
        self._update(
            presence.enter(
                self._memory.seats, socket.role, socket.page, now, user_id=socket.user_id
            )
        )

    def mark_away(self, socket: LiveSocket, now: int) -> bool:
        """Mark the person away. Returns True if a timer must decide whether they left."""
        if socket.is_watching or any(
            other.id != socket.id for other in self._sockets.of(socket.role)
        ):
            return False
        if socket.role in self._call.roles:
            return False
        self._update(presence.mark_away(self._memory.seats, socket.role, now))
        return True

    def mark_left(self, roles: Iterable[Role], now: int) -> None:
        """Mark people as having left the room and the provider's call."""
        roles = list(roles)
        self._call.mark_roles_left(roles)
        seats = self._memory.seats
        for role in roles:
            seats = presence.mark_left(seats, role, now)
        self._update(seats)

    def close_silent_sockets(self, now: int) -> None:
        """Close sockets without a recent ping, and mark people without another socket away.

        A restart of the object closes sockets without an event.
        """
        for role in Role:
            sockets = self._sockets.of(role)
            silent = [
                s
                for s in sockets
                if time.time() >= self._sockets.last_ping_at(s) + presence.STALE_S
            ]
            for socket in silent:
                socket.close(room_sockets.SILENT, "no ping")
            if len(silent) == len(sockets) and role not in self._call.roles:
                self._update(presence.mark_away(self._memory.seats, role, now))

    def mark_overdue_left(self, now: int) -> None:
        """Mark each person who was away for too long as having left."""
        self._update(presence.mark_overdue_left(self._memory.seats, now))

    def needs_provider_check(self, now: int, *, is_due: bool) -> bool:
        """True if a person was away for too long, who may still be in the provider's call.

        If a check of the record is due (`is_due`), it is also true if the sockets and the
        provider's events show different people.
        """
        connected = self._connected()
        by_event_alone = not self._call.roles <= connected
        by_socket_alone = self._call.has_room and not connected <= self._call.roles
        return (is_due and (by_event_alone or by_socket_alone)) or presence.has_overdue(
            self._memory.seats, now
        )

    async def check_provider(self, now: int) -> None:
        """Query who is in the provider's call, and update the seats."""
        await self._call.check_provider(now)
        self.apply_call(now)

    def apply_call(self, now: int) -> None:
        """Update the seats of people without a socket from the provider's call.

        The sockets of people in the call get `in_call`.
        """
        for role in self._call.roles:
            room_sockets.broadcast({"type": "in_call"}, to=self._sockets.of(role))
        self._update(self._call.seats(self._connected(), now))

    def replaced(self, session: Session) -> tuple[list[LiveSocket], set[Role]]:
        """The sockets and seats of people whom the platform has replaced in the session."""
        sockets = [
            socket
            for socket in self._sockets.all()
            if not presence.belongs_to(socket.user_id, session.participant(socket.role).id)
        ]
        roles = {
            role
            for role, seat in self._memory.seats.items()
            if seat.is_taken and not presence.belongs_to(seat.user_id, session.participant(role).id)
        }
        return sockets, roles

    def forget_replaced(self, session: Session) -> None:
        """Delete the seats, with the ids, of replaced people who have left."""
        seats = {
            role: seat
            for role, seat in self._memory.seats.items()
            if seat.is_taken or presence.belongs_to(seat.user_id, session.participant(role).id)
        }
        if len(seats) < len(self._memory.seats):
            self._update(seats)

    def _connected(self) -> set[Role]:
        """The roles with a socket."""
        return {role for role in Role if self._sockets.of(role)}

    def _update(self, seats: SeatsByRole) -> None:
        """Save the seats, and send each change to the other person and to the lobbies."""
        before, self._memory.seats = self._memory.seats, seats
        for role, seat in seats.items():
            if before.get(role) != seat:
                room_sockets.broadcast(
                    {"type": "presence", "role": role, "state": seat.state, "page": seat.page},
                    to=[*self._sockets.of(role.other), *self._sockets.watchers()],
                )
        self._memory.save()
