"""Ratings. Each of the two people writes one about the session, for the platform's eyes only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from db.database import Database

# A rating that must not be changed any more stays, and no row is returned.
PUT: Final = """
INSERT INTO feedback (session_id, user_id, rating, comment, tags, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
ON CONFLICT (session_id, user_id) DO UPDATE
   SET rating = excluded.rating, comment = excluded.comment, tags = excluded.tags,
       updated_at = excluded.updated_at
 WHERE feedback.created_at > ?7
RETURNING created_at
"""

# The students' ratings of a teacher. docs/integration.md gives this query to the platform.
AVERAGE_OF_TEACHER: Final = """
SELECT count(*) AS ratings, round(avg(f.rating), 2) AS average
  FROM sessions s JOIN feedback f ON f.session_id = s.id AND f.user_id = s.student_id
 WHERE s.teacher_id = ?1
"""


async def put(
    db: Database,
    *,
    session_id: str,
    user_id: str,
    rating: int,
    comment: str | None,
    tags: list[str],
    created_after: int,
    now: int,
) -> int | None:
    """Write or replace feedback. Returns when it was first given; None if that is too long ago."""
    values: tuple[Any, ...] = (rating, comment, json.dumps(tags, ensure_ascii=False))
    rows = await db.all(PUT, session_id, user_id, *values, now, created_after)
    return rows[0]["created_at"] if rows else None
