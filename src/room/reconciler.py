"""What follows from an event in a room: the record is brought up to date, people are told, the
next alarm is set.

Level-triggered: it compares the session's record with the room, so a lost or repeated event does
no harm. Each write is guarded in D1, so a race cannot make a transition happen twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain import presence, reconcile, rules
from domain.model import Status
from logs import log
from room import session_record
from room import sockets as room_sockets
from room.sockets import tell

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from context import Context
    from domain.model import Role, Session
    from room.provider_call import HeldCall
    from room.seats import Seating
    from room.sockets import LiveSocket, LiveSockets
    from room.storage import Memory

AGAIN_S: Final = 5
FORGET_AGAIN_S: Final = 60


class Reconciler:
    """Runs once at a time: an event that comes meanwhile makes it go round again."""

    def __init__(
        self,
        storage: Any,
        sockets: LiveSockets,
        memory: Memory,
        call: HeldCall,
        seating: Seating,
        *,
        clock: Callable[[], float],
        now: Callable[[], int],
        context: Callable[[], Context],
        save: Callable[[], None],
        has_chat: Callable[[], bool],
        forget: Callable[[], None],
    ) -> None:
        """`clock` is the real clock in epoch seconds; `now`, the room's own, may run ahead.

        `has_chat` says whether the room's chat has lines.
        """
        self._storage = storage
        self._sockets = sockets
        self._memory = memory
        self._call = call
        self._seating = seating
        self._clock = clock
        self._now = now
        self._context = context
        self._save = save
        self._has_chat = has_chat
        self._forget = forget
        self._running = False
        self._changed = False
        self.newcomers: list[LiveSocket] = []
        """Sockets that have not been told yet where the session stands."""
        self.deferred: list[Awaitable[Any]] = []
        """Work that can wait until the record is up to date."""

    async def run(self) -> None:
        """Bring the record up to date, tell people of its changes, and set the next alarm."""
        self._changed = True
        if self._running:
            return
        self._running = True
        try:
            while self._changed:
                self._changed = False
                session = await session_record.settle(
                    self._context(), self._memory, has_chat=self._has_chat()
                )
                self._announce(session)
                self._call.follow_record(session, self._now())
                if session is not None:
                    self._seating.forget_strangers(session)
            self._give_notices()
            # An end that is moved nearer: notices whose time has passed by then are not given.
            self._memory.noticed_at = self._now()
            await self._forget_in_time(session)
        except Exception as error:  # noqa: BLE001
            log("settling_failed", session_id=self._memory.session_id, error=repr(error))
            self._memory.look_at = again_at = self._now() + AGAIN_S
            if self._memory.forget_at is not None:
                self._memory.forget_at = max(self._memory.forget_at, again_at)
        finally:
            self._running = False
            # Without a record, too: to end a call needs none.
            due = self._call.begin_due_ends(self._now())
            self._save()
            await self.set_alarm()
        # Last of all: it may take long.
        self.deferred += [self._end_call(room) for room in due]
        while self.deferred:
            await self._do(self.deferred.pop(0))

    async def _do(self, work: Awaitable[Any]) -> None:
        """Do deferred work. A failure must not keep the rest waiting, and nobody else sees it."""
        try:
            await work
        except Exception as error:  # noqa: BLE001
            details = {"session_id": self._memory.session_id, "error": repr(error)}
            log("deferred_work_failed", **details)

    async def _forget_in_time(self, session: Session | None) -> None:
        """Forget a session that is deleted or has been kept long enough: docs/privacy.md."""
        now = self._now()
        due = reconcile.forget_at(session, self._context().settings.chat_kept_days)
        if due is not None and now >= due:
            if not self._memory.pending_ends:
                if session is not None and (self._has_chat() or session.has_chat):
                    await session_record.note_forgotten_chat(self._context(), session.id)
                self._forget()
                return
            # The rooms whose calls must still be ended are named there.
            due = now + FORGET_AGAIN_S
        self._memory.forget_at = due

    def is_due(self) -> bool:
        """Whether the record is to be looked at, or a call to be ended, or all to be forgotten."""
        now = self._now()
        moments = [self._memory.look_at, self._memory.forget_at, *self._call.ends_at]
        is_time = any(moment is not None and now >= moment for moment in moments)
        return self._memory.look_at is None or is_time

    def _announce(self, session: Session | None) -> None:
        """Tell people where the session stands, if that is news to them."""
        now = self._now()
        if session is None or rules.is_closed(session, now):
            cancelled = session is None or session.status is Status.CANCELLED
            self.close_room("cancelled" if cancelled else "completed")
            return
        if now < rules.opens_at(session) and self._seating.present:
            self.close_room("moved")
            return
        # Before somebody else takes their seat.
        self._send_out(*self._seating.replaced(session), {"reason": "reassigned"})
        was_recording = self._call.recording
        if mode := self._call.follow(session):
            tell(mode, to=self._sockets.people())
        if was_recording and not self._call.recording:
            tell({"type": "recording", "on": False}, to=self._sockets.everybody())
        facts = session_record.facts(session)
        newcomers, self.newcomers = self.newcomers, []
        # Lobbies each time: their pages ask the record who is there, and it is up to date now.
        told = newcomers + self._sockets.watchers()
        if facts != self._memory.facts:
            told = self._sockets.everybody()
        self._memory.facts = facts
        tell({"type": "session", **facts, "now": now}, to=told)
        self._memory.look_at = reconcile.next_look(session, self._seating.present, now)

    def close_room(self, reason: str, *, by: Role | None = None) -> None:
        """Send everybody out, and tell them why; `by` is who has ended the session."""
        self.newcomers = []
        self._memory.look_at = None
        why = {"reason": reason} | ({"by": by.value} if by else {})
        self._send_out(self._sockets.everybody(), self._seating.present, why)

    def _send_out(
        self, sockets: Iterable[LiveSocket], roles: set[Role], why: dict[str, str]
    ) -> None:
        """Their leaving is settled on the next round."""
        for socket in sockets:
            socket.send({"type": "ended", **why})
            socket.retire(room_sockets.ENDED, why["reason"])
        self._seating.leave(roles, self._now())
        self._changed = self._changed or bool(roles)

    async def _end_call(self, room: str) -> None:
        """End a provider's room; a failure plans the retry, and the alarm for it."""
        await self._call.end(room)
        self._save()
        await self.set_alarm()

    def _give_notices(self) -> None:
        end, now = self._memory.facts.get("scheduled_end"), self._now()
        if end is None:
            return
        due = reconcile.due_notices(end, after=self._memory.noticed_at, now=now)
        for notice in due:
            tell({"type": "notice", "notice": notice, "now": now}, to=self._sockets.people())
        if due:
            self._memory.noticed_at = now
            self._save()

    async def give_notices(self) -> None:
        """For an alarm that is about nothing but the session's time."""
        self._give_notices()
        await self.set_alarm()

    async def set_alarm(self) -> None:
        """Wake up at the next moment; sleep for good when there is none."""
        due = [
            self._sockets.heard_at(socket) + presence.STALE_S for socket in self._sockets.people()
        ]
        end = self._memory.facts.get("scheduled_end") if due else None
        moments = reconcile.wake_ups(
            self._memory.look_at, self._memory.seats, scheduled_end=end, now=self._now()
        )
        moments += self._call.ends_at
        moments += [] if self._memory.forget_at is None else [self._memory.forget_at]
        due += [moment - self._memory.clock_shift_s for moment in moments]
        if not due:
            await self._storage.deleteAlarm()
            return
        # The runtime drops an alarm that alarm() sets for now or earlier (cloudflare/workerd#6866).
        soonest = int(self._clock() * 1000) + 1
        await self._storage.setAlarm(max(int(min(due) * 1000) + 50, soonest))
