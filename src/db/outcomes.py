"""What a session left behind, as one row of JSON: it is asked along with the session itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from db.database import Statement

AFTERMATH: Final = """
SELECT
  (SELECT json_group_array(json_object(
            'user_id', user_id, 'rating', rating, 'comment', comment, 'tags', json(tags),
            'created_at', created_at))
     FROM feedback WHERE session_id = ?1) AS feedback,
  (SELECT json_group_array(json_object(
            'id', id, 'name', name, 'type', type, 'size_bytes', size_bytes,
            'duration_seconds', duration_seconds, 'status', status, 'created_at', created_at))
     FROM (SELECT * FROM session_resources
            WHERE session_id = ?1 AND status = 'ready' ORDER BY created_at, id)) AS resources,
  (SELECT json_group_array(state) FROM recordings WHERE session_id = ?1) AS recordings
"""


def of_session(session_id: str) -> Statement:
    return AFTERMATH, (session_id,)
