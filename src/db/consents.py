"""What people have answered to the recording of their session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from db.database import Database

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


class Answer(NamedTuple):
    """A person's answer, with the words that they have read, by id and as text."""

    user_id: str
    role: str
    agreed: bool
    words: str
    text: str
    decided_at: int


async def add(db: Database, session_id: str, answers: Iterable[Answer]) -> None:
    """Store answers of one session in their order, all or none.

    An answer of somebody who is no participant is not stored.
    """
    await db.batch(
        [
            (
                ADD,
                (
                    *(session_id, each.user_id, each.role, int(each.agreed)),
                    *(each.words, each.decided_at, each.text),
                ),
            )
            for each in answers
        ]
    )
