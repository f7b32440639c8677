"""Whether a person is known, with their sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from db import sessions
from db.erasure import ERASED_EMAIL

if TYPE_CHECKING:
    from db.database import Database
    from domain.model import Session

FIND: Final = "SELECT language, locale FROM users WHERE id = ?1 AND email <> ?2"


class Calendar(NamedTuple):
    """A person's sessions, and their language as `Participant` has it."""

    language: str | None
    locale: str
    sessions: list[Session]


async def is_known(db: Database, person_id: str) -> bool:
    """False for a person who was deleted, too."""
    return bool(await db.all(FIND, person_id, ERASED_EMAIL))


async def calendar_since(
    db: Database, person_id: str, *, since: int, limit: int
) -> Calendar | None:
    """The person's latest sessions that start from then on; None if the person is not known."""
    people, rows = await db.batch(
        [
            (FIND, (person_id, ERASED_EMAIL)),
            (sessions.LIST_OF_PERSON_SINCE, (person_id, since, limit)),
        ]
    )
    if not people:
        return None
    [person] = people
    found = list(map(sessions.of_row, reversed(rows)))
    return Calendar(person["language"], person["locale"], found)
