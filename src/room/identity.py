"""Who opens a live socket, as the Worker vouches for them to the Durable Object."""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple

from domain.model import Role

PAGE_ID: Final = re.compile(r"[0-9a-f]{16,32}\Z")


class Visitor(NamedTuple):
    """A participant's socket.

    `page` names one opened page, so that a socket that comes back is told from a second tab.
    Who is `watching` sees who is there without being there: that is the lobby.
    """

    session_id: str
    user_id: str
    role: Role
    page: str
    watching: bool
    place: str = ""
    """Where the record says that the call is; empty before the first join."""

    def to_json(self) -> str:
        return json.dumps(self._asdict())

    @classmethod
    def from_json(cls, text: str) -> Visitor:
        data = json.loads(text)
        # While a release spreads, a Worker of the one before may be asking.
        user_id = data.get("user_id", "")
        known = data["session_id"], user_id, Role(data["role"]), data["page"], data["watching"]
        return cls(*known, data.get("place", ""))
