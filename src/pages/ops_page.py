"""The operators' pages: what happens now, what is stuck, how calls went, one session's timeline."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from domain import times
from pages import operators_words as words
from pages.environment import fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Row
    from settings import Settings

_TROUBLES_SHOWN: Final = 8
_STATUSES: Final = {
    "scheduled": "Scheduled",
    "in_progress": "In progress",
    "no_show": "No-show",
}


def overview(rows: dict[str, list[Row]], now: int, settings: Settings, done: str) -> str:
    """The page /ops; `done` names what a button has just done."""
    late = rows["late_mails"][0]["late"]
    stuck = [rows[name] for name in ("dead_mails", "dead_events", "recordings")]
    return fill(
        "ops/overview.html",
        settings,
        title="Operations",
        now=words.moment(now),
        done=done,
        sessions=[_session(row, now) for row in rows["sessions"]],
        mails=[_stuck(row, now) | {"what": words.MAILS[row["kind"]]} for row in rows["dead_mails"]],
        events=[_stuck(row, now) for row in rows["dead_events"]],
        recordings=[
            _stuck(row, now) | {"what": words.RECORDINGS[row["state"]]}
            for row in rows["recordings"]
        ],
        late_mails=late,
        waiting_events=rows["waiting_events"][0]["waiting"],
        has_platform=bool(settings.platform_webhook_url),
        stuck_count=sum(map(len, stuck)) + late,
        people_here=sum(row["student_here"] + row["teacher_here"] for row in rows["sessions"]),
        calls=calls(rows["reports"]),
    )


def session(session_id: str, entries: Sequence[dict[str, Any]], settings: Settings) -> str:
    """The page /ops/sessions/{id}."""
    by_day = groupby(entries, key=lambda entry: words.day(entry["at"]))
    return fill(
        "ops/session.html",
        settings,
        title=f"Session {session_id}",
        session_id=session_id,
        days=[(day, [_entry(each, settings) for each in found]) for day, found in by_day],
    )


def calls(reports: Sequence[Row]) -> dict[str, Any]:
    """How the calls of the last days went, as each person's browser has reported it."""
    connected = [row for row in reports if row["what"] == "call_connected"]
    first = sorted(row["milliseconds"] for row in connected if not row["again"])
    relayed = sum(row["way"] == "relayed" for row in connected)
    return {
        "sessions": len({row["session_id"] for row in connected}),
        "median": first[(len(first) - 1) // 2] if first else None,
        "slow": first[(len(first) * 9 - 1) // 10] if first else None,
        "relayed": round(100 * relayed / len(connected)) if connected else 0,
        "again": sum(bool(row["again"]) for row in connected),
        "troubles": _troubles([row for row in reports if row["what"] != "call_connected"]),
    }


def _troubles(reports: Sequence[Row]) -> list[dict[str, Any]]:
    """The most frequent troubles. `reports` begin with the newest."""
    found: dict[str, dict[str, Any]] = {}
    for row in reports:
        code = row["what"]
        newest = {"code": code, "words": words.trouble(code), "session_id": row["session_id"]}
        found.setdefault(code, newest | {"count": 0})["count"] += 1
    return sorted(found.values(), key=lambda each: -each["count"])[:_TROUBLES_SHOWN]


def _entry(entry: dict[str, Any], settings: Settings) -> dict[str, Any]:
    return {
        "clock": words.clock(entry["at"]),
        "title": words.title(entry),
        "wrong": words.goes_wrong(entry),
        "details": list(words.details(entry)),
        "not_told": words.not_told(entry) if settings.platform_webhook_url else "",
        "is_dead": entry.get("told_platform") == "dead",
    }


def _session(row: Row, now: int) -> dict[str, Any]:
    people = [(row[who], row[f"{who}_here"]) for who in ("student", "teacher")]
    return {
        **row,
        "people": people,
        "label": _STATUSES.get(row["status"], row["status"]),
        "start": words.clock(row["scheduled_start"])[:5],
        "when": times.distance(row["scheduled_start"] - now),
    }


def _stuck(row: Row, now: int) -> dict[str, Any]:
    return {**row, "age": times.duration(now - row["created_at"])}
