"""Who was there and for how long: what a platform bills by."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from db import stays as stays_db
from domain.stays import Stay, seconds_present, seconds_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row

COLUMNS: Final = (
    *("session_id", "course_id", "status", "scheduled_start", "scheduled_end", "started_at"),
    *("ended_at", "no_show", "seconds_together", "user_id", "role", "first_joined_at"),
    *("last_left_at", "seconds_present", "seconds_late", "stays"),
)


async def report(
    db: Database, *, start: int, end: int, after: tuple[int, str], limit: int, now: int
) -> list[dict[str, Any]]:
    """One entry a session that begins from `start` to `end`, in the order of its start and id."""
    rows = await stays_db.list_sessions(db, start=start, end=end, after=after, limit=limit)
    return [_session(row, now) for row in rows]


def _session(row: Row, now: int) -> dict[str, Any]:
    people = {"student": row["student_id"], "teacher": row["teacher_id"]}
    stays: dict[str, list[Stay]] = {user_id: [] for user_id in people.values()}
    for each in row["stays"]:
        # Also of a person whom the platform has replaced.
        stay = Stay(each["joined_at"], each["left_at"])
        stays.setdefault(each["user_id"], []).append(stay)
    roles = {user_id: role for role, user_id in people.items()}
    together = seconds_together(stays[people["student"]], stays[people["teacher"]], now)
    names = ("course_id", "status", "scheduled_start", "scheduled_end", "started_at", "ended_at")
    return {
        "session_id": row["id"],
        **{name: row[name] for name in (*names, "no_show")},
        "seconds_together": together,
        "people": [
            _person(user_id, roles.get(user_id), of_person, row["scheduled_start"], now)
            for user_id, of_person in stays.items()
        ],
    }


def _person(
    user_id: str, role: str | None, stays: Sequence[Stay], start: int, now: int
) -> dict[str, Any]:
    """`role` is None for a person who was replaced; `last_left_at` for one who is there."""
    first = stays[0].joined_at if stays else None
    is_here = any(stay.left_at is None for stay in stays)
    left = [stay.left_at for stay in stays if stay.left_at is not None]
    return {
        "user_id": user_id,
        "role": role,
        "first_joined_at": first,
        "last_left_at": None if is_here else max(left, default=None),
        "seconds_present": seconds_present(stays, now),
        "seconds_late": None if first is None else max(0, first - start),
        "stays": [stay._asdict() for stay in stays],
    }


def as_csv(sessions: Sequence[dict[str, Any]]) -> str:
    """One line a person and session; `stays` is how many there were."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for session in sessions:
        for person in session["people"]:
            line = {**session, **person, "stays": len(person["stays"])}
            writer.writerow({name: _cell(value) for name, value in line.items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Spreadsheets run a text that begins like a formula."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if is_formula else value
