"""Recordings on their way from the provider. A row a recording, by the provider's id of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from db.database import Database, Row
    from files.storage import Part, Stored

ANNOUNCE: Final = """
INSERT INTO recordings (record_id, session_id, provider, announced_bytes, retry_at,
                        created_at, updated_at)
SELECT ?1, id, ?3, ?4, ?5, ?5, ?5 FROM sessions WHERE id = ?2
ON CONFLICT DO NOTHING
RETURNING record_id
"""

# Whoever holds the lease copies; a lease ends by itself with a consumer that was killed. Each claim
# counts as a failure until it turns out to be none, since who is killed tells nothing any more.
CLAIM: Final = """
UPDATE recordings
   SET state = 'copying', attempts = attempts + 1, lease_until = ?2, updated_at = ?3
 WHERE record_id = ?1 AND state IN ('announced', 'copying') AND lease_until <= ?3
RETURNING record_id
"""

FIND: Final = """
SELECT c.record_id, c.session_id, c.provider, c.state, c.attempts, c.announced_bytes, c.source,
       c.resource_id, r.upload_id, r.r2_key, r.size_bytes AS total_bytes, s.provider_room_id,
       coalesce(s.started_at, s.scheduled_start) AS began_at,
       t.time_zone AS teacher_time_zone, t.locale AS teacher_locale
  FROM recordings c
  JOIN sessions s ON s.id = c.session_id
  JOIN users t ON t.id = s.teacher_id
  LEFT JOIN session_resources r ON r.id = c.resource_id
 WHERE c.record_id = ?1
"""

LIST_PARTS: Final = """
SELECT p.number, p.etag, p.size_bytes
  FROM recordings c JOIN upload_parts p ON p.resource_id = c.resource_id
 WHERE c.record_id = ?1 ORDER BY p.number
"""

# From the beginning: nothing of an earlier attempt counts.
BEGIN_RESOURCE: Final = """
INSERT INTO session_resources (id, session_id, name, type, r2_key, size_bytes, upload_id,
                               created_at, updated_at)
VALUES (?1, ?2, ?3, 'recording', ?4, ?5, ?6, ?7, ?7)
ON CONFLICT (id) DO UPDATE
   SET size_bytes = excluded.size_bytes, upload_id = excluded.upload_id, status = 'uploading',
       updated_at = excluded.updated_at
"""
FORGET_PARTS: Final = "DELETE FROM upload_parts WHERE resource_id = ?1"
SET_SOURCE: Final = """
UPDATE recordings SET resource_id = ?2, source = ?3, updated_at = ?4 WHERE record_id = ?1
"""

PUT_PART: Final = """
INSERT INTO upload_parts (resource_id, number, etag, size_bytes) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (resource_id, number) DO UPDATE SET etag = excluded.etag
"""

# Only a part that never arrived before is progress, so that copying the same parts again and again
# fails in the end. Attempts are counted anew from the one that got further.
GOT_FURTHER: Final = """
UPDATE recordings SET most_parts = ?2, attempts = 1 WHERE record_id = ?1 AND most_parts < ?2
"""

FINISH_RESOURCE: Final = """
UPDATE session_resources
   SET status = 'ready', size_bytes = ?2, etag = ?3, duration_seconds = ?4, upload_id = NULL,
       updated_at = ?5
 WHERE id = ?1 AND status = 'uploading'
"""
FINISH: Final = """
UPDATE recordings SET state = 'ready', lease_until = 0, last_error = NULL, updated_at = ?2
 WHERE record_id = ?1
"""

POSTPONE: Final = """
UPDATE recordings
   SET state = CASE WHEN attempts >= ?5 THEN 'failed' ELSE state END,
       lease_until = 0, retry_at = ?2, last_error = ?3, updated_at = ?4
 WHERE record_id = ?1 AND state = 'copying'
RETURNING state
"""

# It went well and takes longer than one consumer has: its claim is no failure.
RELEASE: Final = """
UPDATE recordings
   SET attempts = max(0, attempts - 1), lease_until = 0, retry_at = ?2, last_error = NULL,
       updated_at = ?2
 WHERE record_id = ?1 AND state = 'copying'
"""

GIVE_UP: Final = """
UPDATE recordings
   SET state = 'failed', lease_until = 0, last_error = coalesce(last_error, ?3), updated_at = ?2
 WHERE record_id = ?1 AND state IN ('announced', 'copying') AND lease_until <= ?2
RETURNING session_id, last_error
"""
FIND_LEASE: Final = """
SELECT lease_until FROM recordings
 WHERE record_id = ?1 AND state IN ('announced', 'copying') AND lease_until > ?2
"""

RETRY: Final = """
UPDATE recordings
   SET state = 'announced', attempts = 0, most_parts = 0, lease_until = 0, retry_at = ?2,
       updated_at = ?2
 WHERE record_id = ?1 AND state <> 'ready' AND (state = 'failed' OR lease_until <= ?2)
RETURNING session_id, provider
"""

LIST_STRANDED: Final = """
SELECT record_id, session_id, attempts FROM recordings
 WHERE state IN ('announced', 'copying') AND retry_at <= ?1 AND lease_until <= ?2 LIMIT ?3
