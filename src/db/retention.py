"""Queries of the daily purge, by kind of data. Each has a limit, which keeps it short."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row

# The claim is explained in db/file_cleanup.py.
CLAIM_RESOURCES: Final = """
UPDATE session_resources SET status = 'failed', updated_at = ?4
 WHERE id IN (SELECT r.id FROM sessions s JOIN session_resources r ON r.session_id = s.id
               WHERE s.scheduled_end <= ?1 AND (r.type = 'recording') = ?2 LIMIT ?3)
RETURNING id, r2_key, upload_id
"""

# Boards of sessions that ended before, and their pictures. Nothing is claimed: nobody adds to them.
LIST_BOARDS: Final = """
SELECT b.session_id AS id, b.r2_key FROM sessions s JOIN boards b ON b.session_id = s.id
 WHERE s.scheduled_end <= ?1 LIMIT ?2
"""
LIST_BOARD_IMAGES: Final = """
SELECT i.id, i.r2_key FROM sessions s JOIN board_images i ON i.session_id = s.id
 WHERE s.scheduled_end <= ?1 LIMIT ?2
"""
DROP_BOARDS: Final = """
DELETE FROM boards WHERE session_id IN (SELECT value FROM json_each(?1))
"""
DROP_BOARD_IMAGES: Final = """
DELETE FROM board_images WHERE id IN (SELECT value FROM json_each(?1))
"""

LIST_PIECES: Final = """
SELECT p.r2_key
  FROM recordings c
  JOIN sessions s ON s.id = c.session_id
  JOIN received_pieces p ON p.record_id = c.record_id
 WHERE c.state IN ('receiving', 'announced', 'copying', 'failed') AND s.scheduled_end <= ?1
 LIMIT ?2
"""
DROP_PIECES: Final = """
DELETE FROM received_pieces WHERE r2_key IN (SELECT value FROM json_each(?1))
"""

# Sessions that ended after the last one seen, and whose room somebody has entered. A moved session
# has lost the attendance of its old time, but it keeps the place of its call.
LIST_ENDED_BETWEEN: Final = """
SELECT id, scheduled_end FROM sessions
 WHERE scheduled_end >= ?1 AND scheduled_end <= ?3 AND (scheduled_end > ?1 OR id > ?2)
   AND created_at <= ?5
   AND (provider IS NOT NULL
        OR EXISTS (SELECT 1 FROM attendance a WHERE a.session_id = sessions.id))
 ORDER BY scheduled_end, id LIMIT ?4
"""

# Rooms to call whose session was deleted, or whose last call failed.
LIST_DELETED: Final = """
SELECT id, deleted_at FROM deleted_sessions WHERE id > ?1 ORDER BY id LIMIT ?2
"""
DROP_DELETED: Final = """
DELETE FROM deleted_sessions WHERE id IN (SELECT value FROM json_each(?1))
"""

ADD_FAILED: Final = """
INSERT INTO deleted_sessions (id, deleted_at) SELECT value, ?2 FROM json_each(?1) WHERE true
ON CONFLICT DO NOTHING
"""

LIST_DONE: Final = """
SELECT job FROM progress WHERE job IN (SELECT value FROM json_each(?1)) AND done_until >= ?2
"""
FIND_PROGRESS: Final = "SELECT done_until, last_seen FROM progress WHERE job = ?1"
SET_PROGRESS: Final = """
INSERT INTO progress (job, done_until, last_seen) VALUES (?1, ?2, ?3)
ON CONFLICT (job) DO UPDATE SET done_until = excluded.done_until, last_seen = excluded.last_seen
"""

# An old no-show can still be moved, and the mail about that is young.
DROP_MAILS: Final = """
DELETE FROM mails WHERE id IN (
  SELECT m.id FROM sessions s JOIN mails m ON m.session_id = s.id
   WHERE s.scheduled_end <= ?1 AND m.created_at <= ?1 LIMIT ?2)
RETURNING id
"""
DROP_OUTBOX: Final = """
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at <= ?1 LIMIT ?2) RETURNING id
"""

DROP_ANALYTICS: Final = """
DELETE FROM analytics_events
 WHERE id IN (SELECT id FROM analytics_events WHERE created_at <= ?1 LIMIT ?2)
RETURNING id
"""
DROP_WEBHOOKS: Final = """
DELETE FROM webhook_events
 WHERE (provider, event_id) IN (SELECT provider, event_id FROM webhook_events
                                 WHERE received_at <= ?1 LIMIT ?2)
