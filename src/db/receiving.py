"""Recordings that a browser makes, while their pieces arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from db import consents
from db.database import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row
    from files.storage import Part, Stored

# Beyond all recordings, and still a number of JavaScript.
_BEYOND: Final = 10**15

LIST_OF_SESSION: Final = """
SELECT record_id, sender_id, device, format, state, received_bytes FROM recordings
 WHERE session_id = ?1 AND provider = 'peer'
"""

FIND: Final = """
SELECT c.record_id, c.session_id, c.sender_id, c.format, c.state, c.received_bytes,
       r.r2_key, r.upload_id
  FROM recordings c LEFT JOIN session_resources r ON r.id = c.resource_id
 WHERE c.record_id = ?2 AND c.session_id = ?1 AND c.provider = 'peer'
"""

# A recording is continued instead, if there is one: of two requests at once, one adds it. An MP4
# can be continued at any length, since its runs are joined in the end.
ADD_RESOURCE: Final = """
INSERT INTO session_resources (id, session_id, name, type, r2_key, size_bytes, upload_id,
                               created_at, updated_at)
SELECT ?1, ?2, ?3, 'recording', ?4, 0, ?5, ?9, ?9
 WHERE NOT EXISTS (SELECT 1 FROM recordings
                    WHERE session_id = ?2 AND sender_id = ?6 AND device = ?7 AND format = ?8
                      AND state = 'receiving' AND (format = 'mp4' OR received_bytes = 0))
"""
ADD: Final = """
INSERT INTO recordings (record_id, session_id, provider, resource_id, state, sender_id, device,
                        format, created_at, updated_at)
SELECT id, session_id, 'peer', id, 'receiving', ?2, ?3, ?4, ?5, ?5
  FROM session_resources WHERE id = ?1
RETURNING record_id
"""

# Pieces come in order: both change nothing unless the piece begins where the last one ended.
ADD_PIECE: Final = """
INSERT INTO received_pieces (record_id, start_byte, size_bytes, r2_key)
SELECT record_id, ?2, ?3, ?4 FROM recordings
 WHERE record_id = ?1 AND received_bytes = ?2 AND state = 'receiving'
"""
ADVANCE: Final = """
UPDATE recordings SET received_bytes = ?2 + ?3, updated_at = ?4
 WHERE record_id = ?1 AND received_bytes = ?2 AND state = 'receiving'
RETURNING received_bytes
"""

CLOSE: Final = """
UPDATE recordings SET state = 'announced', retry_at = ?2, updated_at = ?2
 WHERE record_id = ?1 AND state = 'receiving'
RETURNING record_id
"""

LIST_PIECES: Final = """
SELECT start_byte, size_bytes, r2_key FROM received_pieces
 WHERE record_id = ?1 AND start_byte >= ?2 AND start_byte < ?3 ORDER BY start_byte
"""

# `receiving`: made early, while pieces arrive. `copying`: the consumer makes what is missing.
ADD_PART: Final = """
INSERT INTO upload_parts (resource_id, number, etag, size_bytes)
SELECT r.id, ?3, ?4, ?5
  FROM recordings c JOIN session_resources r ON r.id = c.resource_id
 WHERE c.record_id = ?1 AND r.upload_id = ?2 AND c.state = ?6
ON CONFLICT DO NOTHING
"""

# The file can be seen now. The recording is `copying` until its pieces are removed, too.
FINISH_FILE: Final = """
UPDATE session_resources
   SET status = 'ready', size_bytes = ?2, etag = ?3, duration_seconds = ?4, upload_id = NULL,
       updated_at = ?5
 WHERE id = ?1 AND status = 'uploading'
"""
DELETE_PARTS: Final = "DELETE FROM upload_parts WHERE resource_id = ?1"
DELETE_PIECES: Final = "DELETE FROM received_pieces WHERE record_id = ?1"
FINISH: Final = """
UPDATE recordings SET state = 'ready', lease_until = 0, last_error = NULL, updated_at = ?2
 WHERE record_id = ?1
"""
DELETE: Final = "DELETE FROM recordings WHERE record_id = ?1 AND state <> 'ready'"
DELETE_FILE: Final = "DELETE FROM session_resources WHERE id = ?1 AND status = 'failed'"

# Nobody can enter these sessions any more (`domain.rules.is_closed`).
LIST_SILENT: Final = """
SELECT c.record_id, c.session_id, c.received_bytes
  FROM recordings c JOIN sessions s ON s.id = c.session_id
 WHERE c.state = 'receiving' AND c.updated_at <= ?1
   AND (s.status IN ('completed', 'cancelled') OR s.scheduled_end <= ?2)
 LIMIT ?3
