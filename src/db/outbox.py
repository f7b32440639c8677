"""Mail of deployments without a mail service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from db.database import Database, Row

LIST_NEWEST: Final = """
SELECT id, to_email, subject, html, text, created_at FROM outbox ORDER BY created_at DESC LIMIT 100
"""


async def list_newest(db: Database) -> list[Row]:
    """The hundred newest mails."""
    return await db.all(LIST_NEWEST)
