"""Recordings and their copies. One row a recording, by the provider's id."""

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

# Only the consumer with the lease copies. The lease of a killed consumer ends by time. A claim
# counts as a failed attempt at once, because a killed consumer cannot record its failure.
CLAIM: Final = """
UPDATE recordings
   SET state = 'copying', attempts = attempts + 1, lease_until = ?2, updated_at = ?3
 WHERE record_id = ?1 AND state IN ('announced', 'copying') AND lease_until <= ?3
RETURNING record_id
"""

FIND: Final = """
SELECT c.record_id, c.session_id, c.provider, c.state, c.attempts, c.announced_bytes, c.source,
       c.resource_id, c.format, r.upload_id, r.r2_key, r.size_bytes AS total_bytes, r.etag,
       r.status AS file_status, s.provider_room_id,
       coalesce(s.started_at, s.scheduled_start) AS began_at,
       t.time_zone AS teacher_time_zone, t.locale AS teacher_locale,
       t.language AS teacher_language
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

# A copy that starts at the first byte; nothing of an earlier attempt stays.
BEGIN_RESOURCE: Final = """
INSERT INTO session_resources (id, session_id, name, type, r2_key, size_bytes, upload_id,
                               created_at, updated_at)
VALUES (?1, ?2, ?3, 'recording', ?4, ?5, ?6, ?7, ?7)
ON CONFLICT (id) DO UPDATE
   SET size_bytes = excluded.size_bytes, upload_id = excluded.upload_id, status = 'uploading',
       updated_at = excluded.updated_at
"""
DELETE_PARTS: Final = "DELETE FROM upload_parts WHERE resource_id = ?1"
SET_SOURCE: Final = """
UPDATE recordings SET resource_id = ?2, source = ?3, updated_at = ?4 WHERE record_id = ?1
"""

PUT_PART: Final = """
INSERT INTO upload_parts (resource_id, number, etag, size_bytes) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (resource_id, number) DO UPDATE SET etag = excluded.etag
"""

# Only more parts than ever before are progress, so a copy of the same parts again and again fails
# in the end. With progress the count of attempts starts again at this one.
RECORD_PROGRESS: Final = """
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

# The copy made progress until the consumer's time was over: the claim is no failed attempt.
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
 WHERE record_id = ?1 AND state NOT IN ('receiving', 'ready') AND device IS NOT ''
   AND (state = 'failed' OR lease_until <= ?2)
RETURNING session_id, provider
"""

LIST_STRANDED: Final = """
SELECT record_id, session_id, attempts FROM recordings
 WHERE state IN ('announced', 'copying') AND retry_at <= ?1 AND lease_until <= ?2 LIMIT ?3
"""
MARK_QUEUED: Final = "UPDATE recordings SET retry_at = ?2 WHERE record_id = ?1"

# A provider is queried again when the session's end is twice as long ago as at the last query.
LIST_TO_QUERY: Final = """
SELECT id, provider, provider_room_id FROM sessions
 WHERE recording_enabled = 1 AND provider IS NOT NULL AND provider_room_id IS NOT NULL
   AND ended_at BETWEEN ?1 AND ?2
   AND (recordings_asked_at IS NULL OR ?3 - ended_at >= 2 * (recordings_asked_at - ended_at))
 ORDER BY ended_at DESC LIMIT ?4
"""
MARK_QUERIED: Final = "UPDATE sessions SET recordings_asked_at = ?2 WHERE id = ?1"

_LIST: Final = """
SELECT c.record_id, c.session_id, c.provider, c.state, c.attempts, c.last_error, c.created_at,
       c.updated_at,
       iif(c.provider = 'peer', c.received_bytes,
           (SELECT coalesce(sum(p.size_bytes), 0) FROM upload_parts p
             WHERE p.resource_id = c.resource_id)) AS received_bytes
  FROM recordings c WHERE c.state {} LIMIT 200
"""
LIST_UNREADY: Final = _LIST.format("IN ('announced', 'copying', 'failed') AND c.device IS NOT ''")
LIST_RECEIVING: Final = _LIST.format("= 'receiving'")

# Two steps, so that the platform hears of it as of any other recording that has failed. It has no
# device, which would send it: there is nothing to try again.
NOTE_IMPOSSIBLE: Final = """
INSERT INTO recordings (record_id, session_id, provider, sender_id, device, format,
                        created_at, updated_at)
