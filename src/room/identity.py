"""The identity of a live socket, which the Worker checks and passes to the Durable Object."""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple

from domain.model import Role

PAGE_ID: Final = re.compile(r"[0-9a-f]{16,32}\Z")


class SocketIdentity(NamedTuple):
    """The participant and the page that open a socket.

    `page` names one opened page: a socket with the page of an earlier socket reconnects, any other
    one is a second tab. With `watching` the socket belongs to a lobby: it gets the presence of
    others, and its own person does not count as present.
    """

    session_id: str
    user_id: str
    role: Role
    page: str
    watching: bool
    place: str = ""
    """The name of the call's place in the record; empty before the first join."""

    def to_json(self) -> str:
        return json.dumps(self._asdict())

    @classmethod
    def from_json(cls, text: str) -> SocketIdentity:
        data = json.loads(text)
        # While a release spreads, a Worker of the release before may call. It sends less.
        user_id = data.get("user_id", "")
        known = data["session_id"], user_id, Role(data["role"]), data["page"], data["watching"]
        return cls(*known, data.get("place", ""))
