"""What follows from an event in a room: writes to the record, messages to people, the next alarm.

It compares the session's record with the room, so a lost or repeated event does no harm. Each write
is guarded in D1, so a race cannot make a transition happen twice.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from domain import presence, reconcile, rules
from domain.model import Status
from logs import log
from room import session_record
from room import sockets as room_sockets
from room.sockets import broadcast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from board.keeping import Keeper
    from context import Context
    from domain.model import Role, Session
    from room.browser_recording import BrowserRecording
    from room.provider_call import ProviderCall
    from room.relay import Relay
    from room.seats import Seats
    from room.sockets import LiveSocket, LiveSockets
    from room.storage import Memory

RETRY_S: Final = 5
FORGET_RETRY_S: Final = 60


class Reconciler:
    """Runs once at a time: an event during a run makes it run again."""

    def __init__(
        self,
        *,
        storage: Any,
        sockets: LiveSockets,
        memory: Memory,
        relay: Relay,
        keeper: Keeper,
        call: ProviderCall,
        seats: Seats,
        recording: BrowserRecording,
        context: Callable[[], Context],
        now: Callable[[], int],
        tell_platform: Callable[[], None],
    ) -> None:
        """`storage` is the object's. `context` raises SettingsError. `now` is the room's clock.

        `tell_platform` starts the delivery of the session's events.
        """
        self._storage = storage
        self._sockets = sockets
        self._memory = memory
        self._relay = relay
        self._keeper = keeper
        self._call = call
        self._seats = seats
        self._recording = recording
        self._context = context
        self._now = now
        self._tell_platform = tell_platform
        self._is_running = False
        self._must_run = False
        self.new_sockets: list[LiveSocket] = []
        """Sockets that have not got a `session` message yet."""
        self.deferred: list[Awaitable[Any]] = []
        """Work that waits until the record is up to date."""

    async def run(self) -> None:
        """Bring the record up to date, send its changes to people, and set the next alarm."""
        self._must_run = True
        if self._is_running:
            return
        self._is_running = True
        try:
            while self._must_run:
                self._must_run = False
                await self._recording.write_refusals()
                session = await session_record.reconcile(
                    self._context(),
                    self._memory,
                    has_chat=self._relay.has_chat,
                    tell_platform=self._tell_platform,
                )
                self._apply_record(session)
                await self._recording.follow_record(session)
                self._call.plan_ends(session, self._now())
                if session is not None:
                    self._seats.forget_replaced(session)
                if self._must_run:
                    continue  # the rest needs a record that is up to date
                self._send_notices()
                # After the end was moved to an earlier time, past notices are not sent.
                self._memory.notices_sent_until = self._now()
                if session is not None:
                    is_over = rules.is_closed(session, self._now())
                    await self._keeper.save(session.id, is_over=is_over)
                await self._forget_if_due(session)
        except Exception as error:  # noqa: BLE001
            log("reconcile_failed", session_id=self._memory.session_id, error=repr(error))
            self._memory.check_record_at = retry_at = self._now() + RETRY_S
            if self._memory.forget_at is not None:
                self._memory.forget_at = max(self._memory.forget_at, retry_at)
        finally:
            self._is_running = False
            # Also after a failure: the end of a call does not need the record.
            due = self._call.start_due_ends(self._now())
            self._memory.save()
            await self.set_alarm()
        # The last step, since these requests may take long.
        self.deferred += [self._end_call(room) for room in due]
        while self.deferred:
            await self._run_deferred(self.deferred.pop(0))

    def _apply_record(self, session: Session | None) -> None:
        """Close the room if its session is over, else send people what has changed."""
        now = self._now()
        if session is None or rules.is_closed(session, now):
            cancelled = session is None or session.status is Status.CANCELLED
            self.close_room("cancelled" if cancelled else "completed")
            return
        if now < rules.opens_at(session) and self._seats.present:
            self.close_room("moved")
            return
        # Before the new participant takes the seat.
        self._remove(*self._seats.replaced(session), {"reason": "reassigned"})
        was_recording = self._call.is_recording
        if mode := self._call.follow_place(session):
            broadcast(mode, to=self._sockets.in_room())
        if was_recording and not self._call.is_recording:
            broadcast({"type": "recording", "on": False}, to=self._sockets.all())
        fields = session_record.session_fields(session)
        new_sockets, self.new_sockets = self.new_sockets, []
        # Lobbies get it each time: it makes their pages read the record, which is up to date now.
        receivers = new_sockets + self._sockets.watchers()
        if fields != self._memory.last_broadcast:
            receivers = self._sockets.all()
        self._memory.last_broadcast = fields
        broadcast({"type": "session", **fields, "now": now}, to=receivers)
        self._memory.check_record_at = reconcile.next_check_at(session, self._seats.present, now)

    def close_room(self, reason: str, *, by: Role | None = None) -> None:
        """Remove everybody, with the reason; `by` has ended the session."""
        self.new_sockets = []
        self._memory.check_record_at = None
        why = {"reason": reason} | ({"by": by.value} if by else {})
        self._remove(self._sockets.all(), self._seats.present, why)

    def _remove(self, sockets: Iterable[LiveSocket], roles: set[Role], why: dict[str, str]) -> None:
        """Close sockets and mark people as having left; the next round of `run` records that."""
        for socket in sockets:
            socket.send({"type": "ended", **why})
            socket.close(room_sockets.ENDED, why["reason"])
        self._seats.mark_left(roles, self._now())
        self._must_run = self._must_run or bool(roles)

    async def _forget_if_due(self, session: Session | None) -> None:
        """Delete the room's data if the session is deleted or old enough: docs/privacy.md."""
        now, settings = self._now(), self._context().settings
        due = reconcile.forget_at(session, settings.chat_kept_days)
        board_due = reconcile.forget_at(session, settings.resources_kept_days)
        if not self._keeper.store.state.version:
            board_due = None
        elif board_due is not None and now >= board_due:
            self._keeper.store.clear()
            board_due = None
        if due is not None and now >= due:
            is_saved = session is None or self._keeper.save_at is None
            if not self._memory.pending_ends and is_saved:
                if session is not None and (self._relay.has_chat or session.has_chat):
                    await session_record.mark_chat_forgotten(self._context(), session.id)
                self._relay.clear_chat()
                self._keeper.store.clear()
                self._memory.forget()
                return
            # The memory still has the names of provider's rooms that must be ended, or the board
            # is not saved yet.
            due = now + FORGET_RETRY_S
        moments = [moment for moment in (due, board_due) if moment is not None]
        self._memory.forget_at = min(moments, default=None)

    async def _end_call(self, room: str) -> None:
        """End a provider's room; a failure plans the retry, and the alarm for it."""
        await self._call.end(room)
        self._memory.save()
        await self.set_alarm()

    async def _run_deferred(self, work: Awaitable[Any]) -> None:
        """Run deferred work. A failure is logged: it must not stop the rest of the work."""
        try:
            await work
        except Exception as error:  # noqa: BLE001
            details = {"session_id": self._memory.session_id, "error": repr(error)}
            log("deferred_work_failed", **details)

    def is_open(self) -> bool:
        """True if people may enter, by the record as the room knows it."""
        known = self._memory.last_broadcast
        return bool(known) and known["opens_at"] <= self._now() < known["closes_at"]

    def has_due_work(self) -> bool:
        """True if `run` is due: a check of the record, the end of a call, or the deletion."""
        now = self._now()
        moments = [self._memory.check_record_at, self._memory.forget_at, *self._call.end_times]
        is_due = any(moment is not None and now >= moment for moment in moments)
        return self._memory.check_record_at is None or is_due

    async def send_notices(self) -> None:
        """For an alarm without other work: send the notices that are due, and set the alarm."""
        self._send_notices()
        await self.set_alarm()

    def _send_notices(self) -> None:
        end, now = self._memory.last_broadcast.get("scheduled_end"), self._now()
        if end is None:
            return
        due = reconcile.due_notices(end, after=self._memory.notices_sent_until, now=now)
        for notice in due:
            message = {"type": "notice", "notice": notice, "now": now}
            broadcast(message, to=self._sockets.in_room())
        if due:
            self._memory.notices_sent_until = now
            self._memory.save()

    async def set_alarm(self) -> None:
        """Set the alarm for the next work, or delete it if there is none."""
        due = [
            self._sockets.last_ping_at(socket) + presence.STALE_S
            for socket in self._sockets.in_room()
        ]
        end = self._memory.last_broadcast.get("scheduled_end") if due else None
        moments = reconcile.alarm_times(
            self._memory.check_record_at, self._memory.seats, scheduled_end=end, now=self._now()
        )
        moments += self._call.end_times
        planned = (self._memory.forget_at, self._keeper.save_at)
        moments += [moment for moment in planned if moment is not None]
        due += [moment - self._memory.clock_shift_s for moment in moments]
        if not due:
            await self._storage.deleteAlarm()
            return
        # The runtime drops an alarm that alarm() sets for now or earlier (cloudflare/workerd#6866).
        soonest = int(time.time() * 1000) + 1
        await self._storage.setAlarm(max(int(min(due) * 1000) + 50, soonest))
