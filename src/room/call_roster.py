"""Who is in a provider's call, from events that may come late, twice or in any order. Pure.

An event only adds to the sets, and the result is computed from all of them. So the order of events
makes no difference, and a repeated event changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from domain.model import Role
from providers.base import CallEvent, CallEventType

# A lesson has few connections. Beyond this number the oldest ones are dropped.
KEPT: Final = 400


@dataclass(frozen=True, slots=True)
class CallRoster:
    """All events so far. Connections and recordings are named `call/subject_id`."""

    joined: dict[str, str] = field(default_factory=dict)
    """Connection to role."""
    left: frozenset[str] = frozenset()
    finished: frozenset[str] = frozenset()
    """Lives of the room that are over."""
    recordings: frozenset[str] = frozenset()
    stopped: frozenset[str] = frozenset()

    @property
    def roles(self) -> set[Role]:
        """The roles of the persons in the call."""
        return {
            Role(role)
            for connection, role in self.joined.items()
            if connection not in self.left and _call_of(connection) not in self.finished
        }

    @property
    def is_recording(self) -> bool:
        running = self.recordings - self.stopped
        return any(_call_of(name) not in self.finished for name in running)

    def to_json(self) -> dict[str, Any]:
        return {
            "joined": self.joined,
            **{name: sorted(getattr(self, name)) for name in _SETS},
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CallRoster:
        return cls(data["joined"], *(frozenset(data[name]) for name in _SETS))


_SETS: Final = ("left", "finished", "recordings", "stopped")


def apply_event(roster: CallRoster, event: CallEvent) -> CallRoster:
    """The roster with this event added."""
    name = f"{event.call}/{event.subject_id}"
    joined, sets = dict(roster.joined), {each: getattr(roster, each) for each in _SETS}
    match event.type:
        case CallEventType.JOINED if event.role:
            joined[name] = event.role.value
        case CallEventType.LEFT:
            sets["left"] |= {name}
        case CallEventType.FINISHED:
            sets["finished"] |= {event.call}
        case CallEventType.RECORDING:
            sets["recordings"] |= {name}
        case CallEventType.RECORDING_STOPPED:
            sets["stopped"] |= {name}
    return CallRoster(dict(list(joined.items())[-KEPT:]), **sets)


def mark_role_left(roster: CallRoster, role: Role) -> CallRoster:
    """The roster with all known connections of this role closed."""
    connections = {name for name, owner in roster.joined.items() if owner == role}
    return CallRoster(
        roster.joined,
        roster.left | connections,
        roster.finished,
        roster.recordings,
        roster.stopped,
    )


def correct_roles(roster: CallRoster, present: set[Role], now: int) -> CallRoster:
    """The roster after the provider has named the roles in the call: events may have been lost."""
    for role in roster.roles - present:
        roster = mark_role_left(roster, role)
    for role in sorted(present - roster.roles):
        joined = CallEvent(CallEventType.JOINED, f"asked-{now}", role.value, role)
        roster = apply_event(roster, joined)
    return roster


def _call_of(name: str) -> str:
    return name.partition("/")[0]
