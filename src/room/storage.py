"""What a room keeps in its own SQLite: the object sleeps between events, and may be moved.

Both classes take the object's `storage.sql`; its rows are mappings.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from domain.model import Role
from domain.presence import Seat
from room.call_roster import CallRoster

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.presence import SeatsByRole
    from room.messages import Chat

CHAT_KEPT: Final = 500


@dataclass(slots=True)
class Memory:
    """The room's state. Times are epoch seconds on the room's own clock."""

    session_id: str = ""
    clock_shift_s: int = 0
    seats: SeatsByRole = field(default_factory=dict)
    last_broadcast: dict[str, Any] = field(default_factory=dict)
    """The last `session` message to everybody, without its `now`."""
    check_record_at: int | None = None
    """When the room must compare the session's record again."""
    notices_sent_until: int = 0
    """Notices that were due until then have been sent."""
    roster: CallRoster = field(default_factory=CallRoster)
    """The events of the provider's call."""
    epoch: int = 0
    """How often the call has moved to another place; browsers compare it."""
    provider: str = ""
    """The provider of the call, or `peer`; empty before the first join."""
    place: str = ""
    """The name of the call's place: `domain.call_location.Place.name`."""
    ended_room_id: str = ""
    """The provider's room that we have ended, as `provider/room`."""
    known_room_id: str = ""
    """The provider's room as last read from the record, as `provider/room`."""
    pending_ends: dict[str, dict[str, int]] = field(default_factory=dict)
    """The provider's rooms whose end is not confirmed: `since` and `again_at`."""
    records_in_browser: bool = False
    """Whether the call's browsers record this session, by the record as last read."""
    consents: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The newest answer of each role to the recording: `user_id`, `agreed`, `at`."""
    unwritten_refusals: list[dict[str, Any]] = field(default_factory=list)
    """The refusals that D1 has not stored yet, the oldest first: the fields of an `Answer`."""
    recorder_page: str = ""
    """The page that records the call; empty if none does."""
    recording_said: dict[str, Any] = field(default_factory=dict)
    """What people were told of the recording last: `plan` and `on`."""
    forget_at: int | None = None
    """When the room deletes its data; None if it has no session, or keeps the data for ever.

    The room reads `CHAT_KEPT_DAYS` and the record again at that time.
    """
    sql: Any = field(default=None, compare=False, repr=False)
    saved: str = field(default="", compare=False, repr=False)
    """The JSON text in the row."""

    @classmethod
    def load(cls, sql: Any) -> Memory:
        sql.exec("CREATE TABLE IF NOT EXISTS memory (id INTEGER PRIMARY KEY, state TEXT NOT NULL)")
        rows = sql.exec("SELECT state FROM memory").toArray()
        if not rows:
            return cls(sql=sql)
        stored = json.loads(rows[0]["state"])
        state = {_NAMES.get(key, key): value for key, value in stored.items()}
        seats = {
            Role(role): Seat(**_known(seat, Seat._fields))
            for role, seat in state.pop("seats").items()
        }
        if "roster" in state:
            state["roster"] = CallRoster.from_json(state["roster"])
        return cls(sql=sql, seats=seats, **_known(state, _STORED))

    def save(self) -> None:
        """Write the row if it would change."""
        text = self._as_json()
        if text != self.saved:
            self.sql.exec("INSERT OR REPLACE INTO memory (id, state) VALUES (1, ?)", text)
            self.saved = text

    def forget(self) -> None:
        """Reset all fields and delete the row: a room that nobody has entered has no row."""
        blank = Memory()
        for name in _STORED:
            setattr(self, name, getattr(blank, name))
        self.sql.exec("DELETE FROM memory")
        self.saved = self._as_json()

    def _as_json(self) -> str:
        state = {
            "session_id": self.session_id,
            "clock_shift_s": self.clock_shift_s,
            "seats": {role.value: seat._asdict() for role, seat in self.seats.items()},
            "last_broadcast": self.last_broadcast,
            "check_record_at": self.check_record_at,
            "notices_sent_until": self.notices_sent_until,
            "roster": self.roster.to_json(),
            "epoch": self.epoch,
            "provider": self.provider,
            "place": self.place,
            "ended_room_id": self.ended_room_id,
            "known_room_id": self.known_room_id,
            "pending_ends": self.pending_ends,
            "records_in_browser": self.records_in_browser,
            "consents": self.consents,
            "unwritten_refusals": self.unwritten_refusals,
            "recorder_page": self.recorder_page,
            "recording_said": self.recording_said,
            "forget_at": self.forget_at,
        }
        return json.dumps({_KEYS.get(name, name): value for name, value in state.items()})


_KEYS: Final = {
    "last_broadcast": "facts",
    "check_record_at": "look_at",
    "notices_sent_until": "noticed_at",
    "roster": "calls",
    "provider": "held_by",
    "ended_room_id": "ended_call",
    "known_room_id": "held_room",
}
"""Attribute to key in the stored JSON. The keys stay: rooms of earlier releases have written them,
and a release that is taken back reads them."""
_NAMES: Final = {key: name for name, key in _KEYS.items()}
_STORED: Final = tuple(each for each in Memory.__slots__ if each not in ("sql", "saved"))


def _known(found: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The entries with these names: a newer release, taken back since, may have stored others."""
    return {name: value for name, value in found.items() if name in names}


class ChatLog:
    """The chat, kept for a person who joins again; beyond `CHAT_KEPT` the oldest lines go."""

    def __init__(self, sql: Any) -> None:
        self._sql = sql
        sql.exec(
            "CREATE TABLE IF NOT EXISTS chat (number INTEGER PRIMARY KEY, id TEXT NOT NULL,"
            " role TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (role, id))"
        )

    def add(self, role: Role, chat: Chat, now: int) -> dict[str, Any] | None:
        """Store a line and return it as it is sent; None if it is stored already."""
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
