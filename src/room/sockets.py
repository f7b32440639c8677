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

    def enter(self, page: str) -> None:
        """Make a lobby's socket the socket of this page in the room."""
        # Its age counts from now: a lobby pings less often than the room expects.
        self._update(watching=False, page=page, opened_at=time.time())

    @property
    def opened_at(self) -> float:
        """When it opened, or entered, in epoch seconds of the real clock."""
        return float(self._attachment["opened_at"])

    @property
    def media(self) -> dict[str, bool] | None:
        """What the person has switched on, from the last `media` message."""
        return self._attachment.get("media")

    @media.setter
    def media(self, value: dict[str, bool]) -> None:
        self._update(media=value)

    @property
    def recorder(self) -> bool | None:
        """Whether the page can record the call; None before it has said so."""
        return self._attachment.get("recorder")

    @recorder.setter
    def recorder(self, value: bool) -> None:
        self._update(recorder=value)

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
        self._cache: list[LiveSocket] | None = None

    def clear_cache(self) -> None:
        """Read the list again: a socket has opened or closed."""
        self._cache = None

    def find(self, raw: Any) -> LiveSocket:
        """The cached socket for this one of the runtime, with its updated attachment."""
        socket = LiveSocket(raw)
        return next((same for same in self._cached() if same.id == socket.id), socket)

    def of(self, role: Role) -> list[LiveSocket]:
        """This person's sockets in the room: one, or two while a new one replaces the old one."""
        return [s for s in self._cached() if s.role is role and not s.is_watching and s.is_live]

    def in_room(self) -> list[LiveSocket]:
        return [socket for role in Role for socket in self.of(role)]

    def watchers(self) -> list[LiveSocket]:
        """The sockets of lobbies."""
        return [s for s in self._cached() if s.is_watching and s.is_live]

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

    def _cached(self) -> list[LiveSocket]:
        if self._cache is None:
            self._cache = [LiveSocket(raw) for raw in self._ctx.getWebSockets()]
        return self._cache
