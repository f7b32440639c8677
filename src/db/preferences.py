"""What a person has chosen here: reminders, and a language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from db.database import Database, Row

FIND: Final = "SELECT name, language, locale, reminders_enabled FROM users WHERE id = ?1"

SET_REMINDERS: Final = """
UPDATE users SET reminders_enabled = ?2 WHERE id = ?1
RETURNING name, language, locale, reminders_enabled
"""

SET_LANGUAGE: Final = """
UPDATE users SET language = ?2 WHERE id = ?1
RETURNING name, language, locale, reminders_enabled
"""


async def find(db: Database, user_id: str) -> Row | None:
    rows = await db.all(FIND, user_id)
    return rows[0] if rows else None


async def set_reminders(db: Database, user_id: str, *, enabled: bool) -> Row | None:
    """Switch a person's reminders on or off; None if the id is unknown."""
    rows = await db.all(SET_REMINDERS, user_id, int(enabled))
    return rows[0] if rows else None


async def set_language(db: Database, user_id: str, language: str) -> Row | None:
    """The language of a person's pages and mails from now on; None if the id is unknown."""
    rows = await db.all(SET_LANGUAGE, user_id, language)
    return rows[0] if rows else None
