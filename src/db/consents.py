"""What people have answered to the recording of their session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from db.database import Database
    from domain.model import Role

# A repeated answer adds no row.
ADD: Final = """
INSERT INTO recording_consents (session_id, user_id, role, agreed, words, decided_at, text)
SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM sessions
 WHERE id = ?1 AND ?2 IN (student_id, teacher_id)
   AND (?4, ?5) IS NOT (SELECT agreed, words FROM recording_consents
                         WHERE session_id = ?1 AND user_id = ?2 ORDER BY id DESC LIMIT 1)
"""

LIST: Final = """
SELECT user_id, role, agreed, words, text, decided_at FROM recording_consents
 WHERE session_id = ?1 ORDER BY id
"""


async def add(
    db: Database,
    *,
    session_id: str,
    user_id: str,
    role: Role,
    agreed: bool,
    words: str,
    text: str,
    now: int,
) -> None:
    """Store a person's answer with the words that they have read, by id and as text.

    An answer of somebody who is no participant is not stored.
    """
    await db.all(ADD, session_id, user_id, role.value, int(agreed), words, now, text)
