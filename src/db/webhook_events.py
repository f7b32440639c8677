"""Webhooks of the video providers that have been processed, so that a repeated one does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from db import call_places

if TYPE_CHECKING:
    from db.database import Database

FIND: Final = "SELECT 1 FROM webhook_events WHERE provider = ?1 AND event_id = ?2"

MARK_PROCESSED: Final = """
INSERT INTO webhook_events (provider, event_id, received_at) VALUES (?1, ?2, ?3)
ON CONFLICT DO NOTHING
"""


async def find(
    db: Database, *, provider: str, event_id: str, room_id: str
) -> tuple[bool, str | None]:
    """Whether this webhook has been processed, and the id of the session whose room it is about."""
    processed, sessions = await db.batch(
        [
            (FIND, (provider, event_id)),
            (call_places.FIND_SESSION, (provider, room_id)),
        ]
    )
    return bool(processed), sessions[0]["id"] if sessions else None


async def mark_processed(db: Database, *, provider: str, event_id: str, now: int) -> None:
    await db.all(MARK_PROCESSED, provider, event_id, now)
