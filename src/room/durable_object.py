"""The Durable Object of a session: its events, and its live sockets.

It sleeps between events. An event changes who is present; then `room/reconciler.py` compares the
session's record with the room and writes what is missing.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import js
from pyodide.ffi import to_js
from workers import DurableObject

import bindings
from bindings.rooms import VISITOR_HEADER
from domain.model import Role
from errors import RefusedMessageError
from logs import log
from room import session_record, sockets
from room.message_limits import Allowance
from room.provider_call import HeldCall
from room.reconciler import Reconciler
from room.relay import Conversation
from room.seats import Seating
from room.sockets import LiveSocket, LiveSockets, tell
from room.storage import ChatLog, Memory
from room.identity import Visitor

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from context import Context
    from room.messages import Message, Move


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
        self._call = HeldCall(self._memory, self._context, self._now)
        self._seating = Seating(self._sockets, self._call, self._memory, self._save)
        self._allowances: dict[str, Allowance] = {}
        self._reconciler = Reconciler(
            self.ctx.storage,
            self._sockets,
            self._memory,
            self._call,
            self._seating,
            clock=lambda: time.time(),  # noqa: PLW0108 (tests replace it)
            now=self._now,
            context=self._context,
            save=self._save,
            has_chat=lambda: self._conversation.has_lines,
            forget=self._forget,
        )

    # Called by the Worker, which has checked who is asking. A Worker of a newer release may send
    # more than this one knows.

    async def fetch(self, request: Any) -> Any:
        """Accept the socket of the visitor whom the Worker vouches for."""
        visitor = Visitor.from_json(unquote(request.headers[VISITOR_HEADER]))
        self._memory.session_id = visitor.session_id
        if self._memory.epoch:
            await self._settle()  # the page follows an epoch that is ahead of the record
        client, server = js.WebSocketPair.new().object_values()
        tag = sockets.tag_of(visitor.role, watching=visitor.watching)
        self.ctx.acceptWebSocket(server, to_js([tag]))
        socket = LiveSocket.introduce(server, bindings.new_id(), visitor)
        self._sockets.changed()
        if visitor.watching:
            self._sockets.keep_few_watchers(socket.role)
        else:
            if not self._seating.present:
                self._memory.noticed_at = self._now()
            self._seating.take(socket, self._now())
            self._reconciler.newcomers.append(socket)
        other = self._memory.seats.get(socket.role.other)
        held = {
            "recording": self._call.recording,
            "epoch": self._memory.epoch,
            "provider": self._memory.held_by or None,
            "place": visitor.place or None,
        }
        socket.send(self._conversation.welcome(socket, other, self._now()) | held)
        await self._settle()
        return js.Response.new(None, status=101, webSocket=client)

    async def end(self, session_id: str, *_newer: Any) -> None:
        """End the session for both people now."""
        self._memory.session_id = session_id
        try:
            await session_record.end(self._context(), session_id)
            self._reconciler.close_room("completed", by=Role.TEACHER)
        finally:
            # Also without an answer: the record knows whether it was written.
            await self._settle()

    async def refresh(self, *_newer: Any) -> None:
        """The session was moved or cancelled: that matters here if anybody has ever come."""
        if self._memory.session_id:
            await self._settle()

    async def hear(self, session_id: str, event: str, *_newer: Any) -> None:
        """News of the call that a provider holds for this session; who is in it is here."""
        self._memory.session_id = session_id
        news = await self._call.checked(event)
        was_recording = self._call.recording
        self._call.hear(news)
        if self._call.recording is not was_recording:
            now_on = {"type": "recording", "on": not was_recording}
            tell(now_on, to=self._sockets.everybody())
        self._seating.follow_call(self._now())
        await self._settle()

    async def look(self, session_id: str, *_newer: Any) -> None:
        """Something may have changed in the provider's call: ask who is there."""
        self._memory.session_id = session_id
        await self._seating.ask_provider(self._now())
        await self._settle()

    async def shift_clock(self, session_id: str, seconds: int, *_newer: Any) -> None:
        """Run ahead of the real clock; the Worker offers this in development only."""
        self._memory.session_id = session_id
        self._memory.clock_shift_s = seconds
        await self.alarm()

    async def files_changed(self, change: str, *_newer: Any) -> None:
        """Tell people here that the list of files changed; `change` is JSON: docs/protocol.md."""
        tell({"type": "files", **json.loads(change)}, to=self._sockets.people())

    async def chat(self, *_newer: Any) -> str:
        """All lines of the chat, as JSON."""
        return json.dumps(self._conversation.lines())

    async def forget_chat(self, *_newer: Any) -> None:
        """The session was deleted or has been kept long enough: the record says whether it was."""
        await self.refresh()

    # Called by the runtime.

    def webSocketMessage(self, raw: Any, text: Any) -> Awaitable[None] | None:
        """Act on what somebody says.

        Most of it is passed on at once. A coroutine for that would take as long again.
        """
        socket = self._sockets.known(raw)
        if not socket.live:
            return None
        # Imported by who needs it: pydantic would double the start of every Worker.
        from room import messages  # noqa: PLC0415

        try:
            message = messages.read(text)
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
        is_due = self._reconciler.is_due()
        if self._seating.is_unsure(now, is_due=is_due):
            await self._seating.ask_provider(now)
        self._seating.expire(now)
        if self._seating.present != before or is_due:
            await self._settle()
        else:
            await self._reconciler.give_notices()

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
        is_first_line = self._conversation.pass_on(socket, message, self._now())
        # From now on the record says that there is a chat to download.
        return self._settle() if is_first_line else None

    def _refuse(self, socket: LiveSocket, refusal: RefusedMessageError) -> Awaitable[None] | None:
        """Say so to its sender, who is disconnected for doing it too often."""
        about = {"id": refusal.line_id} if refusal.line_id else {}
        socket.send({"type": "error", "code": refusal.code, "message": refusal.message, **about})
        # Who signals a page that has just gone cannot know that yet.
        is_honest = refusal.code == "not_delivered"
        if is_honest or self._allowance_of(socket).forgives(time.monotonic()):
            return None
        log("socket_closed_for_abuse", session_id=self._memory.session_id, role=socket.role)
        socket.retire(sockets.ABUSIVE, "too many refused messages")
        return self._lost(socket)

    async def _lost(self, socket: LiveSocket) -> None:
        self._allowances.pop(socket.id, None)
        if self._seating.lose(socket, self._now()):
            await self._reconciler.set_alarm()

    async def _leave(self, socket: LiveSocket) -> None:
        socket.disregard()
        self._seating.leave([socket.role], self._now())
        # Their page asks for its state next: it had better be on record by then.
        await self._settle()
        socket.retire(sockets.LEFT, "left")

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

    # Small things.

    async def _settle(self) -> None:
        await self._reconciler.run()

    def _now(self) -> int:
        return bindings.now() + self._memory.clock_shift_s

    def _context(self) -> Context:
        context = bindings.context(bindings.new_id(), wait_until=self._reconciler.deferred.append)
        return context._replace(now=self._now())

    def _save(self) -> None:
        self._memory.save(self._sql)

    def _forget(self) -> None:
        self._conversation.forget()
        self._memory.forget(self._sql)
