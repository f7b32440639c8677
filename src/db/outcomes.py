"""What remains of a session, as one row of JSON in the round trip of the session itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from db.database import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Row

FIND: Final = """
SELECT
  (SELECT json_group_array(json_object(
            'user_id', user_id, 'rating', rating, 'comment', comment, 'tags', json(tags),
            'created_at', created_at))
     FROM feedback WHERE session_id = ?1) AS feedback,
  (SELECT json_group_array(json_object(
            'id', id, 'name', name, 'type', type, 'size_bytes', size_bytes,
            'duration_seconds', duration_seconds, 'status', status, 'created_at', created_at))
     FROM (SELECT r.* FROM session_resources r
             LEFT JOIN recordings c ON c.resource_id = r.id
            WHERE r.session_id = ?1 AND r.status = 'ready'
            ORDER BY coalesce(c.created_at, r.created_at), c.rowid, r.rowid)) AS resources,
  (SELECT json_group_array(state) FROM recordings WHERE session_id = ?1) AS recordings,
  (SELECT first_page FROM boards WHERE session_id = ?1) AS board_page,
  (SELECT json_object('id', later.id, 'scheduled_start', later.scheduled_start,
                      'scheduled_end', later.scheduled_end)
     FROM sessions this
     JOIN sessions later INDEXED BY sessions_by_student
       ON later.student_id = this.student_id AND later.scheduled_start > this.scheduled_start
      AND later.teacher_id = this.teacher_id AND later.course_id = this.course_id
      AND later.status = 'scheduled'
    WHERE this.id = ?1 ORDER BY later.scheduled_start LIMIT 1) AS next_session
"""


class SessionRows(NamedTuple):
    """Rows of FIND: the feedback of both people, the ready files, and each recording's state.

    `next_session` is the next one that is booked for the same two people in this course.
    """

    feedback: Sequence[Row] = ()
    resources: Sequence[Row] = ()
    recording_states: Sequence[str] = ()
    board_page: str | None = None
    """The id of the first page of the saved board; None without a board."""
    next_session: Row | None = None


def of_session(session_id: str) -> Query[SessionRows]:
    return Query([(FIND, (session_id,))], _parse)


def _parse(rows: Sequence[list[Row]]) -> SessionRows:
    [[row]] = rows
    return SessionRows(
        json.loads(row["feedback"]),
        json.loads(row["resources"]),
        json.loads(row["recordings"]),
        row["board_page"],
        json.loads(row["next_session"] or "null"),
    )