RETURNING event_id
"""

FIND_KNOWN_KEYS: Final = """
SELECT r2_key FROM session_resources WHERE r2_key IN (SELECT value FROM json_each(?1))
UNION ALL SELECT r2_key FROM boards WHERE r2_key IN (SELECT value FROM json_each(?1))
UNION ALL SELECT r2_key FROM received_pieces WHERE r2_key IN (SELECT value FROM json_each(?1))
UNION ALL SELECT r2_key FROM board_images WHERE r2_key IN (SELECT value FROM json_each(?1))
"""


async def claim_resources(
    db: Database, *, ended_before: int, recordings: bool, limit: int, now: int
) -> list[Row]:
    """Claim the files of sessions that ended before; from now on nobody can download them."""
    return await db.all(CLAIM_RESOURCES, ended_before, int(recordings), limit, now)


async def list_boards(
    db: Database, *, ended_before: int, limit: int
) -> tuple[list[Row], list[Row]]:
    """Boards and pictures of sessions that ended before: their ids and keys."""
    given = (ended_before, limit)
    found, images = await db.batch([(LIST_BOARDS, given), (LIST_BOARD_IMAGES, given)])
    return found, images


async def drop_boards(db: Database, sessions: Sequence[str], images: Sequence[str]) -> None:
    """Delete the rows of boards and of pictures whose objects are deleted."""
    listed = [(json.dumps(list(ids)),) for ids in (sessions, images)]
    await db.batch([(DROP_BOARDS, listed[0]), (DROP_BOARD_IMAGES, listed[1])])


async def list_pieces(db: Database, *, ended_before: int, limit: int) -> list[Row]:
    """Pieces of recordings that were never finished, of sessions that ended before."""
    return await db.all(LIST_PIECES, ended_before, limit)


async def drop_pieces(db: Database, keys: Sequence[str]) -> None:
    """Delete the rows of pieces whose objects are deleted."""
    await db.all(DROP_PIECES, json.dumps(list(keys)))


async def list_ended_between(
    db: Database, *, after: tuple[int, str], until: int, booked_before: int, limit: int
) -> list[Row]:
    """Sessions in the order of their end; `after` is the end and id of the last one seen."""
    return await db.all(LIST_ENDED_BETWEEN, *after, until, limit, booked_before)


async def record_called(
    db: Database, job: str, seen: tuple[int, str], *, failed: Sequence[str], now: int
) -> None:
    """Record that the rooms up to `seen` were called; those in `failed` must be called again."""
    await db.batch(
        [(ADD_FAILED, (json.dumps(list(failed)), now)), (SET_PROGRESS, (job, *seen))],
    )


async def list_deleted(db: Database, *, after: str, limit: int) -> list[Row]:
    """Sessions without a row whose room must still be called, in the order of their ids."""
    return await db.all(LIST_DELETED, after, limit)


async def drop_deleted(db: Database, session_ids: Sequence[str]) -> None:
    """Call these rooms no more."""
    await db.all(DROP_DELETED, json.dumps(list(session_ids)))


async def list_done(db: Database, jobs: Sequence[str], until: int) -> set[str]:
    """Those of these jobs that are done until then."""
    return {row["job"] for row in await db.all(LIST_DONE, json.dumps(list(jobs)), until)}


async def progress(db: Database, job: str) -> tuple[int, str]:
    """A job's progress: a time and the last item seen; (0, "") if it never ran."""
    rows = await db.all(FIND_PROGRESS, job)
    return (rows[0]["done_until"], rows[0]["last_seen"]) if rows else (0, "")


async def set_progress(db: Database, job: str, done_until: int, last_seen: str) -> None:
    await db.all(SET_PROGRESS, job, done_until, last_seen)


async def drop_events(
    db: Database, *, analytics_before: int, webhooks_before: int, limit: int
) -> tuple[int, bool]:
    """Delete old events and webhooks. Returns their number, and whether more may be left."""
    deleted = await db.batch(
        [(DROP_ANALYTICS, (analytics_before, limit)), (DROP_WEBHOOKS, (webhooks_before, limit))]
    )
    return sum(map(len, deleted)), any(len(rows) == limit for rows in deleted)


async def drop_mails(db: Database, *, ended_before: int, limit: int) -> tuple[int, bool]:
    """Delete mail about sessions that ended before. Returns as `drop_events` does."""
    deleted = await db.batch(
        [(DROP_MAILS, (ended_before, limit)), (DROP_OUTBOX, (ended_before, limit))]
    )
    return len(deleted[0]), any(len(rows) == limit for rows in deleted)


async def known_keys(db: Database, keys: Sequence[str]) -> set[str]:
    """Those of these keys that have a row."""
    listed: tuple[Any, ...] = (json.dumps(list(keys)),)
    return {row["r2_key"] for row in await db.all(FIND_KNOWN_KEYS, *listed)}
