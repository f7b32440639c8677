"""Who was in the room, from when to when.

Stays are written by the room; the sweep closes them, and moving a session forgets them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from model import Session
    from settling import Came, Left

# A stay known already is left as it is, so that hearing of it twice changes nothing.
CAME: Final = """
INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at)
VALUES (?1, ?2, ?3, ?3)
ON CONFLICT (session_id, user_id) DO UPDATE
   SET last_joined_at = excluded.last_joined_at, left_at = NULL
 WHERE attendance.left_at IS NOT NULL
RETURNING user_id
"""

LEFT: Final = """
UPDATE attendance SET left_at = max(?3, last_joined_at)
 WHERE session_id = ?1 AND user_id = ?2 AND left_at IS NULL
RETURNING user_id
"""


def came(session: Session, change: Came) -> tuple[str, tuple[Any, ...]]:
    return CAME, (session.id, session.participant(change.role).id, change.at)


def left(session: Session, change: Left) -> tuple[str, tuple[Any, ...]]:
    return LEFT, (session.id, session.participant(change.role).id, change.at)
