"""Where a session's call is held: the provider and its room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from db.database import Database
    from domain.model import Session

# ?4 and ?5 are the place on which the decision is based: if two requests decide at once, the second
# one changes nothing and must read the session again.
SET_PLACE: Final = """
UPDATE sessions SET provider = ?2, provider_room_id = ?3, provider_room_over = 0
 WHERE id = ?1 AND provider IS ?4 AND provider_room_id IS ?5
RETURNING id
"""

FIND_SESSION: Final = "SELECT id FROM sessions WHERE provider = ?1 AND provider_room_id = ?2"


async def set_place(db: Database, session: Session, *, provider: str, room_id: str | None) -> bool:
    """Record where the session's call is held; False if another request has changed it."""
    rows = await db.all(
        SET_PLACE, session.id, provider, room_id, session.provider, session.provider_room_id
    )
    return bool(rows)


async def find_session(db: Database, *, provider: str, room_id: str) -> str | None:
    """The id of the session whose call is held in this room."""
    rows = await db.all(FIND_SESSION, provider, room_id)
    return rows[0]["id"] if rows else None
