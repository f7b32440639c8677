"""Hibernating WebSockets. What must survive the object's sleep is in their attachments."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from domain.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from room.identity import SocketIdentity

# WebSocket.readyState
OPEN: Final = 1
CLOSING: Final = 2

NORMAL: Final = 1000
# Our own close codes. docs/protocol.md lists what a browser does on each.
RESUMED: Final = 4000
REPLACED: Final = 4001
LEFT: Final = 4002
ENDED: Final = 4003
SILENT: Final = 4004
ABUSIVE: Final = 4008

WATCHERS_KEPT: Final = 4


def tag_of(role: Role, *, watching: bool) -> str:
    """The runtime's tag of a socket."""
    return "watch" if watching else role.value


class LiveSocket:
    """A socket of the runtime, with the identity in its attachment."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self._attachment: dict[str, Any] = json.loads(raw.deserializeAttachment() or "{}")

    @classmethod
    def attach(cls, raw: Any, socket_id: str, identity: SocketIdentity) -> LiveSocket:
        """Write the identity into the attachment of a socket that was just accepted."""
        attachment = {
            "id": socket_id,
            "user_id": identity.user_id,
            "role": identity.role.value,
            "page": identity.page,
            "watching": identity.watching,
            "opened_at": time.time(),
        }
        raw.serializeAttachment(json.dumps(attachment))
        return cls(raw)

    @property
    def id(self) -> str:
        return str(self._attachment["id"])

    @property
    def user_id(self) -> str:
        """The owner; empty if a Worker of an older release has opened the socket."""
        return str(self._attachment.get("user_id", ""))

    @property
    def role(self) -> Role:
        return Role(self._attachment["role"])

    @property
    def page(self) -> str:
        return str(self._attachment["page"])

    @property
    def is_watching(self) -> bool:
        """True for a lobby's socket."""
        return bool(self._attachment["watching"])

    @property
    def opened_at(self) -> float:
        """Epoch seconds of the real clock."""
        return float(self._attachment["opened_at"])

    @property
    def media(self) -> dict[str, bool] | None:
        """What the person has switched on, from the last `media` message."""
        return self._attachment.get("media")

    @media.setter
    def media(self, value: dict[str, bool]) -> None:
        self._update(media=value)

    @property
    def is_live(self) -> bool:
        return not self._attachment.get("retired") and self.raw.readyState == OPEN

    def send(self, message: dict[str, Any]) -> None:
        self.send_text(json.dumps(message, ensure_ascii=False, separators=(",", ":")))

    def send_text(self, text: str) -> None:
        """Send a message that is JSON already."""
        if self.raw.readyState == OPEN:
            self.raw.send(text)

    def ignore(self) -> None:
        """Ignore all later messages and events of this socket."""
        self._update(retired=True)

    def close(self, code: int, reason: str) -> None:
        """Close the socket and ignore its later events."""
        self.ignore()
        if self.raw.readyState == OPEN:
            self.raw.close(code, reason)

    def complete_close(self) -> None:
        """Complete the close handshake that the browser began; the runtime does not do it."""
        if self.raw.readyState == CLOSING:
            self.raw.close(NORMAL, "")

    def _update(self, **values: Any) -> None:
        self._attachment |= values
        self.raw.serializeAttachment(json.dumps(self._attachment))


def broadcast(message: dict[str, Any], to: Iterable[LiveSocket]) -> None:
    """Send one message to all these sockets."""
    for socket in to:
        socket.send(message)


class LiveSockets:
    """The live sockets of one object, read from its state (`ctx`).

    The list is cached, since reading it takes longer than passing a message on. The cache is
    empty after a sleep, and is cleared when a socket opens or closes.
    """

    def __init__(self, ctx: Any) -> None:
        self._ctx = ctx
        self._by_tag: dict[str, list[LiveSocket]] = {}

    def clear_cache(self) -> None:
        """Read the list again: a socket has opened or closed."""
        self._by_tag.clear()

    def find(self, raw: Any) -> LiveSocket:
        """The cached socket for this one of the runtime, with its updated attachment."""
        socket = LiveSocket(raw)
        tag = tag_of(socket.role, watching=socket.is_watching)
        return next((same for same in self._with_tag(tag) if same.id == socket.id), socket)

    def of(self, role: Role) -> list[LiveSocket]:
        """This person's sockets in the room: one, or two while a new one replaces the old one."""
        return self._live(tag_of(role, watching=False))

    def in_room(self) -> list[LiveSocket]:
        return [socket for role in Role for socket in self.of(role)]

    def watchers(self) -> list[LiveSocket]:
        """The sockets of lobbies."""
        return self._live(tag_of(Role.STUDENT, watching=True))

    def all(self) -> list[LiveSocket]:
        return [*self.in_room(), *self.watchers()]

    def last_ping_at(self, socket: LiveSocket) -> float:
        """The last ping, or the opening without one, in epoch seconds of the real clock."""
        answered = self._ctx.getWebSocketAutoResponseTimestamp(socket.raw)
        return max(socket.opened_at, answered.getTime() / 1000 if answered else 0)

    def close_extra_watchers(self, role: Role) -> None:
        """Close this person's oldest lobby sockets beyond `WATCHERS_KEPT`."""
        own = [socket for socket in self.watchers() if socket.role is role]
        for old in sorted(own, key=lambda socket: socket.opened_at)[:-WATCHERS_KEPT]:
            old.close(REPLACED, "too many lobbies open")

    def _live(self, tag: str) -> list[LiveSocket]:
        return [socket for socket in self._with_tag(tag) if socket.is_live]

    def _with_tag(self, tag: str) -> list[LiveSocket]:
        if tag not in self._by_tag:
            self._by_tag[tag] = [LiveSocket(raw) for raw in self._ctx.getWebSockets(tag)]
        return self._by_tag[tag]
