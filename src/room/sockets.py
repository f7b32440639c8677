"""Hibernating WebSockets. What must survive the object's sleep is in their attachments."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from domain.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from room.identity import Visitor

# WebSocket.readyState
OPEN: Final = 1
CLOSING: Final = 2

NORMAL: Final = 1000
# Close codes of ours; docs/protocol.md says what a browser does on each.
RESUMED: Final = 4000
REPLACED: Final = 4001
LEFT: Final = 4002
ENDED: Final = 4003
SILENT: Final = 4004
ABUSIVE: Final = 4008

WATCHERS_KEPT: Final = 4


def tag_of(role: Role, *, watching: bool) -> str:
    """Under which tag the runtime keeps a socket."""
    return "watch" if watching else role.value


class LiveSocket:
    """A socket of the runtime, with who is at its other end."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self._about: dict[str, Any] = json.loads(raw.deserializeAttachment() or "{}")

    @classmethod
    def introduce(cls, raw: Any, socket_id: str, visitor: Visitor) -> LiveSocket:
        """Write down who it is, on a socket just accepted."""
        about = {
            "id": socket_id,
            "user_id": visitor.user_id,
            "role": visitor.role.value,
            "page": visitor.page,
            "watching": visitor.watching,
            "opened_at": time.time(),
        }
        raw.serializeAttachment(json.dumps(about))
        return cls(raw)

    @property
    def id(self) -> str:
        return str(self._about["id"])

    @property
    def user_id(self) -> str:
        """Whose it is; empty for one that an older release has let in."""
        return str(self._about.get("user_id", ""))

    @property
    def role(self) -> Role:
        return Role(self._about["role"])

    @property
    def page(self) -> str:
        return str(self._about["page"])

    @property
    def watching(self) -> bool:
        return bool(self._about["watching"])

    @property
    def opened_at(self) -> float:
        """Epoch seconds of the real clock."""
        return float(self._about["opened_at"])

    @property
    def media(self) -> dict[str, bool] | None:
        """What its person has switched on, as they said last."""
        return self._about.get("media")

    @media.setter
    def media(self, value: dict[str, bool]) -> None:
        self._note(media=value)

    @property
    def live(self) -> bool:
        return not self._about.get("retired") and self.raw.readyState == OPEN

    def send(self, message: dict[str, Any]) -> None:
        if self.raw.readyState == OPEN:
            self.raw.send(json.dumps(message, ensure_ascii=False, separators=(",", ":")))

    def disregard(self) -> None:
        """Whatever still comes from it or happens to it means nothing any more."""
        self._note(retired=True)

    def retire(self, code: int, reason: str) -> None:
        """Close it, and disregard it from now on."""
        self.disregard()
        if self.raw.readyState == OPEN:
            self.raw.close(code, reason)

    def answer_close(self) -> None:
        """Complete the handshake that the other end began; the runtime leaves that to us."""
        if self.raw.readyState == CLOSING:
            self.raw.close(NORMAL, "")

    def _note(self, **about: Any) -> None:
        self._about |= about
        self.raw.serializeAttachment(json.dumps(self._about))


def tell(message: dict[str, Any], to: Iterable[LiveSocket]) -> None:
    """Send all of these the same."""
    for socket in to:
        socket.send(message)


class LiveSockets:
    """All sockets of one object, by its state (`ctx`); only the live ones are ever seen.

    The runtime is asked after a sleep, and when sockets have come or gone: asking takes longer
    than passing a message on.
    """

    def __init__(self, ctx: Any) -> None:
        self._ctx = ctx
        self._by_tag: dict[str, list[LiveSocket]] = {}

    def changed(self) -> None:
        """A socket has come or gone."""
        self._by_tag.clear()

    def known(self, raw: Any) -> LiveSocket:
        """This very socket, with all that has been noted about it."""
        socket = LiveSocket(raw)
        tag = tag_of(socket.role, watching=socket.watching)
        return next((same for same in self._all(tag) if same.id == socket.id), socket)

    def of(self, role: Role) -> list[LiveSocket]:
        """This person's: one, but for the moment in which a new one takes over."""
        return self._tagged(tag_of(role, watching=False))

    def people(self) -> list[LiveSocket]:
        return [socket for role in Role for socket in self.of(role)]

    def watchers(self) -> list[LiveSocket]:
        return self._tagged(tag_of(Role.STUDENT, watching=True))

    def everybody(self) -> list[LiveSocket]:
        return [*self.people(), *self.watchers()]

    def heard_at(self, socket: LiveSocket) -> float:
        """When it last pinged, in epoch seconds of the real clock."""
        answered = self._ctx.getWebSocketAutoResponseTimestamp(socket.raw)
        return max(socket.opened_at, answered.getTime() / 1000 if answered else 0)

    def keep_few_watchers(self, role: Role) -> None:
        """Close this person's oldest lobbies when there are too many."""
        theirs = [socket for socket in self.watchers() if socket.role is role]
        watchers = sorted(theirs, key=lambda socket: socket.opened_at)
        for old in watchers[:-WATCHERS_KEPT]:
            old.retire(REPLACED, "too many lobbies open")

    def _tagged(self, tag: str) -> list[LiveSocket]:
        return [socket for socket in self._all(tag) if socket.live]

    def _all(self, tag: str) -> list[LiveSocket]:
        if tag not in self._by_tag:
            self._by_tag[tag] = [LiveSocket(raw) for raw in self._ctx.getWebSockets(tag)]
        return self._by_tag[tag]
