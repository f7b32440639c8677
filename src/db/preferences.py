"""Whether a person wants reminders, with the language of the page that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from db.database import Database, Row

FIND: Final = "SELECT name, reminders_enabled, language, locale FROM users WHERE id = ?1"

SET: Final = """
UPDATE users SET reminders_enabled = ?2 WHERE id = ?1
RETURNING name, reminders_enabled, language, locale
"""


async def find(db: Database, user_id: str) -> Row | None:
    rows = await db.all(FIND, user_id)
    return rows[0] if rows else None


async def set_reminders(db: Database, user_id: str, *, enabled: bool) -> Row | None:
    """Switch a person's reminders on or off; None if the id is unknown."""
    rows = await db.all(SET, user_id, int(enabled))
    return rows[0] if rows else None
