"""The Durable Object of a session: its events, and its live sockets.

It sleeps between events. An event changes who is present; then `room/reconciler.py` compares the
session's record with the room and writes what is missing.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import js
from workers import DurableObject

import bindings
from bindings.rooms import IDENTITY_HEADER
from board.keeping import Keeper
from board.store import BoardStore
from domain.model import Role
from errors import RefusedMessageError
from logs import log
from room import session_record, sockets
from room.board_relay import BoardRelay
from room.browser_recording import BrowserRecording
from room.identity import SocketIdentity
from room.message_limits import MessageLimits
from room.provider_call import ProviderCall
from room.reconciler import Reconciler
from room.relay import Relay
from room.seats import Seats
from room.sockets import LiveSocket, LiveSockets, broadcast
from room.storage import ChatLog, Memory

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine

    from context import Context
    from room.messages import Consent, Message, Move


# Refusals that are no strike: a browser may signal to a page that has just gone, and what a person
# drew offline may not fit the board any more.
HONEST: Final = (
    "not_delivered",
    "not_recorded",
    "not_stored",
    "board_full",
    "board_read_only",
    "board_unknown",
)
# A text like `ping`, not JSON: the first welcome of an isolate need not wait until pydantic is
# imported, which takes half a second.
ENTER: Final = re.compile(r"enter ([0-9a-f]{16,32})")


class Room(DurableObject):  # type: ignore[misc]
    """One a session."""

    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        # The runtime answers a ping while this object sleeps.
        self.ctx.setWebSocketAutoResponse(js.WebSocketRequestResponsePair.new("ping", "pong"))
        self._sockets = LiveSockets(self.ctx)
        self._memory = Memory.load(self.ctx.storage.sql)
        self._relay = Relay(self._sockets, ChatLog(self.ctx.storage.sql))
        self._board = BoardRelay(self._sockets, BoardStore(self.ctx.storage.sql))
        self._keeper = Keeper(self._board.store, self._context, self._now)
        self._call = ProviderCall(self._memory, self._context, self._now)
        self._seats = Seats(self._sockets, self._call, self._memory)
        self._recording = BrowserRecording(self._sockets, self._memory, self._context, self._now)
        self._limits: dict[str, MessageLimits] = {}
        self._running: set[asyncio.Future[None]] = set()
        self._reconciler = Reconciler(
            storage=self.ctx.storage,
            sockets=self._sockets,
            memory=self._memory,
            relay=self._relay,
            keeper=self._keeper,
            call=self._call,
            seats=self._seats,
            recording=self._recording,
            context=self._context,
            now=self._now,
            tell_platform=self._tell_platform,
        )

    # Calls of the Worker, which has checked who sends the request. These names and arguments are
    # the contract with Workers of other releases: tests/unit/test_room_contract.py.

    async def fetch(self, request: Any) -> Any:
        """Accept a socket. The Worker sends its identity in a header."""
        identity = SocketIdentity.from_json(unquote(request.headers[IDENTITY_HEADER]))
        self._memory.session_id = identity.session_id
        if self._memory.epoch:
            await self._reconciler.run()  # `welcome` must not have an older epoch than the record
        client, server = js.WebSocketPair.new().object_values()
        self.ctx.acceptWebSocket(server)
        socket = LiveSocket.attach(server, bindings.new_id(), identity)
        self._sockets.clear_cache()
        if socket.is_watching:
            self._sockets.close_extra_watchers(socket.role)
        else:
            self._seat(socket)
        self._welcome(socket, identity.place)
        return js.Response.new(None, status=101, webSocket=client)

    async def end(self, session_id: str, *_newer: Any) -> None:
        """End the session for both people now."""
        self._memory.session_id = session_id
        try:
            await session_record.end(self._context(), session_id)
            self._tell_platform()
            self._reconciler.close_room("completed", by=Role.TEACHER)
        finally:
            # Also after a failure: D1 may have written the end although its answer was lost.
            await self._reconciler.run()

    async def refresh(self, *_newer: Any) -> None:
        """Read the record again: the session was moved, cancelled or deleted."""
        if self._memory.session_id:  # else nobody has ever entered
            await self._reconciler.run()

    async def hear(self, session_id: str, event: str, *_newer: Any) -> None:
        """Apply an event of the provider's call, a `CallEvent` in JSON."""
        self._memory.session_id = session_id
        call_event = await self._call.parse_event(event)
        was_recording = self._call.is_recording
        self._call.apply_event(call_event)
        if self._call.is_recording is not was_recording:
            message = {"type": "recording", "on": not was_recording}
            broadcast(message, to=self._sockets.all())
        self._seats.apply_call(self._now())
        await self._reconciler.run()

    async def look(self, session_id: str, *_newer: Any) -> None:
        """Query who is in the provider's call: it may have changed."""
        self._memory.session_id = session_id
        await self._seats.check_provider(self._now())
        await self._reconciler.run()

    async def shift_clock(self, session_id: str, seconds: int, *_newer: Any) -> None:
        """Set the room's clock ahead of the real clock; only in development."""
        self._memory.session_id = session_id
        self._memory.clock_shift_s = seconds
        await self.alarm()

    async def files_changed(self, change: str, *_newer: Any) -> None:
        """Send people the change of the list of files, JSON as in docs/protocol.md."""
        broadcast({"type": "files", **json.loads(change)}, to=self._sockets.in_room())

    async def chat(self, *_newer: Any) -> str:
        """All lines of the chat, as JSON."""
        return json.dumps(self._relay.chat_lines())

    async def board(self, _session_id: str, page: str = "", *_newer: Any) -> str:
        """What is on the board, or on one page, as JSON; empty if nobody has ever drawn."""
        store = self._board.store
        return store.snapshot(page) if store.state.version else ""

    async def board_image(self, session_id: str, image_id: str, *_newer: Any) -> None:
        """Elements may show this picture from now on."""
        self._memory.session_id = session_id
        self._board.store.add_image(image_id)
        self._memory.save()

    async def board_fill(self, session_id: str, role: str, content: str, *_newer: Any) -> bool:
        """Copy an earlier board into this one. Returns False if it has elements."""
        self._memory.session_id = session_id
        if not self._board.fill(Role(role), content, self._now()):
            return False
        self._memory.save()
        await self._reconciler.set_alarm()
        return True

    async def forget_chat(self, *_newer: Any) -> None:
        """Delete the room's data if the record shows that this is due."""
        await self.refresh()

    # Calls of the runtime.

    def webSocketMessage(self, raw: Any, text: Any) -> Awaitable[None] | None:
        """Handle a message. Most messages need no coroutine, which would take as long again."""
        socket = self._sockets.find(raw)
        if not socket.is_live:
            return None
        message = None
        try:
            if isinstance(text, str) and (entering := ENTER.fullmatch(text)):
                self._limits_of(socket).count("enter", time.monotonic())
                return self._enter(socket, entering[1])
            # A late import: pydantic would double the time that each Worker takes to start.
            from room import messages  # noqa: PLC0415

            message = messages.parse(text)
            self._limits_of(socket).count(message.type, time.monotonic())
            return self._handle(socket, message)
        except RefusedMessageError as refusal:
            if message is not None and message.type == "board":
                refusal.line_id = message.change
            return self._refuse(socket, refusal)

    async def webSocketClose(self, raw: Any, _code: int, _reason: str, _clean: bool) -> None:
        socket = self._sockets.find(raw)
        self._sockets.clear_cache()
        socket.complete_close()
        await self._remove(socket)

    async def webSocketError(self, raw: Any, _error: Any) -> None:
        socket = self._sockets.find(raw)
        self._sockets.clear_cache()
        await self._remove(socket)

    async def alarm(self, _info: Any = None) -> None:
        """Check what is due: silent sockets, people who were away for too long, other work."""
        before, now = self._seats.present, self._now()
        await self._keeper.save(self._memory.session_id)
        self._seats.close_silent_sockets(now)
        is_due = self._reconciler.has_due_work()
        if self._seats.needs_provider_check(now, is_due=is_due):
            await self._seats.check_provider(now)
        self._seats.mark_overdue_left(now)
        if self._seats.present != before or is_due:
            await self._reconciler.run()
        else:
            await self._reconciler.send_notices()

    # Coming in.

    def _seat(self, socket: LiveSocket) -> None:
        if not self._seats.present:
            self._memory.notices_sent_until = self._now()
        self._seats.enter(socket, self._now())
        self._reconciler.new_sockets.append(socket)

    def _welcome(self, socket: LiveSocket, place: str) -> None:
        other = self._memory.seats.get(socket.role.other)
        call: dict[str, Any] = {
            "recording": self._call.is_recording or self._recording.is_on,
            "epoch": self._memory.epoch,
            "provider": self._memory.provider or None,
            "place": place or None,
        }
        if not socket.is_watching:
            call["board"] = {"version": self._board.store.state.version, **self._board.mode()}
            call["recording_plan"] = self._recording.plan()
        socket.send(self._relay.welcome(socket, other, self._now()) | call)
        # The page need not wait for the record. A failure is logged, and plans its retry.
        self._start(self._reconciler.run())

    def _enter(self, socket: LiveSocket, page: str) -> Awaitable[None]:
        """Seat the person of a lobby's socket, whom the Worker has checked at its opening.

        Raises: RefusedMessageError.
        """
        if not (socket.is_watching and self._reconciler.is_open()):
            raise RefusedMessageError("cannot_enter", "This socket cannot enter the room now.")
        return self._seat_watcher(socket, page)

    async def _seat_watcher(self, socket: LiveSocket, page: str) -> None:
        if self._memory.epoch:
            await self._reconciler.run()  # as in `fetch`; it closes sockets of a room that is over
        if socket.is_live:
            socket.enter(page)
            self._seat(socket)
            self._welcome(socket, self._memory.place)

    # Messages of people.

    def _handle(self, socket: LiveSocket, message: Message) -> Awaitable[None] | None:
        """Raises: RefusedMessageError."""
        if socket.is_watching:
            raise RefusedMessageError("watching", "Only those in the room may speak.")
        if message.type == "move":
            return self._move(socket, message)
        if message.type == "leave":
            return self._leave(socket)
        if message.type == "recording_consent":
            return self._answer_recording(socket, message)
        match message.type:
            case "recorder":
                self._recording.on_recorder(socket, message)
                return None
            case "chat" | "media" | "signal":
                is_first_line = self._relay.pass_on(socket, message, self._now())
                # The record must show that there is a chat to download.
                return self._reconciler.run() if is_first_line else None
            case _:
                # The alarm saves the board.
                must_plan = self._board.handle(socket, message, self._now())
                return self._reconciler.set_alarm() if must_plan else None

    async def _move(self, socket: LiveSocket, message: Move) -> None:
        """Move both people to the provider. A second request finds the call moved."""
        try:
            mode = await self._call.move(message)
        except RefusedMessageError as refusal:
            if removal := self._refuse(socket, refusal):
                await removal
            # D1 may have written the move although its answer was lost.
            await self._reconciler.run()
            return
        if mode is None:
            return
        self._memory.save()
        broadcast({**mode, "by": socket.role}, to=self._sockets.in_room())
        await self._reconciler.run()

    async def _answer_recording(self, socket: LiveSocket, message: Consent) -> None:
        try:
            await self._recording.answer(socket, message)
        except RefusedMessageError as refusal:
            if removal := self._refuse(socket, refusal):
                await removal
            return
        if self._memory.unwritten_refusals:
            await self._reconciler.run()

    async def _leave(self, socket: LiveSocket) -> None:
        socket.ignore()
        self._recording.on_left(socket)
        self._seats.mark_left([socket.role], self._now())
        # The page reads its state after the close, so the record is written before it.
        await self._reconciler.run()
        socket.close(sockets.LEFT, "left")

    def _refuse(self, socket: LiveSocket, refusal: RefusedMessageError) -> Awaitable[None] | None:
        """Send the refusal to its sender. Close the socket if it has too many strikes."""
        about = {"id": refusal.line_id} if refusal.line_id else {}
        socket.send({"type": "error", "code": refusal.code, "message": refusal.message, **about})
        if refusal.code in HONEST or not self._limits_of(socket).record_strike(time.monotonic()):
            return None
        log("socket_closed_for_abuse", session_id=self._memory.session_id, role=socket.role)
        socket.close(sockets.ABUSIVE, "too many refused messages")
        return self._remove(socket)

    async def _remove(self, socket: LiveSocket) -> None:
        """Drop a closed socket's limits, and mark its person away."""
        self._limits.pop(socket.id, None)
        must_plan = self._seats.mark_away(socket, self._now())
        self._recording.follow()
        if must_plan:
            await self._reconciler.set_alarm()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run this beside the event. The runtime keeps an object awake while it waits for D1."""
        task = asyncio.ensure_future(work)
        # The event loop alone does not keep a task.
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _tell_platform(self) -> None:
        """Deliver what has happened beside the event: the platform may be slow."""
        context = self._context()
        if context.settings.platform_webhook_url:
            # A late import, like that of messages.
            from events import sending  # noqa: PLC0415

            self._start(sending.deliver(context, self._memory.session_id))

    def _limits_of(self, socket: LiveSocket) -> MessageLimits:
        if socket.id not in self._limits:
            self._limits[socket.id] = MessageLimits(time.monotonic())
        return self._limits[socket.id]

    # The room's clock and context.

    def _now(self) -> int:
        return bindings.now() + self._memory.clock_shift_s

    def _context(self) -> Context:
        context = bindings.context(bindings.new_id(), wait_until=self._reconciler.deferred.append)
        return context._replace(now=self._now())
