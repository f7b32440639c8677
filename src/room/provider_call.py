"""The room's side of a call that a provider holds: who is in it, moving there, and its end.

Works on the room's memory; knows nothing of sockets but whose there are.
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
from providers.base import CallEvent, CallNews
from room import call_roster
from room.call_roster import Calls
from settings import SettingsError
from video import service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from context import Context
    from domain.model import Session
    from domain.presence import Seats
    from room.messages import Move
    from room.storage import Memory

END_AGAIN_S: Final = 5
# A provider that is down for longer has lost its calls by then.
END_TRIED_FOR_S: Final = 30 * 60


class HeldCall:
    """What a room knows of its provider's call, and does about it."""

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
        """Who is in the call."""
        return self._memory.calls.roles

    @property
    def has_room(self) -> bool:
        """Whether the call is in a room that the provider can be asked about."""
        return bool(self._memory.held_room)

    @property
    def recording(self) -> bool:
        return self._memory.calls.recording

    def hear(self, news: CallEvent) -> None:
        self._memory.calls = call_roster.hear(self._memory.calls, news)

    async def checked(self, event: str) -> CallEvent:
        """A CallEvent from JSON. `joined` becomes `left` when that person has gone again since.

        A webhook can come after the person's stay in the room has ended. So the provider is asked
        who is in the call now.
        """
        news = CallEvent.from_json(json.loads(event))
        seat = self._memory.seats.get(news.role) if news.role else None
        if news.news is not CallNews.JOINED or seat is None or seat.taken:
            return news
        here = await self._present()
        is_gone = here is not None and news.role not in here
        return news._replace(news=CallNews.LEFT) if is_gone else news

    def walk_out(self, roles: Iterable[Role]) -> None:
        """These have left the room, and so the call."""
        for role in roles:
            self._memory.calls = call_roster.walk_out(self._memory.calls, role)

    def seats(self, connected: set[Role], now: int) -> Seats:
        """The seats when those without a socket are where the provider says they are."""
        seats = dict(self._memory.seats)
        for role in set(Role) - connected:
            if role in self.roles:
                seats = presence.enter(seats, role, "", now)
            else:
                seats = presence.lose(seats, role, now)
        return seats

    async def ask(self, now: int) -> None:
        """Ask the provider who is there: news may have been lost, and some tell none."""
        here = await self._present()
        if here is not None:
            self._memory.calls = call_roster.reconcile(self._memory.calls, here, now)

    async def _present(self) -> set[Role] | None:
        """Who is in the call, as the provider says now; None without a provider or an answer."""
        if self._memory.facts.get("provider") in (None, PEER):
            return None
        try:
            return await service.present(self._context(), self._memory.session_id)
        except Exception as error:  # noqa: BLE001
            # Any kind of failure: the alarm that asks must live to set the next alarm.
            log("provider_not_asked", session_id=self._memory.session_id, error=repr(error))
            return None

    async def move(self, message: Move) -> dict[str, Any] | None:
        """Leave peer to peer for the provider; the `mode` message for both people.

        None when the call is at a provider already, or moves there now. Raises:
        RefusedMessageError without a provider, or when that could not be written down.
        """
        is_stale = message.epoch != self._memory.epoch
        if self._moving or is_stale or self._memory.held_by not in ("", PEER):
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
        return self._moved_to(place.provider, place.name, message.reason)

    def follow(self, session: Session) -> dict[str, Any] | None:
        """The `mode` message for both people when the record names another place; else None.

        An operator has changed `VIDEO_PROVIDER`, the recording or the meeting was switched after
        somebody's join, or the answer to our own `move` was lost.
        """
        provider, place = session.provider, place_on_record(session)
        # A room of an older release has noted the provider in its facts alone.
        known = self._memory.held_by or self._memory.facts.get("provider") or provider
        self._memory.held_by = known or ""
        if provider is None or place is None:
            return None
        if provider == known and self._memory.place in ("", place):
            self._memory.place = place
            return None
        return self._moved_to(provider, place, "asked")

    def _moved_to(self, provider: str, place: str, reason: str) -> dict[str, Any]:
        """News of the call before this one means nothing any more."""
        self._memory.held_by, self._memory.place = provider, place
        self._memory.calls = Calls()
        self._memory.epoch += 1
        return {
            "type": "mode",
            "provider": provider,
            "place": place,
            "epoch": self._memory.epoch,
            "reason": reason,
        }

    def follow_record(self, session: Session | None, now: int) -> None:
        """Compare the provider's room in the record with the room that this object knows.

        Plans the end of a room that is not in use: its session is closed, moved out of reach (also
        when it has moved back since) or deleted, or the record names another room.
        `begin_due_ends` starts the requests.
        """
        before, held = self._memory.held_room, _held_room(session)
        if before != held:
            self._plan_end(before, now)
        self._memory.held_room = held
        is_in_use = session is not None and rules.can_join(session, now)
        if session is None or session.provider_room_over or not is_in_use:
            self._plan_end(held, now)
            return
        # The room is in use. Its next end is that of another call, although the name is the same.
        self._memory.pending_ends.pop(held, None)
        self._memory.ended_call = ""

    def _plan_end(self, room: str, now: int) -> None:
        if room and room != self._memory.ended_call:
            self._memory.pending_ends.setdefault(room, {"since": now, "again_at": now})

    @property
    def ends_at(self) -> list[int]:
        """When the end of a room is to be requested, for the first time or again."""
        return [plan["again_at"] for plan in self._memory.pending_ends.values()]

    def begin_due_ends(self, now: int) -> list[str]:
        """The rooms to `end` now. Plans a retry of each for when the provider's time is up.

        This object can be evicted while the provider thinks: then its next life does the retry.
        """
        plans = self._memory.pending_ends
        due = [room for room, plan in plans.items() if now >= plan["again_at"]]
        for room in due:
            plans[room]["again_at"] = now + self._timeout_s() + END_AGAIN_S
        return due

    def _timeout_s(self) -> int:
        """How long a request can take."""
        try:
            return int(self._context().settings.provider_timeout_s)
        except SettingsError:
            return 0  # no request is made then

    async def end(self, room: str) -> None:
        """Ask the provider to end a room. After half an hour of failures, give up."""
        provider, _, room_id = room.partition("/")
        try:
            await service.end(self._context(), provider, room_id)
        except Exception as error:  # noqa: BLE001
            # Any kind of failure: the retry must be planned.
            plan, now = self._memory.pending_ends.get(room), self._now()
            if plan is None:
                return
            if now < plan["since"] + END_TRIED_FOR_S:
                plan["again_at"] = now + END_AGAIN_S
                return
            details = {"session_id": self._memory.session_id, "provider": provider}
            log("call_not_ended", **details, error=repr(error))
        # Without a plan the room came into use again while the provider was asked.
        if self._memory.pending_ends.pop(room, None):
            self._memory.ended_call = room


def _held_room(session: Session | None) -> str:
    """The provider's room in the record, as `provider/room`; empty without one."""
    if session is None or not session.provider or not session.provider_room_id:
        return ""
    return f"{session.provider}/{session.provider_room_id}"