SELECT 'impossible-' || id, id, 'peer', teacher_id, '', 'mp4', ?2, ?2 FROM sessions WHERE id = ?1
ON CONFLICT DO NOTHING
"""
FAIL_IMPOSSIBLE: Final = """
UPDATE recordings SET state = 'failed', last_error = 'neither browser can record'
 WHERE record_id = 'impossible-' || ?1 AND state <> 'failed'
"""


async def note_impossible(db: Database, session_id: str, *, now: int) -> None:
    """Record that neither of the two browsers can record. A repetition changes nothing."""
    await db.batch([(NOTE_IMPOSSIBLE, (session_id, now)), (FAIL_IMPOSSIBLE, (session_id,))])


async def announce(
    db: Database,
    *,
    record_id: str,
    session_id: str,
    provider: str,
    announced_bytes: int | None,
    now: int,
) -> bool:
    """Add a recording; False if it was known already, or its session is unknown."""
    return bool(await db.all(ANNOUNCE, record_id, session_id, provider, announced_bytes, now))


async def claim(
    db: Database, record_id: str, *, lease_until: int, now: int
) -> tuple[bool, Row | None, list[Row]]:
    """Claim a recording: whether that succeeded, its row, and the parts that have arrived."""
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
    """Record that a copy starts at the first byte."""
    about: tuple[Any, ...] = (resource_id, session_id, name, key, size, upload_id, now)
    await db.batch(
        [
            (BEGIN_RESOURCE, about),
            (DELETE_PARTS, (resource_id,)),
            (SET_SOURCE, (record_id, resource_id, source, now)),
        ]
    )


async def put_part(
    db: Database, record_id: str, resource_id: str, part: Part, size: int, *, arrived: int
) -> None:
    """Record a part that has arrived; `arrived` counts all parts that have."""
    await db.batch(
        [
            (PUT_PART, (resource_id, part.number, part.etag, size)),
            (RECORD_PROGRESS, (record_id, arrived)),
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
    """Mark the recording and its file ready: both people can see it."""
    await db.batch(
        [
            (FINISH_RESOURCE, (resource_id, stored.size, stored.etag, duration, now)),
            (DELETE_PARTS, (resource_id,)),
            (FINISH, (record_id, now)),
        ]
    )


async def postpone(
    db: Database, record_id: str, *, until: int, error: str, max_attempts: int, now: int
) -> bool:
    """Record a failed attempt; False if it was the last one."""
    rows = await db.all(POSTPONE, record_id, until, error[:500], now, max_attempts)
    return not rows or rows[0]["state"] != "failed"


async def release(db: Database, record_id: str, *, now: int) -> None:
    """End the lease, so that another consumer can continue."""
    await db.all(RELEASE, record_id, now)


async def give_up(
    db: Database, record_id: str, *, error: str, now: int
) -> tuple[Row | None, int | None]:
    """Mark the recording failed, with `error` if it has no error yet.

    The failed row; or, if a consumer has the lease, the end of the lease.
    """
    given_up, leased = await db.batch(
        [(GIVE_UP, (record_id, now, error)), (FIND_LEASE, (record_id, now))]
    )
    return (given_up[0] if given_up else None), (leased[0]["lease_until"] if leased else None)


async def retry(db: Database, record_id: str, *, now: int) -> Row | None:
    """Announce it again with no attempts; None if it is ready, being copied, or unknown."""
    rows = await db.all(RETRY, record_id, now)
    return rows[0] if rows else None


async def list_stranded(db: Database, *, due_before: int, now: int, limit: int) -> list[Row]:
    """Recordings that the queue should have delivered: their message was lost."""
    return await db.all(LIST_STRANDED, due_before, now, limit)


async def mark_queued(db: Database, record_id: str, *, now: int) -> None:
    await db.all(MARK_QUEUED, record_id, now)


async def list_to_query(
    db: Database, *, ended_after: int, ended_before: int, now: int, limit: int
) -> list[Row]:
    """Sessions whose provider must be queried for recordings now."""
    return await db.all(LIST_TO_QUERY, ended_after, ended_before, now, limit)


async def mark_queried(db: Database, session_id: str, *, now: int) -> None:
    await db.all(MARK_QUERIED, session_id, now)


async def list_unready(db: Database) -> list[Row]:
    """Recordings that are not ready, for an operator.

    Oldest first; then those that a browser still sends, for which nobody must do anything.
    """
    lists = await db.batch([(LIST_UNREADY, ()), (LIST_RECEIVING, ())])
    return [row for rows in lists for row in sorted(rows, key=lambda row: int(row["created_at"]))]
