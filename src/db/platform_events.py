"""The events for the platform. Triggers write them: migrations/0014_platform_events.sql."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row, Statement

# The oldest pending event of each of these sessions; its others wait for it. A claim counts as an
# attempt at once, because a killed sender cannot record its failure.
CLAIM: Final = """
UPDATE platform_events SET attempts = attempts + 1, not_before = ?3
 WHERE number IN (SELECT (SELECT min(number) FROM platform_events
                           WHERE session_id = due.value AND state = 'pending')
                    FROM json_each(?1) AS due)
   AND not_before <= ?2
RETURNING number, id, session_id, sequence, type, data, created_at, attempts
"""

DELIVERED: Final = """
UPDATE platform_events SET state = 'delivered', delivered_at = ?2, last_error = NULL
 WHERE number IN (SELECT value FROM json_each(?1)) AND state = 'pending'
"""

# It was claimed, and not tried.
RELEASE: Final = """
UPDATE platform_events SET attempts = attempts - 1, not_before = 0
 WHERE number = ?1 AND attempts = ?2 AND state = 'pending'
"""

# Only the newest claim may postpone the event: the lease of an older one has ended.
POSTPONE: Final = """
UPDATE platform_events SET not_before = ?3, last_error = ?4
 WHERE number = ?1 AND attempts = ?2 AND state = 'pending'
"""
GIVE_UP: Final = """
UPDATE platform_events SET state = 'dead', last_error = ?3
 WHERE number = ?1 AND attempts = ?2 AND state = 'pending'
"""

# Sessions whose oldest pending event is due; those that have waited longest come first.
LIST_DUE: Final = """
SELECT e.session_id FROM platform_events e
 WHERE e.state = 'pending' AND e.not_before <= ?1
   AND NOT EXISTS (SELECT 1 FROM platform_events older
                    WHERE older.session_id = e.session_id AND older.state = 'pending'
                      AND older.number < e.number)
 ORDER BY e.not_before LIMIT ?2
"""

LIST_AFTER: Final = """
SELECT number, id, session_id, sequence, type, data, created_at, state, attempts, last_error,
       delivered_at
  FROM platform_events WHERE number > ?1 AND (?2 IS NULL OR state = ?2) ORDER BY number LIMIT ?3
"""

RETRY: Final = """
UPDATE platform_events SET state = 'pending', attempts = 0, not_before = 0, delivered_at = NULL
 WHERE id = ?1 AND (state <> 'pending' OR not_before <= ?2 OR last_error IS NOT NULL)
RETURNING session_id
"""

DROP_OLD: Final = """
DELETE FROM platform_events WHERE number IN (
  SELECT number FROM platform_events WHERE created_at <= ?1 LIMIT ?2)
RETURNING number
"""


class Event(NamedTuple):
    """One event, claimed for a delivery. `attempts` counts this one too."""

    number: int
    id: str
    session_id: str
    sequence: int
    type: str
    data: dict[str, Any]
    created_at: int
    attempts: int

    @classmethod
    def of(cls, row: Row) -> Event:
        return cls(**{**row, "data": json.loads(row["data"])})


async def claim(
    db: Database,
    session_ids: Sequence[str],
    *,
    lease_until: int,
    now: int,
    after: Sequence[Statement] = (),
) -> list[Event]:
    """Claim the oldest pending event of each of these sessions, if it is due.

    `after` are statements about the events before, which run first, in the same round trip.
    """
    claiming = (CLAIM, (json.dumps(session_ids), now, lease_until))
    *_, rows = await db.batch([*after, claiming])
    return [Event.of(row) for row in rows]


def delivered(events: Sequence[Event], *, now: int) -> Statement:
    return DELIVERED, (json.dumps([event.number for event in events]), now)


def released(event: Event) -> Statement:
    return RELEASE, (event.number, event.attempts)


def postponed(event: Event, *, until: int, error: str) -> Statement:
    return POSTPONE, (event.number, event.attempts, until, error)


def given_up(event: Event, *, error: str) -> Statement:
    return GIVE_UP, (event.number, event.attempts, error)


async def write(db: Database, results: list[Statement]) -> None:
    """Record the results of deliveries."""
    if results:
        await db.batch(results)


async def list_due(db: Database, *, now: int, limit: int) -> list[str]:
    """The ids of sessions that have an event to deliver now."""
    return [row["session_id"] for row in await db.all(LIST_DUE, now, limit)]


async def list_after(db: Database, after: int, limit: int, state: str | None) -> list[Row]:
    """Events of the log that follow `after`, all or only those in this state."""
    rows = await db.all(LIST_AFTER, after, state, limit)
    for row in rows:
        row["data"] = json.loads(row["data"])
    return rows


async def retry(db: Database, event_id: str, *, now: int) -> str | None:
    """Make the event pending and due again. Returns its session's id; None if it is unknown."""
    rows = await db.all(RETRY, event_id, now)
    return rows[0]["session_id"] if rows else None


async def drop_old(db: Database, *, before: int, limit: int) -> tuple[int, bool]:
    """Delete events of the log. Returns how many, and whether more may be left."""
    dropped = len(await db.all(DROP_OLD, before, limit))
    return dropped, dropped == limit
