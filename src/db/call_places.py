"""Where a session's call is held, and what the providers have told us already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from db.database import Database
    from domain.model import Session

# ?4 and ?5 are where it was held when that was decided: of two who decide at once, one asks again.
HOLD: Final = """
UPDATE sessions SET provider = ?2, provider_room_id = ?3, provider_room_over = 0
 WHERE id = ?1 AND provider IS ?4 AND provider_room_id IS ?5
RETURNING id
"""

SEEN: Final = "SELECT 1 FROM webhook_events WHERE provider = ?1 AND event_id = ?2"

HELD_IN: Final = "SELECT id FROM sessions WHERE provider = ?1 AND provider_room_id = ?2"

NOTE: Final = """
INSERT INTO webhook_events (provider, event_id, received_at) VALUES (?1, ?2, ?3)
ON CONFLICT DO NOTHING
"""


async def hold(db: Database, session: Session, *, provider: str, room_id: str | None) -> bool:
    """Note where the session's call is held; False when somebody has just noted otherwise."""
    rows = await db.all(
        HOLD, session.id, provider, room_id, session.provider, session.provider_room_id
    )
    return bool(rows)


async def look_up(
    db: Database, *, provider: str, event_id: str, room_id: str
) -> tuple[bool, str | None]:
    """Whether this webhook has been acted on, and the session whose room it is about."""
    seen, held = await db.batch([(SEEN, (provider, event_id)), (HELD_IN, (provider, room_id))])
    return bool(seen), held[0]["id"] if held else None


async def held_in(db: Database, *, provider: str, room_id: str) -> str | None:
    """The session whose call is held in this room."""
    rows = await db.all(HELD_IN, provider, room_id)
    return rows[0]["id"] if rows else None


async def note(db: Database, *, provider: str, event_id: str, now: int) -> None:
    """Note that this webhook has been acted on."""
    await db.all(NOTE, provider, event_id, now)
