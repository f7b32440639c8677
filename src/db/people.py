"""Whether a person is known, with their sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from db import sessions
from db.erasure import ERASED_EMAIL

if TYPE_CHECKING:
    from db.database import Database
    from domain.model import Session

FIND: Final = "SELECT id FROM users WHERE id = ?1 AND email <> ?2"


async def is_known(db: Database, person_id: str) -> bool:
    """False for a person who was deleted, too."""
    return bool(await db.all(FIND, person_id, ERASED_EMAIL))


async def sessions_since(
    db: Database, person_id: str, *, since: int, limit: int
) -> list[Session] | None:
    """The person's latest sessions that start from then on; None if the person is not known."""
    person, rows = await db.batch(
        [
            (FIND, (person_id, ERASED_EMAIL)),
            (sessions.LIST_OF_PERSON_SINCE, (person_id, since, limit)),
        ]
    )
    return list(map(sessions.of_row, reversed(rows))) if person else None
