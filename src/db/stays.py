"""Who was in which room, from when to when. Triggers write the stays: migrations/0015_stays.sql."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from db.database import Database, Row

# One row a session. (?3, ?4) are the start and the id of the last session of the page before.
LIST_SESSIONS: Final = """
SELECT s.id, s.course_id, s.student_id, s.teacher_id, s.status, s.no_show, s.scheduled_start,
       s.scheduled_end, s.started_at, s.ended_at,
       (SELECT json_group_array(json_object(
                 'user_id', t.user_id, 'joined_at', t.joined_at, 'left_at', t.left_at))
          FROM stays t WHERE t.session_id = s.id ORDER BY t.joined_at) AS stays
  FROM sessions s
 WHERE s.scheduled_start >= max(?1, ?3) AND s.scheduled_start < ?2
   AND (s.scheduled_start, s.id) > (?3, ?4)
 ORDER BY s.scheduled_start, s.id LIMIT ?5
"""


async def list_sessions(
    db: Database, *, start: int, end: int, after: tuple[int, str], limit: int
) -> list[Row]:
    """Sessions that begin from `start` to `end`, each with its `stays`."""
    rows = await db.all(LIST_SESSIONS, start, end, *after, limit)
    for row in rows:
        row["stays"] = json.loads(row["stays"])
    return rows
