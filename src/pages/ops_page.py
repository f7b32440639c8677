"""The operators' pages: what happens now, what is stuck, how calls went, one session's timeline."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from domain import times
from pages.environment import fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Row
    from settings import Settings

_TROUBLES_SHOWN: Final = 8
# The fields that each entry of the timeline has; its other fields are details.
_KNOWN: Final = ("at", "what", "role")
# The ends of names of times.
_MOMENTS: Final = ("_at", "_start", "_end")


def overview(rows: dict[str, list[Row]], now: int, settings: Settings, done: str) -> str:
    """The page /ops; `done` names what a button has just done."""
    late = rows["late_mails"][0]["late"]
    waiting = rows["waiting_events"][0]["waiting"]
    stuck = [rows[name] for name in ("dead_mails", "dead_events", "recordings")]
    return fill(
        "ops/overview.html",
        settings,
        title="Operations",
        now=_moment(now),
        done=done,
        sessions=[_session(row, now) for row in rows["sessions"]],
        mails=[_aged(row, now) for row in rows["dead_mails"]],
        events=[_aged(row, now) for row in rows["dead_events"]],
        recordings=[_aged(row, now) for row in rows["recordings"]],
        late_mails=late,
        waiting_events=waiting,
        stuck_count=sum(map(len, stuck)) + bool(late),
        calls=calls(rows["reports"]),
    )


def session(session_id: str, entries: Sequence[dict[str, Any]], settings: Settings) -> str:
    """The page /ops/sessions/{id}."""
    return fill(
        "ops/session.html",
        settings,
        title=f"Session {session_id}",
        session_id=session_id,
        entries=[
            {
                "moment": _moment(entry["at"]),
                "what": entry["what"],
                "role": entry["role"],
                "details": {
                    name: _moment(value) if name.endswith(_MOMENTS) else value
                    for name, value in entry.items()
                    if name not in _KNOWN and value is not None
                },
            }
            for entry in entries
        ],
    )


def calls(reports: Sequence[Row]) -> dict[str, Any]:
    """How the calls of the last days went."""
    connected = [row for row in reports if row["what"] == "call_connected"]
    first = sorted(row["milliseconds"] for row in connected if not row["again"])
    relayed = sum(row["way"] == "relayed" for row in connected)
    troubles = Counter(row["what"] for row in reports if row["what"] != "call_connected")
    return {
        "count": len(first),
        "median": first[len(first) // 2] if first else None,
        "slow": first[len(first) * 9 // 10] if first else None,
        "relayed": round(100 * relayed / len(connected)) if connected else 0,
        "again": sum(bool(row["again"]) for row in connected),
        "troubles": troubles.most_common(_TROUBLES_SHOWN),
    }


def _session(row: Row, now: int) -> dict[str, Any]:
    return {
        **row,
        "start": _moment(row["scheduled_start"]),
        "when": times.distance(row["scheduled_start"] - now),
    }


def _aged(row: Row, now: int) -> dict[str, Any]:
    return {**row, "age": times.duration(now - row["created_at"])}


def _moment(at: int) -> str:
    """`2026-11-28 14:05:09`, in UTC: operators of one deployment live in several zones."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
