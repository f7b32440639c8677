"""What the two people in a room say about the board: stored, and passed on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from board.keeping import SAVE_AFTER_S
from domain.model import Role
from errors import RefusedMessageError
from room.sockets import broadcast

if TYPE_CHECKING:
    from board.records import BoardMessage, Change, Live, Mode, Since
    from board.store import Applied, BoardStore
    from room.sockets import LiveSocket, LiveSockets


class Conversation:
    """The board's messages of one room."""

    def __init__(self, sockets: LiveSockets, store: BoardStore) -> None:
        self._sockets = sockets
        self.store = store

    def welcome(self) -> dict[str, Any]:
        """The board's part of `welcome`."""
        return {"version": self.store.state.version, **self._mode()}

    def handle(self, socket: LiveSocket, message: BoardMessage, now: int) -> bool:
        """Act on a message. Returns True if the board must be saved, and no time was set before.

        Raises: RefusedMessageError.
        """
        match message.type:
            case "board":
                return self._change(socket, message, now)
            case "board_since":
                self._send_state(socket, message)
            case "board_mode":
                self._set_mode(socket, message)
            case "board_live":
                self._pass_on(socket, message)
        return False

    def announce(
        self, applied: Applied, by: Role, sender: LiveSocket | None = None, change: str = ""
    ) -> None:
        """Send a change that took effect to both; the sender's page gets its id, too."""
        text = (
            f'{{"type":"board","version":{applied.version},"previous":{applied.previous},'
            f'"changes":{{"pages":[{",".join(applied.pages)}],'
            f'"elements":[{",".join(applied.elements)}]}},"by":"{by.value}"'
        )
        for socket in self._sockets.in_room():
            if sender is not None and socket.id == sender.id:
                socket.send_text(f'{text},"change":"{change}"}}')
            elif applied.version > applied.previous:
                socket.send_text(f"{text}}}")

    def _change(self, socket: LiveSocket, message: Change, now: int) -> bool:
        self._refuse_reader(socket)
        applied = self.store.apply(socket.role, message)
        self.announce(applied, socket.role, socket, message.change)
        return applied.version > applied.previous and self.plan_save(now)

    def fill(self, role: Role, content: str, now: int) -> bool:
        """Copy an earlier board into this one for this person; False if it has elements."""
        if not self.store.is_empty:
            return False
        self.announce(self.store.fill(json.loads(content)), role)
        self.plan_save(now)
        return True

    def plan_save(self, now: int) -> bool:
        """Note that the board has changed. Returns True if the alarm must be set."""
        if self.store.state.save_at is not None:
            return False
        self.store.state.save_at = now + SAVE_AFTER_S
        self.store.save_state()
        return True

    def _send_state(self, socket: LiveSocket, message: Since) -> None:
        version = self.store.state.version
        parts = list(self.store.since(message.since)) or [("", "")]
        for number, (pages, elements) in enumerate(parts, 1):
            socket.send_text(
                f'{{"type":"board_state","version":{version},"pages":[{pages}],'
                f'"elements":[{elements}],"last":{json.dumps(number == len(parts))}}}'
            )

    def _set_mode(self, socket: LiveSocket, message: Mode) -> None:
        state = self.store.state
        leads = message.read_only is not None or message.follow is not None
        if leads and socket.role is not Role.TEACHER:
            raise RefusedMessageError("board_read_only", "Only the Student-Teacher leads.")
        if message.page is not None and not self.store.has_page(message.page):
            raise RefusedMessageError("board_unknown", "The board has no such page.")
        for name, value in message.model_dump(exclude={"type"}, exclude_none=True).items():
            setattr(state, name, value)
        self.store.save_state()
        said = {"type": "board_mode", **self._mode(), "by": socket.role}
        broadcast(said, to=self._sockets.in_room())

    def _pass_on(self, socket: LiveSocket, message: Live) -> None:
        if message.ink is not None:
            self._refuse_reader(socket)
        said = message.model_dump(exclude_unset=True) | {"role": socket.role}
        broadcast(said, to=self._sockets.of(socket.role.other))

    def _mode(self) -> dict[str, Any]:
        state = self.store.state
        names = ("open", "read_only", "follow", "page")
        return {name: getattr(state, name) for name in names}

    def _refuse_reader(self, socket: LiveSocket) -> None:
        if self.store.state.read_only and socket.role is not Role.TEACHER:
            raise RefusedMessageError("board_read_only", "The board can only be read now.")
