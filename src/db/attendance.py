"""Who was in the room, from when to when.

The room writes stays. The sweep ends stays that are still open, and a move of the session deletes
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain import rules

if TYPE_CHECKING:
    from domain.model import Session
    from domain.reconcile import Came, Left

# A new stay replaces the last one; `began_waiting_at` keeps since when the person waited in it.
# An open stay does not change, so a repeated write has no effect. The write is refused if the
# session is over, was moved (?4 is the sequence that the decision is based on), or the person was
# replaced. ?5 is now, ?6 the overtime in seconds.
CAME: Final = f"""
INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at)
SELECT s.id, ?2, ?3, ?3 FROM sessions s
 WHERE s.id = ?1 AND s.sequence = ?4 AND ?2 IN (s.student_id, s.teacher_id)
   AND s.status IN ('scheduled', 'in_progress', 'no_show') AND s.ended_at IS NULL
   AND ?5 < s.scheduled_end + ?6
ON CONFLICT (session_id, user_id) DO UPDATE
   SET last_joined_at = excluded.last_joined_at, left_at = NULL,
       began_waiting_at = coalesce(attendance.began_waiting_at,
         (SELECT attendance.last_joined_at FROM sessions s
           WHERE s.id = ?1 AND attendance.left_at
             - max(attendance.last_joined_at, s.scheduled_start) >= {rules.WAITED_S}))
 WHERE attendance.left_at IS NOT NULL
RETURNING user_id
"""  # noqa: S608

LEFT: Final = """
UPDATE attendance SET left_at = max(?3, last_joined_at)
 WHERE session_id = ?1 AND user_id = ?2 AND left_at IS NULL
RETURNING user_id
"""


def came(session: Session, change: Came, now: int) -> tuple[str, tuple[Any, ...]]:
    person = session.participant(change.role).id
    return CAME, (session.id, person, change.at, session.sequence, now, rules.OVERTIME_S)


def left(session: Session, change: Left) -> tuple[str, tuple[Any, ...]]:
    return LEFT, (session.id, session.participant(change.role).id, change.at)
