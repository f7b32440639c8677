"""Passes on what the two people in a room do to their board; `board/store.py` keeps it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from board.keeping import SAVE_AFTER_S
from domain.model import Role
from errors import RefusedMessageError
from room.sockets import broadcast

if TYPE_CHECKING:
    from board.records import Change
    from board.store import Applied, BoardStore
    from room.messages import BoardMessage, Live, Mode, Since
    from room.sockets import LiveSocket, LiveSockets


class BoardRelay:
    """The board's messages of one room."""

    def __init__(self, sockets: LiveSockets, store: BoardStore) -> None:
        self._sockets = sockets
        self.store = store

    def mode(self) -> dict[str, Any]:
        """How both look at the board."""
        state = self.store.state
        return {name: getattr(state, name) for name in ("open", "read_only", "follow", "page")}

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

    def fill(self, role: Role, content: str, now: int) -> bool:
        """Copy an earlier board into this one for this person; False if it has elements."""
        applied = self.store.fill(json.loads(content))
        if applied is None:
            return False
        text = _announced(applied, role)
        for socket in self._sockets.in_room():
            socket.send_text(f"{text}}}")
        self._plan_save(now)
        return True

    def _change(self, socket: LiveSocket, message: Change, now: int) -> bool:
        """Both people get a change that took effect; the sender's page gets its id, too."""
        self._refuse_reader(socket)
        applied = self.store.apply(socket.role, message)
        is_new = applied.version > applied.previous
        text = _announced(applied, socket.role)
        for each in self._sockets.in_room():
            if each.id == socket.id:
                each.send_text(f'{text},"change":"{message.change}"}}')
            elif is_new:
                each.send_text(f"{text}}}")
        return is_new and self._plan_save(now)

    def _plan_save(self, now: int) -> bool:
        """Note that the board has changed. Returns True if the alarm must be set."""
        if self.store.state.save_at is not None:
            return False
        self.store.state.save_at = now + SAVE_AFTER_S
        self.store.save_state()
        return True

    def _send_state(self, socket: LiveSocket, message: Since) -> None:
        version = self.store.state.version
        parts = self.store.since(message.since) or [("", "")]
        for number, (pages, elements) in enumerate(parts, 1):
            socket.send_text(
                f'{{"type":"board_state","version":{version},"pages":[{pages}],'
                f'"elements":[{elements}],"last":{json.dumps(number == len(parts))}}}'
            )

    def _set_mode(self, socket: LiveSocket, message: Mode) -> None:
        leads = message.read_only is not None or message.follow is not None
        if leads and socket.role is not Role.TEACHER:
            raise RefusedMessageError("board_read_only", "Only the Student-Teacher leads.")
        if message.page is not None and message.page not in self.store.pages():
            raise RefusedMessageError("board_unknown", "The board has no such page.")
        for name, value in message.model_dump(exclude={"type"}, exclude_none=True).items():
            setattr(self.store.state, name, value)
        self.store.save_state()
        said = {"type": "board_mode", **self.mode(), "by": socket.role}
        broadcast(said, to=self._sockets.in_room())

    def _pass_on(self, socket: LiveSocket, message: Live) -> None:
        if message.ink or message.shape or message.drag:
            self._refuse_reader(socket)
        said = message.model_dump(exclude_unset=True, by_alias=True) | {"role": socket.role}
        broadcast(said, to=self._sockets.of(socket.role.other))

    def _refuse_reader(self, socket: LiveSocket) -> None:
        if self.store.state.read_only and socket.role is not Role.TEACHER:
            raise RefusedMessageError("board_read_only", "The board can only be read now.")


def _announced(applied: Applied, by: Role) -> str:
    """A `board` message without its end."""
    pages = ",".join(row.record for row in applied.rows if row.page is None)
    elements = ",".join(row.record for row in applied.rows if row.page is not None)
    return (
        f'{{"type":"board","version":{applied.version},"previous":{applied.previous},'
        f'"changes":{{"pages":[{pages}],"elements":[{elements}]}},"by":"{by.value}"'
    )
