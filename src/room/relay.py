"""What people in a room say to each other: chat, signals, and what they have switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.model import Role
from domain.presence import Here
from errors import RefusedMessageError
from room.sockets import tell

if TYPE_CHECKING:
    from domain.presence import Seat
    from room.messages import Chat, Media, Signal
    from room.sockets import LiveSocket, LiveSockets
    from room.storage import ChatLog


class Conversation:
    """Passes things on between exactly two people."""

    def __init__(self, sockets: LiveSockets, chat: ChatLog) -> None:
        self._sockets = sockets
        self._chat = chat

    def welcome(self, socket: LiveSocket, other: Seat | None, now: int) -> dict[str, Any]:
        """All that somebody needs who comes in, or comes back."""
        media = [line.media for line in self._sockets.of(socket.role.other)]
        return {
            "type": "welcome",
            "role": socket.role,
            # The polite one only answers offers, and asks for new ones.
            "polite": socket.role is Role.STUDENT,
            "other": {
                "state": other.state if other else Here.LEFT,
                "page": other.page if other else None,
                "media": media[0] if media else None,
            },
            # Pages number their offers where the room passes the number on.
            "numbers_offers": True,
            "chat": [] if socket.watching else self._chat.lines(),
            "now": now,
        }

    def lines(self) -> list[dict[str, Any]]:
        """The chat, for a file of it afterwards."""
        return self._chat.lines()

    @property
    def has_lines(self) -> bool:
        return self._chat.has_lines

    def forget(self) -> None:
        """It has been kept long enough: docs/privacy.md."""
        self._chat.clear()

    def pass_on(
        self,
        socket: LiveSocket,
        message: Chat | Media | Signal,
        now: int,
    ) -> bool:
        """Whether it is the first line of the chat.

        Raises: RefusedMessageError when it is for nobody who is here.
        """
        others = self._sockets.of(socket.role.other)
        if message.type == "chat":
            is_first = not self._chat.has_lines
            line = self._chat.add(socket.role, message, now)
            if line is not None:
                told = [*others, *self._sockets.of(socket.role)]
                tell({"type": "chat", **line}, to=told)
            return is_first
        if message.type == "media":
            media = message.model_dump(exclude={"type"}, exclude_defaults=True)
            socket.media = media
            tell({"type": "media", "role": socket.role, **media}, to=others)
        else:
            addressed = [other for other in others if other.page == message.to]
            if not addressed:
                raise RefusedMessageError("not_delivered", "That page is not in the room.")
            tell(message.relayed(socket.page), to=addressed)
        return False
