"""The room's side of a call at a provider: who is in it, the move to it, and its end.

It works on the room's memory, and does not use the sockets.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from domain import presence, rules
from domain.call_location import place_on_record
from domain.model import Role
from domain.provider_names import PEER
from errors import RefusedMessageError, ServiceUnavailableError
from logs import log
from providers.base import CallEvent, CallEventType
from room import call_roster
from room.call_roster import CallRoster
from settings import SettingsError
from video import service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from context import Context
    from domain.model import Session
    from domain.presence import SeatsByRole
    from room.messages import Move
    from room.storage import Memory

END_RETRY_S: Final = 5
# A provider that is down for longer has lost its calls by then.
END_GIVE_UP_S: Final = 30 * 60


class ProviderCall:
    """The provider's call of one room."""

    def __init__(
        self, memory: Memory, context: Callable[[], Context], now: Callable[[], int]
    ) -> None:
        """`context` raises SettingsError; `now` is the room's own clock."""
        self._memory = memory
        self._context = context
        self._now = now
        self._moving = False

    @property
    def roles(self) -> set[Role]:
        """The roles that are in the call."""
        return self._memory.roster.roles

    @property
    def has_room(self) -> bool:
        """True if the call has a room at a provider, whose presence can be queried."""
        return bool(self._memory.known_room_id)

    @property
    def is_recording(self) -> bool:
        return self._memory.roster.is_recording

    def apply_event(self, event: CallEvent) -> None:
        self._memory.roster = call_roster.apply_event(self._memory.roster, event)

    async def parse_event(self, text: str) -> CallEvent:
        """A CallEvent from JSON. `joined` becomes `left` if the person has left the call since.

        A webhook can come after the person's stay in the room has ended. So this queries the
        provider for the persons in the call.
        """
        event = CallEvent.from_json(json.loads(text))
        seat = self._memory.seats.get(event.role) if event.role else None
        if event.type is not CallEventType.JOINED or seat is None or seat.is_taken:
            return event
        present = await self._query_presence()
        has_left = present is not None and event.role not in present
        return event._replace(type=CallEventType.LEFT) if has_left else event

    def mark_roles_left(self, roles: Iterable[Role]) -> None:
        """Mark people as having left the call: they have left the room."""
        for role in roles:
            self._memory.roster = call_roster.mark_role_left(self._memory.roster, role)

    def seats(self, connected: set[Role], now: int) -> SeatsByRole:
        """The seats after the provider's events, which count for people without a socket."""
        seats = dict(self._memory.seats)
        for role in set(Role) - connected:
            if role in self.roles:
                seats = presence.enter(seats, role, "", now)
            else:
                seats = presence.mark_away(seats, role, now)
        return seats

    async def check_provider(self, now: int) -> None:
        """Query who is in the call: events may be lost, and some providers send none."""
        present = await self._query_presence()
        if present is not None:
            self._memory.roster = call_roster.correct_roles(self._memory.roster, present, now)

    async def _query_presence(self) -> set[Role] | None:
        """The roles in the call, as the provider answers; None without a provider or an answer."""
        if self._memory.last_broadcast.get("provider") in (None, PEER):
            return None
        try:
            return await service.query_presence(self._context(), self._memory.session_id)
        except Exception as error:  # noqa: BLE001
            # Any kind of failure: the alarm that queries must go on to set the next alarm.
            log("provider_query_failed", session_id=self._memory.session_id, error=repr(error))
            return None

    async def move(self, message: Move) -> dict[str, Any] | None:
        """Move the call from peer to peer to the provider. Returns the `mode` message for both.

        Returns None if the call is at a provider already, or is being moved there.
        Raises: RefusedMessageError if there is no provider, or if D1 is down.
        """
        is_stale = message.epoch != self._memory.epoch
        if self._moving or is_stale or self._memory.provider not in ("", PEER):
            return None
        self._moving = True
        try:
            place = await service.move(self._context(), self._memory.session_id)
        except ServiceUnavailableError as error:
            raise RefusedMessageError("cannot_move", error.message) from error
        finally:
            self._moving = False
        if place is None:
            raise RefusedMessageError("cannot_move", "There is nowhere else to hold this call.")
        return self._set_place(place.provider, place.name, message.reason)

    def follow_place(self, session: Session) -> dict[str, Any] | None:
        """Adopt the place in the record. Returns the `mode` message for both if it has changed.

        The place changes when an operator changes `VIDEO_PROVIDER`, or when the recording or the
        meeting is switched after a person's join. The answer to our own `move` may also be lost.
        """
        provider, place = session.provider, place_on_record(session)
        # The memory of an older release has the provider in the broadcast alone.
        known = self._memory.provider or self._memory.last_broadcast.get("provider") or provider
        self._memory.provider = known or ""
        if provider is None or place is None:
            return None
        if provider == known and self._memory.place in ("", place):
            self._memory.place = place
            return None
        return self._set_place(provider, place, "asked")

    def _set_place(self, provider: str, place: str, reason: str) -> dict[str, Any]:
        """Set the place and forget the events of the call before. Returns the `mode` message."""
        self._memory.provider, self._memory.place = provider, place
        self._memory.roster = CallRoster()
        self._memory.epoch += 1
        return {
            "type": "mode",
            "provider": provider,
            "place": place,
            "epoch": self._memory.epoch,
            "reason": reason,
        }

    def plan_ends(self, session: Session | None, now: int) -> None:
        """Plan the end of each provider's room that is not in use.

        A room is not in use if its session is closed, deleted or moved out of the join window
        (also if it has moved back since), or if the record names another room. `start_due_ends`
        starts the requests.
        """
        before, known = self._memory.known_room_id, _full_room_id(session)
        if before != known:
            self._plan_end(before, now)
        self._memory.known_room_id = known
        is_in_use = session is not None and rules.can_join(session, now)
        if session is None or session.provider_room_over or not is_in_use:
            self._plan_end(known, now)
            return
        # The room is in use again for another call, although its name is the same.
        self._memory.pending_ends.pop(known, None)
        self._memory.ended_room_id = ""

    def _plan_end(self, room: str, now: int) -> None:
        if room and room != self._memory.ended_room_id:
            self._memory.pending_ends.setdefault(room, {"since": now, "again_at": now})

    @property
    def end_times(self) -> list[int]:
        """When the end of each room must be requested, for the first time or again."""
        return [plan["again_at"] for plan in self._memory.pending_ends.values()]

    def start_due_ends(self, now: int) -> list[str]:
        """The rooms to `end` now. Plans a retry of each for after the request's timeout.

        The object may be evicted during the request. Then it does the retry when it wakes up.
        """
        plans = self._memory.pending_ends
        due = [room for room, plan in plans.items() if now >= plan["again_at"]]
        for room in due:
            plans[room]["again_at"] = now + self._timeout_s() + END_RETRY_S
        return due

    def _timeout_s(self) -> int:
        """The timeout of a request."""
        try:
            return int(self._context().settings.provider_timeout_s)
        except SettingsError:
            return 0  # no request is made then

    async def end(self, room: str) -> None:
        """Request the end of a room. After half an hour of failures, give up."""
        provider, _, room_id = room.partition("/")
        try:
            await service.end(self._context(), provider, room_id)
        except Exception as error:  # noqa: BLE001
            # Any kind of failure: the retry must be planned.
            plan, now = self._memory.pending_ends.get(room), self._now()
            if plan is None:
                return
            if now < plan["since"] + END_GIVE_UP_S:
                plan["again_at"] = now + END_RETRY_S
                return
            details = {"session_id": self._memory.session_id, "provider": provider}
            log("call_not_ended", **details, error=repr(error))
        # Without a plan, the room came into use again during the request.
        if self._memory.pending_ends.pop(room, None):
            self._memory.ended_room_id = room


def _full_room_id(session: Session | None) -> str:
    """The provider's room in the record, as `provider/room`; empty without one."""
    if session is None or not session.provider or not session.provider_room_id:
        return ""
    return f"{session.provider}/{session.provider_room_id}"
