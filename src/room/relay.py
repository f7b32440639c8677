"""The messages between the two people in a room: chat, signals, and what they have switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.model import Role
from domain.presence import PresenceState
from errors import RefusedMessageError
from room.sockets import broadcast

if TYPE_CHECKING:
    from domain.presence import Seat
    from room.messages import Chat, Media, Signal
    from room.sockets import LiveSocket, LiveSockets
    from room.storage import ChatLog


class Relay:
    """Passes messages on between two people, and keeps the chat."""

    def __init__(self, sockets: LiveSockets, chat: ChatLog) -> None:
        self._sockets = sockets
        self._chat = chat

    def welcome(self, socket: LiveSocket, other: Seat | None, now: int) -> dict[str, Any]:
        """The first message to a socket that opens or reconnects."""
        media = [line.media for line in self._sockets.of(socket.role.other)]
        return {
            "type": "welcome",
            "role": socket.role,
            # The polite side only answers offers, and requests new ones.
            "polite": socket.role is Role.STUDENT,
            "other": {
                "state": other.state if other else PresenceState.LEFT,
                "page": other.page if other else None,
                "media": media[0] if media else None,
            },
            # Pages number their offers only if the room passes the number on.
            "numbers_offers": True,
            "chat": [] if socket.is_watching else self._chat.lines(),
            "now": now,
        }

    def chat_lines(self) -> list[dict[str, Any]]:
        return self._chat.lines()

    @property
    def has_chat(self) -> bool:
        """True if the chat has lines."""
        return self._chat.has_lines

    def clear_chat(self) -> None:
        self._chat.clear()

    def pass_on(self, socket: LiveSocket, message: Chat | Media | Signal, now: int) -> bool:
        """Pass a message on. Returns True for the first line of the chat.

        Raises: RefusedMessageError if the page that it names is not in the room.
        """
        others = self._sockets.of(socket.role.other)
        if message.type == "chat":
            is_first = not self._chat.has_lines
            line = self._chat.add(socket.role, message, now)
            if line is not None:
                own = self._sockets.of(socket.role)
                broadcast({"type": "chat", **line}, to=[*others, *own])
            return is_first
        if message.type == "media":
            media = message.model_dump(exclude={"type"}, exclude_defaults=True)
            socket.media = media
            broadcast({"type": "media", "role": socket.role, **media}, to=others)
        else:
            addressed = [other for other in others if other.page == message.to]
            if not addressed:
                raise RefusedMessageError("not_delivered", "That page is not in the room.")
            broadcast(message.relayed(socket.page), to=addressed)
        return False