"""


class StartRows(NamedTuple):
    """The session's recordings by browsers, and what its people have answered, oldest first."""

    recordings: list[Row]
    answers: list[Row]

    def to_continue(self, sender_id: str, device: str, format_: str) -> Row | None:
        """The recording that this browser would continue, as ADD_RESOURCE decides it."""
        for row in self.recordings:
            is_own = (row["sender_id"], row["device"], row["format"]) == (
                sender_id,
                device,
                format_,
            )
            can_grow = row["format"] == "mp4" or row["received_bytes"] == 0
            if is_own and can_grow and row["state"] == "receiving":
                return row
        return None

    def have_agreed(self, user_ids: Sequence[str]) -> bool:
        """True if the newest answer of each of these people is yes."""
        newest = {row["user_id"]: row["agreed"] for row in self.answers}
        return all(newest.get(user_id) == 1 for user_id in user_ids)


def for_start(session_id: str) -> Query[StartRows]:
    return Query(
        [(LIST_OF_SESSION, (session_id,)), (consents.LIST, (session_id,))],
        lambda rows: StartRows(*rows),
    )


class PieceRows(NamedTuple):
    """The recording of a piece, and what the session's people have answered, oldest first."""

    recording: Row | None
    answers: list[Row]


def for_piece(session_id: str, record_id: str) -> Query[PieceRows]:
    return Query(
        [(FIND, (session_id, record_id)), (consents.LIST, (session_id,))],
        lambda rows: PieceRows(rows[0][0] if rows[0] else None, rows[1]),
    )


def find(session_id: str, record_id: str) -> Query[Row | None]:
    return Query([(FIND, (session_id, record_id))], lambda rows: rows[0][0] if rows[0] else None)


async def add(
    db: Database,
    *,
    record_id: str,
    session_id: str,
    name: str,
    key: str,
    upload_id: str,
    sender_id: str,
    device: str,
    format_: str,
    now: int,
) -> bool:
    """Add a recording, with its file; False if this browser has one to continue."""
    whose = (sender_id, device, format_, now)
    _, added = await db.batch(
        [
            (ADD_RESOURCE, (record_id, session_id, name, key, upload_id, *whose)),
            (ADD, (record_id, *whose)),
        ]
    )
    return bool(added)


async def list_of_session(db: Database, session_id: str) -> StartRows:
    return StartRows(await db.all(LIST_OF_SESSION, session_id), [])


async def add_piece(
    db: Database, row: Row, *, start: int, size: int, key: str, now: int
) -> tuple[bool, Row | None]:
    """Note a stored piece: whether that was done, and the recording's row afterwards."""
    record_id = row["record_id"]
    _, advanced, found = await db.batch(
        [
            (ADD_PIECE, (record_id, start, size, key)),
            (ADVANCE, (record_id, start, size, now)),
            (FIND, (row["session_id"], record_id)),
        ]
    )
    return bool(advanced), (found[0] if found else None)


async def close(db: Database, record_id: str, *, now: int) -> bool:
    """Take no more pieces; False if that was done before."""
    return bool(await db.all(CLOSE, record_id, now))


async def list_pieces(
    db: Database, record_id: str, *, start: int = 0, stop: int = _BEYOND
) -> list[Row]:
    """The pieces that begin between these bytes, in order."""
    return await db.all(LIST_PIECES, record_id, start, stop)


async def add_part(db: Database, row: Row, part: Part, size: int, *, state: str) -> None:
    """Note a part, unless the recording is in another state by now."""
    await db.all(ADD_PART, row["record_id"], row["upload_id"], *part, size, state)


async def finish_file(
    db: Database, resource_id: str, stored: Stored, *, duration: int, now: int
) -> None:
    """Show the file to both people."""
    await db.batch(
        [
            (FINISH_FILE, (resource_id, stored.size, stored.etag, duration, now)),
            (DELETE_PARTS, (resource_id,)),
        ]
    )


async def finish(db: Database, record_id: str, *, now: int) -> None:
    """The pieces are removed: nothing is left to do."""
    await db.batch([(DELETE_PIECES, (record_id,)), (FINISH, (record_id, now))])


async def delete(db: Database, record_id: str, resource_id: str | None) -> None:
    """Delete a recording, whose pieces are removed, and its file without content."""
    await db.batch([(DELETE, (record_id,)), (DELETE_FILE, (resource_id,))])


async def list_silent(
    db: Database, *, silent_since: int, ended_before: int, limit: int
) -> list[Row]:
    """Recordings of closed sessions whose last piece came long ago."""
    return await db.all(LIST_SILENT, silent_since, ended_before, limit)