"""
MARK_QUEUED: Final = "UPDATE recordings SET retry_at = ?2 WHERE record_id = ?1"

# Asked again whenever the session's end is twice as long ago as it was at the last time.
LIST_UNASKED: Final = """
SELECT id, provider, provider_room_id FROM sessions
 WHERE recording_enabled = 1 AND provider IS NOT NULL AND provider_room_id IS NOT NULL
   AND ended_at BETWEEN ?1 AND ?2
   AND (recordings_asked_at IS NULL OR ?3 - ended_at >= 2 * (recordings_asked_at - ended_at))
 ORDER BY ended_at DESC LIMIT ?4
"""
MARK_ASKED: Final = "UPDATE sessions SET recordings_asked_at = ?2 WHERE id = ?1"

LIST_UNREADY: Final = """
SELECT record_id, session_id, provider, state, attempts, last_error, created_at, updated_at
  FROM recordings WHERE state IN ('announced', 'copying', 'failed') LIMIT 200
"""


async def announce(
    db: Database,
    *,
    record_id: str,
    session_id: str,
    provider: str,
    announced_bytes: int | None,
    now: int,
) -> bool:
    """Note that a recording can be fetched; False when that was known, or the session is not."""
    return bool(await db.all(ANNOUNCE, record_id, session_id, provider, announced_bytes, now))


async def claim(
    db: Database, record_id: str, *, lease_until: int, now: int
) -> tuple[bool, Row | None, list[Row]]:
    """Lease it. Whether we have it, what is known of it, and the parts that have arrived."""
    claimed, found, parts = await db.batch(
        [
            (CLAIM, (record_id, lease_until, now)),
            (FIND, (record_id,)),
            (LIST_PARTS, (record_id,)),
        ]
    )
    return bool(claimed), (found[0] if found else None), parts


async def begin(
    db: Database,
    *,
    record_id: str,
    resource_id: str,
    session_id: str,
    name: str,
    key: str,
    size: int,
    upload_id: str | None,
    source: str,
    now: int,
) -> None:
    """Start copying from the first byte."""
    about: tuple[Any, ...] = (resource_id, session_id, name, key, size, upload_id, now)
    await db.batch(
        [
            (BEGIN_RESOURCE, about),
            (FORGET_PARTS, (resource_id,)),
            (SET_SOURCE, (record_id, resource_id, source, now)),
        ]
    )


async def put_part(
    db: Database, record_id: str, resource_id: str, part: Part, size: int, *, arrived: int
) -> None:
    """Note that a part has arrived, the last of so many."""
    await db.batch(
        [
            (PUT_PART, (resource_id, part.number, part.etag, size)),
            (GOT_FURTHER, (record_id, arrived)),
        ]
    )


async def finish(
    db: Database,
    *,
    record_id: str,
    resource_id: str,
    stored: Stored,
    duration: int | None,
    now: int,
) -> None:
    """It is there for both people."""
    await db.batch(
        [
            (FINISH_RESOURCE, (resource_id, stored.size, stored.etag, duration, now)),
            (FORGET_PARTS, (resource_id,)),
            (FINISH, (record_id, now)),
        ]
    )


async def postpone(
    db: Database, record_id: str, *, until: int, error: str, most_attempts: int, now: int
) -> bool:
    """This attempt failed; the queue brings the next one. False when it was the last."""
    rows = await db.all(POSTPONE, record_id, until, error[:500], now, most_attempts)
    return not rows or rows[0]["state"] != "failed"


async def release(db: Database, record_id: str, *, now: int) -> None:
    """Let another consumer go on."""
    await db.all(RELEASE, record_id, now)


async def give_up(
    db: Database, record_id: str, *, error: str, now: int
) -> tuple[Row | None, int | None]:
    """No attempt succeeded: an operator has to look. `error` is for what has none of its own.

    What was given up; or, while somebody is at it, until when.
    """
    given_up, leased = await db.batch(
        [(GIVE_UP, (record_id, now, error)), (FIND_LEASE, (record_id, now))]
    )
    return (given_up[0] if given_up else None), (leased[0]["lease_until"] if leased else None)


async def retry(db: Database, record_id: str, *, now: int) -> Row | None:
    """Begin to count again; None for what is ready, being copied, or unknown."""
    rows = await db.all(RETRY, record_id, now)
    return rows[0] if rows else None


async def list_stranded(db: Database, *, due_before: int, now: int, limit: int) -> list[Row]:
    """Those whose message must have been lost."""
    return await db.all(LIST_STRANDED, due_before, now, limit)


async def mark_queued(db: Database, record_id: str, *, now: int) -> None:
    await db.all(MARK_QUEUED, record_id, now)


async def list_unasked(
    db: Database, *, ended_after: int, ended_before: int, now: int, limit: int
) -> list[Row]:
    """Sessions whose provider should be asked for recordings now."""
    return await db.all(LIST_UNASKED, ended_after, ended_before, now, limit)


async def mark_asked(db: Database, session_id: str, *, now: int) -> None:
    await db.all(MARK_ASKED, session_id, now)


async def list_unready(db: Database) -> list[Row]:
    """What an operator wants to see."""
    return sorted(await db.all(LIST_UNREADY), key=lambda row: int(row["created_at"]))
