"""What a room must not forget, in its own SQLite: it sleeps between events, and may be moved.

Both classes take the object's `storage.sql`; its rows are mappings.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from domain.model import Role
from domain.presence import Seat
from room.call_roster import Calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.presence import Seats
    from room.messages import Chat

CHAT_KEPT: Final = 500


@dataclass(slots=True)
class Memory:
    """The room's state. Times are epoch seconds on the room's own clock."""

    session_id: str = ""
    clock_shift_s: int = 0
    seats: Seats = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    """The session as everybody was last told, without the time it was told at."""
    look_at: int | None = None
    """When the session's record is to be looked at again."""
    noticed_at: int = 0
    """Notices due until then have been given."""
    calls: Calls = field(default_factory=Calls)
    """What the call's provider has told."""
    epoch: int = 0
    """How often the call has moved to another place; browsers follow it."""
    held_by: str = ""
    """The provider, or `peer`, that `epoch` stands for; empty before the first join."""
    place: str = ""
    """The name of the place that `epoch` stands for: `domain.call_location.Place.name`."""
    ended_call: str = ""
    """The provider's room that we have ended, as `provider/room`."""
    held_room: str = ""
    """The provider's room as the record named it last, as `provider/room`."""
    pending_ends: dict[str, dict[str, int]] = field(default_factory=dict)
    """The provider's rooms whose end is not confirmed: `since` and `again_at`."""
    forget_at: int | None = None
    """When the room forgets its session; None while it knows none, and when it keeps it for ever.

    `CHAT_KEPT_DAYS` and the record are asked again then.
    """
    saved: str = field(default="", compare=False)
    """As it was last written."""

    @classmethod
    def load(cls, sql: Any) -> Memory:
        sql.exec("CREATE TABLE IF NOT EXISTS memory (id INTEGER PRIMARY KEY, state TEXT NOT NULL)")
        rows = sql.exec("SELECT state FROM memory").toArray()
        if not rows:
            return cls()
        state = json.loads(rows[0]["state"])
        seats = {
            Role(role): Seat(**_known(seat, Seat._fields))
            for role, seat in state.pop("seats").items()
        }
        if "calls" in state:
            state["calls"] = Calls.from_json(state["calls"])
        return cls(seats=seats, **_known(state, cls.__slots__))

    def save(self, sql: Any) -> None:
        """Write it down, unless that is what is written there."""
        text = self._as_json()
        if text != self.saved:
            sql.exec("INSERT OR REPLACE INTO memory (id, state) VALUES (1, ?)", text)
            self.saved = text

    def forget(self, sql: Any) -> None:
        """Be as a room that nobody has ever entered: no row, no ids of people."""
        blank = Memory()
        for name in self.__slots__:
            setattr(self, name, getattr(blank, name))
        sql.exec("DELETE FROM memory")
        self.saved = self._as_json()

    def _as_json(self) -> str:
        state = {
            "session_id": self.session_id,
            "clock_shift_s": self.clock_shift_s,
            "seats": {role.value: seat._asdict() for role, seat in self.seats.items()},
            "facts": self.facts,
            "look_at": self.look_at,
            "noticed_at": self.noticed_at,
            "calls": self.calls.to_json(),
            "epoch": self.epoch,
            "held_by": self.held_by,
            "place": self.place,
            "ended_call": self.ended_call,
            "held_room": self.held_room,
            "pending_ends": self.pending_ends,
            "forget_at": self.forget_at,
        }
        return json.dumps(state)


def _known(found: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Without what a newer release may have written before this one was brought back."""
    return {name: value for name, value in found.items() if name in names}


class ChatLog:
    """The chat, kept for whoever joins again; the oldest lines go when there are too many."""

    def __init__(self, sql: Any) -> None:
        self._sql = sql
        sql.exec(
            "CREATE TABLE IF NOT EXISTS chat (number INTEGER PRIMARY KEY, id TEXT NOT NULL,"
            " role TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (role, id))"
        )

    def add(self, role: Role, chat: Chat, now: int) -> dict[str, Any] | None:
        """The line as everybody sees it; None when it is there already."""
        rows = self._sql.exec(
            "INSERT INTO chat (id, role, text, at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING RETURNING number, id, role, text, at",
            *(chat.id, role.value, chat.text, now),
        ).toArray()
        self._sql.exec(
            "DELETE FROM chat WHERE number <= (SELECT max(number) FROM chat) - ?", CHAT_KEPT
        )
        return dict(rows[0]) if rows else None

    @property
    def has_lines(self) -> bool:
        return bool(self._sql.exec("SELECT 1 FROM chat LIMIT 1").toArray())

    def clear(self) -> None:
        self._sql.exec("DELETE FROM chat")

    def lines(self) -> list[dict[str, Any]]:
        rows = self._sql.exec("SELECT number, id, role, text, at FROM chat ORDER BY number")
        return [dict(row) for row in rows.toArray()]
