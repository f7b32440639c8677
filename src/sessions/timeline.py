"""All that happened in one session, in order: for whoever answers "why could she not get in?".

It has no contents: no texts of people, no addresses, no names of files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from db import timeline as timeline_db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from db.database import Database, Row

# Fields of an event that say what a file or an error is called.
_CONTENTS: Final = ("name", "error", "user_id", "role")


async def of_session(db: Database, session_id: str) -> list[dict[str, Any]] | None:
    """The entries, each with `at`, `what`, `role` and its details; None if there is no session."""
    rows = await timeline_db.load(db, session_id)
    if rows is None:
        return None
    (session,) = rows["session"]
    roles = {session["student_id"]: "student", session["teacher_id"]: "teacher"}
    entries = [
        *_events(rows["events"], roles),
        *_mails(rows["mails"], roles),
        *_reports(rows["reports"]),
        *_recordings(rows["recordings"]),
        *_consents(rows["consents"]),
    ]
    return sorted(entries, key=lambda entry: int(entry["at"]))


def _events(rows: list[Row], roles: dict[str, str]) -> Iterator[dict[str, Any]]:
    for row in rows:
        data = row["data"]
        if row["type"].startswith("reminder."):
            continue  # the mail itself says more
        yield {
            "at": row["created_at"],
            "what": row["type"],
            "role": data.get("role") or roles.get(data.get("asked_by")),
            **{name: value for name, value in data.items() if name not in _CONTENTS},
            "told_platform": row["state"],
            "attempts": row["attempts"],
        }


def _mails(rows: list[Row], roles: dict[str, str]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            "at": row["at"],
            "what": f"mail.{row['state']}",
            "role": roles.get(row["user_id"]),
            "kind": row["kind"],
            "delivery": row["delivery"],
            "attempts": row["attempts"],
        }


def _reports(rows: list[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        connected = {"way": row["way"], "milliseconds": row["milliseconds"], "again": row["again"]}
        is_connection = row["what"] == "call_connected"
        yield {
            "at": row["reported_at"],
            "what": "call.connected" if is_connection else "browser.trouble",
            "role": row["role"],
            "browser": row["browser"],
            **(connected if is_connection else {"trouble": row["what"]}),
        }


def _recordings(rows: list[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        about = {"role": None, "provider": row["provider"]}
        yield {"at": row["created_at"], "what": "recording.announced", **about}
        if row["state"] != "announced":
            state = {"what": f"recording.{row['state']}", "attempts": row["attempts"]}
            yield {"at": row["updated_at"], **about, **state}


def _consents(rows: list[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        what = "recording.agreed" if row["agreed"] else "recording.refused"
        yield {"at": row["decided_at"], "what": what, "role": row["role"]}
