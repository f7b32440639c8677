"""Who is in a provider's call, from news that may come late, twice, or in any order. Pure.

Everything heard is only ever added, and what follows is computed from all of it: so the order in
which it was heard makes no difference, nor does hearing it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from domain.model import Role
from providers.base import CallEvent, CallNews

# One lesson has few connections; whoever reconnects more often loses their oldest ones.
KEPT: Final = 400


@dataclass(frozen=True, slots=True)
class Calls:
    """All that was heard. Connections and recordings are named `call/thing`."""

    joined: dict[str, str] = field(default_factory=dict)
    """Connection to role."""
    left: frozenset[str] = frozenset()
    finished: frozenset[str] = frozenset()
    """Lives of the room that are over."""
    recordings: frozenset[str] = frozenset()
    stopped: frozenset[str] = frozenset()

    @property
    def roles(self) -> set[Role]:
        """Who is in the call."""
        return {
            Role(role)
            for connection, role in self.joined.items()
            if connection not in self.left and _call_of(connection) not in self.finished
        }

    @property
    def recording(self) -> bool:
        """Whether a recording is running."""
        running = self.recordings - self.stopped
        return any(_call_of(name) not in self.finished for name in running)

    def to_json(self) -> dict[str, Any]:
        return {
            "joined": self.joined,
            **{name: sorted(getattr(self, name)) for name in _SETS},
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Calls:
        return cls(data["joined"], *(frozenset(data[name]) for name in _SETS))


_SETS: Final = ("left", "finished", "recordings", "stopped")


def hear(calls: Calls, event: CallEvent) -> Calls:
    """The calls with this news."""
    name = f"{event.call}/{event.thing}"
    joined, sets = dict(calls.joined), {each: getattr(calls, each) for each in _SETS}
    match event.news:
        case CallNews.JOINED if event.role:
            joined[name] = event.role.value
        case CallNews.LEFT:
            sets["left"] |= {name}
        case CallNews.FINISHED:
            sets["finished"] |= {event.call}
        case CallNews.RECORDING:
            sets["recordings"] |= {name}
        case CallNews.RECORDING_STOPPED:
            sets["stopped"] |= {name}
    return Calls(dict(list(joined.items())[-KEPT:]), **sets)


def walk_out(calls: Calls, role: Role) -> Calls:
    """Someone has left our room: whatever connections they still have count no more."""
    theirs = {name for name, whose in calls.joined.items() if whose == role}
    return Calls(calls.joined, calls.left | theirs, calls.finished, calls.recordings, calls.stopped)


def reconcile(calls: Calls, present: set[Role], now: int) -> Calls:
    """The calls after the provider was asked who is there: news may have been lost."""
    for role in calls.roles - present:
        calls = walk_out(calls, role)
    for role in sorted(present - calls.roles):
        calls = hear(calls, CallEvent(CallNews.JOINED, "", f"asked-{now}", role.value, role))
    return calls


def _call_of(name: str) -> str:
    return name.partition("/")[0]
