"""Mail, in deployments without a mail service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from db.parameters import json_lists

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.database import Database, Row

ADD: Final = """
INSERT INTO outbox (id, to_email, subject, html, text, created_at)
SELECT value ->> 'id', value ->> 'to', value ->> 'subject', value ->> 'html', value ->> 'text', ?2
  FROM json_each(?1)
 WHERE true
ON CONFLICT DO NOTHING
"""

FIND: Final = "SELECT id, to_email, subject, html, text, created_at FROM outbox WHERE id = ?1"

LIST_NEWEST: Final = """
SELECT id, to_email, subject, text, created_at FROM outbox ORDER BY created_at DESC LIMIT 100
"""


async def list_newest(db: Database) -> list[Row]:
    """The hundred newest mails."""
    return await db.all(LIST_NEWEST)


async def find(db: Database, mail_id: str) -> Row | None:
    rows = await db.all(FIND, mail_id)
    return rows[0] if rows else None


async def add(db: Database, mails: Mapping[str, Mapping[str, Any]], *, now: int) -> None:
    """Add mails by their ids; mails that were added before do not change."""
    texts = [
        json.dumps(
            {
                "id": mail_id,
                "to": mail["to"][0],
                "subject": mail["subject"],
                "html": mail["html"],
                "text": mail["text"],
            }
        )
        for mail_id, mail in mails.items()
    ]
    await db.batch([(ADD, (chunk, now)) for chunk in json_lists(texts)])
