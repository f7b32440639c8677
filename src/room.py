"""The Durable Object of a session: its live sockets, and what follows from who is there.

It sleeps between events. Everything here is level-triggered: an event changes who is present,
then `_settle` compares the session's record with the room and writes what is missing. Each write
is guarded in D1, so a race or a repeated event cannot make a transition happen twice.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import js
from pyodide.ffi import to_js
from workers import DurableObject

import bindings
import live_sockets
import presence
import record
import rules
import settling
from bindings.rooms import VISITOR_HEADER
from conversation import Conversation
from errors import RefusedMessageError
from held_call import HeldCall
from live_sockets import LiveSocket, LiveSockets, tell
from logs import log
from model import Status
from rates import Allowance
from room_memory import ChatLog, Memory
from seating import Seating
from visitors import Visitor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from context import Context
    from live_messages import Message, Move
    from model import Role, Session

SETTLE_AGAIN_S: Final = 5


class Room(DurableObject):  # type: ignore[misc]
    """One a session."""

    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        # Answered by the runtime while this object sleeps.
        self.ctx.setWebSocketAutoResponse(js.WebSocketRequestResponsePair.new("ping", "pong"))
        self._sockets = LiveSockets(self.ctx)
        self._sql = self.ctx.storage.sql
        self._memory = Memory.load(self._sql)
        self._conversation = Conversation(self._sockets, ChatLog(self._sql))
        self._call = HeldCall(self._memory, self._context)
        self._seating = Seating(self._sockets, self._call, self._memory, self._save)
        self._allowances: dict[str, Allowance] = {}
        self._settling = False
        self._changed = False
        self._newcomers: list[LiveSocket] = []
        self._deferred: list[Awaitable[Any]] = []

    # Called by the Worker, which has checked who is asking.

    async def fetch(self, request: Any) -> Any:
        """Accept the socket of the visitor whom the Worker vouches for."""
        visitor = Visitor.from_json(unquote(request.headers[VISITOR_HEADER]))
        self._memory.session_id = visitor.session_id
        if self._memory.epoch:
            await self._settle()  # an operator may have left the provider
        client, server = js.WebSocketPair.new().object_values()
        tag = live_sockets.tag_of(visitor.role, watching=visitor.watching)
        self.ctx.acceptWebSocket(server, to_js([tag]))
        socket = LiveSocket.introduce(server, bindings.new_id(), visitor)
        self._sockets.changed()
        if visitor.watching:
            self._sockets.keep_few_watchers(socket.role)
        else:
            if not self._seating.present:
                self._memory.noticed_at = self._now()
            self._seating.take(socket, self._now())
            self._newcomers.append(socket)
        other = self._memory.seats.get(socket.role.other)
        held = {"recording": self._call.recording, "epoch": self._memory.epoch}
        socket.send(self._conversation.welcome(socket, other, self._now()) | held)
        await self._settle()
        return js.Response.new(None, status=101, webSocket=client)

    async def end(self, session_id: str) -> None:
        """End the session for both people now."""
        self._memory.session_id = session_id
        try:
            await record.end(self._context(), session_id)
            self._close_room("completed")
        finally:
            # Also without an answer: the record knows whether it was written.
            await self._settle()

    async def refresh(self) -> None:
        """The session was moved or cancelled: that matters here if anybody has ever come."""
        if self._memory.session_id:
            await self._settle()

    async def hear(self, session_id: str, event: str) -> None:
        """News of the call that a provider holds for this session; who is in it is here."""
        self._memory.session_id = session_id
        was_recording = self._call.recording
        self._call.hear(event)
        if self._call.recording is not was_recording:
            news = {"type": "recording", "on": not was_recording}
            tell(news, to=self._sockets.everybody())
        self._seating.follow_call(self._now())
        await self._settle()

    async def look(self, session_id: str) -> None:
        """Something may have changed in the provider's call: ask who is there."""
        self._memory.session_id = session_id
        await self._seating.ask_provider(self._now())
        await self._settle()

    async def shift_clock(self, session_id: str, seconds: int) -> None:
        """Run ahead of the real clock; the Worker offers this in development only."""
        self._memory.session_id = session_id
        self._memory.clock_shift_s = seconds
        await self.alarm()

    async def chat(self) -> str:
        """All lines of the chat, as JSON."""
        return json.dumps(self._conversation.lines())

    async def forget_chat(self) -> None:
        """The chat has been kept long enough."""
        self._conversation.forget()

    # Called by the runtime.

    def webSocketMessage(self, raw: Any, text: Any) -> Awaitable[None] | None:
        """Act on what somebody says.

        Most of it is passed on at once. A coroutine for that would take as long again.
        """
        socket = self._sockets.known(raw)
        if not socket.live:
            return None
        # Imported by who needs it: pydantic would double the start of every Worker.
        import live_messages  # noqa: PLC0415

        try:
            message = live_messages.read(text)
            self._allowance_of(socket).use(message.type, time.monotonic())
            return self._act_on(socket, message)
        except RefusedMessageError as refusal:
            return self._refuse(socket, refusal)

    async def webSocketClose(self, raw: Any, _code: int, _reason: str, _clean: bool) -> None:
        socket = self._sockets.known(raw)
        self._sockets.changed()
        socket.answer_close()
        await self._lost(socket)

    async def webSocketError(self, raw: Any, _error: Any) -> None:
        socket = self._sockets.known(raw)
        self._sockets.changed()
        await self._lost(socket)

    async def alarm(self, _info: Any = None) -> None:
        """Something is due: a silent socket, somebody away for too long, a notice, a deadline."""
        before, now = self._seating.present, self._now()
        self._seating.drop_the_silent(now)
        is_due = self._memory.look_at is None or now >= self._memory.look_at
        if self._seating.is_unsure(now, is_due=is_due):
            await self._seating.ask_provider(now)
        self._seating.expire(now)
        if self._seating.present != before or is_due:
            await self._settle()
        else:
            self._give_notices()
            await self._set_alarm()

    # What people do.

    def _allowance_of(self, socket: LiveSocket) -> Allowance:
        if socket.id not in self._allowances:
            self._allowances[socket.id] = Allowance(time.monotonic())
        return self._allowances[socket.id]

    def _act_on(self, socket: LiveSocket, message: Message) -> Awaitable[None] | None:
        """Raises: RefusedMessageError."""
        if socket.watching:
            raise RefusedMessageError("watching", "Only those in the room may speak.")
        if message.type == "move":
            return self._move(socket, message)
        if message.type == "leave":
            return self._leave(socket)
        self._conversation.pass_on(socket, message, self._now())
        return None

    def _refuse(self, socket: LiveSocket, refusal: RefusedMessageError) -> Awaitable[None] | None:
        """Say so to its sender, who is disconnected for doing it too often."""
        socket.send({"type": "error", "code": refusal.code, "message": refusal.message})
        if self._allowance_of(socket).forgives(time.monotonic()):
            return None
        log("socket_closed_for_abuse", session_id=self._memory.session_id, role=socket.role)
        socket.retire(live_sockets.ABUSIVE, "too many refused messages")
        return self._lost(socket)

    async def _lost(self, socket: LiveSocket) -> None:
        self._allowances.pop(socket.id, None)
        if self._seating.lose(socket, self._now()):
            await self._set_alarm()

    async def _leave(self, socket: LiveSocket) -> None:
        socket.disregard()
        self._seating.leave([socket.role], self._now())
        # Their page asks for its state next: it had better be on record by then.
        await self._settle()
        socket.retire(live_sockets.LEFT, "left")

    async def _move(self, socket: LiveSocket, message: Move) -> None:
        """Take both people to the provider; the second one to ask finds it done."""
        try:
            mode = await self._call.move(message)
        except RefusedMessageError as refusal:
            if lost := self._refuse(socket, refusal):
                await lost
            # An answer may have been lost: the record knows whether it has moved.
            await self._settle()
            return
        if mode is None:
            return
        self._save()
        tell({**mode, "by": socket.role}, to=self._sockets.people())
        await self._settle()

    # What follows from it.

    async def _settle(self) -> None:
        """Bring the record up to date, tell people of its changes, and set the next alarm.

        Runs once at a time: what changes meanwhile makes it go round again.
        """
        self._changed = True
        if self._settling:
            return
        self._settling = True
        session: Session | None = None
        try:
            while self._changed:
                self._changed = False
                session = await record.settle(self._context(), self._memory)
                self._announce(session)
            self._give_notices()
            # Of an end that is moved nearer, nothing is told that has passed by then.
            self._memory.noticed_at = self._now()
            if session is not None and self._call.must_end(session, self._now()):
                # Last of all: it may take long.
                self._call.begin_end(session, self._now())
                self._deferred.append(self._end_call(session))
        except Exception as error:  # noqa: BLE001
            log("settling_failed", session_id=self._memory.session_id, error=repr(error))
            self._memory.look_at = self._now() + SETTLE_AGAIN_S
        finally:
            self._settling = False
            self._save()
            await self._set_alarm()
        while self._deferred:
            await self._deferred.pop(0)

    def _announce(self, session: Session | None) -> None:
        """Tell people where the session stands, if that is news to them."""
        now = self._now()
        if session is None or rules.is_closed(session, now):
            cancelled = session is None or session.status is Status.CANCELLED
            self._close_room("cancelled" if cancelled else "completed")
            return
        if now < rules.opens_at(session) and self._seating.present:
            self._close_room("moved")
            return
        # Before somebody else takes their seat.
        self._send_out(*self._seating.replaced(session), "moved")
        if rules.can_join(session, now):
            # Whatever is ended after this is another call, though it may have the same name.
            self._memory.ended_call = ""
        if mode := self._call.follow(session.provider):
            tell(mode, to=self._sockets.people())
        facts = record.facts(session)
        newcomers, self._newcomers = self._newcomers, []
        # Lobbies each time: their pages ask the record who is there, and it is up to date now.
        told = newcomers + self._sockets.watchers()
        if facts != self._memory.facts:
            told = self._sockets.everybody()
        self._memory.facts = facts
        tell({"type": "session", **facts, "now": now}, to=told)
        self._memory.look_at = settling.next_look(session, self._seating.present, now)

    def _close_room(self, reason: str) -> None:
        """Send everybody out."""
        self._newcomers = []
        self._memory.look_at = None
        self._send_out(self._sockets.everybody(), self._seating.present, reason)

    def _send_out(self, sockets: Iterable[LiveSocket], roles: set[Role], reason: str) -> None:
        """Their leaving is settled on the next round."""
        for socket in sockets:
            socket.send({"type": "ended", "reason": reason})
            socket.retire(live_sockets.ENDED, reason)
        self._seating.leave(roles, self._now())
        self._changed = self._changed or bool(roles)

    async def _end_call(self, session: Session) -> None:
        """End the provider's call with the room."""
        await self._call.end(session)
        self._save()
        await self._set_alarm()

    def _give_notices(self) -> None:
        end, now = self._memory.facts.get("scheduled_end"), self._now()
        if end is None:
            return
        due = settling.due_notices(end, after=self._memory.noticed_at, now=now)
        for notice in due:
            tell({"type": "notice", "notice": notice, "now": now}, to=self._sockets.people())
        if due:
            self._memory.noticed_at = now
            self._save()

    async def _set_alarm(self) -> None:
        """Wake up for whatever comes first; sleep for good when nothing does."""
        due = [
            self._sockets.heard_at(socket) + presence.STALE_S for socket in self._sockets.people()
        ]
        end = self._memory.facts.get("scheduled_end") if due else None
        moments = settling.wake_ups(
            self._memory.look_at, self._memory.seats, scheduled_end=end, now=self._now()
        )
        due += [moment - self._memory.clock_shift_s for moment in moments]
        if due:
            await self.ctx.storage.setAlarm(int(min(due) * 1000) + 50)
        else:
            await self.ctx.storage.deleteAlarm()

    # Small things.

    def _now(self) -> int:
        return bindings.now() + self._memory.clock_shift_s

    def _context(self) -> Context:
        context = bindings.context(bindings.new_id(), wait_until=self._deferred.append)
        return context._replace(now=self._now())

    def _save(self) -> None:
        self._memory.save(self._sql)
