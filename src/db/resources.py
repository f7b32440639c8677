"""Files of a session: ready ones, unfinished uploads, and recently deleted ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from db.database import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row
    from files.storage import Part, Stored

_COLUMNS: Final = """
SELECT id, session_id, name, type, r2_key, size_bytes, duration_seconds, status, etag, upload_id,
       upload_key, part_bytes, created_at, updated_at
  FROM session_resources
"""

FIND: Final = _COLUMNS + " WHERE id = ?2 AND session_id = ?1"

LIST_UNFINISHED: Final = f"""{_COLUMNS}
 WHERE session_id = ?1 AND status = 'uploading' AND upload_key IS NOT NULL ORDER BY created_at
"""

LIST_PARTS: Final = """
SELECT number, etag, size_bytes FROM upload_parts WHERE resource_id = ?1 ORDER BY number
"""

LIST_PARTS_OF_SESSION: Final = """
SELECT p.resource_id, p.number, p.size_bytes
  FROM session_resources r JOIN upload_parts p ON p.resource_id = r.id
 WHERE r.session_id = ?1 AND r.status = 'uploading' ORDER BY p.number
"""

FIND_BY_KEY: Final = f"""{_COLUMNS}
 WHERE session_id = ?1 AND upload_key = ?2 AND status = 'uploading'
"""

# Within the session's limits of ?11 bytes and ?12 files, also for uploads at the same time.
ADD: Final = """
INSERT INTO session_resources (id, session_id, uploaded_by, name, type, r2_key, size_bytes,
                               upload_key, part_bytes, created_at, updated_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10
 WHERE (SELECT coalesce(sum(size_bytes), 0) + ?7 <= ?11 AND count(*) < ?12
          FROM session_resources
         WHERE session_id = ?2 AND status IN ('uploading', 'ready') AND type <> 'recording')
ON CONFLICT DO NOTHING
RETURNING id
"""

# A ready file with the same name and the same bytes, by the bucket's ETag.
FIND_DUPLICATE: Final = f"""{_COLUMNS}
 WHERE session_id = ?1 AND id <> ?2 AND name = ?3 AND size_bytes = ?4 AND etag = ?5
   AND status = 'ready' LIMIT 1
"""

# If two requests start the same upload at once, the second one changes nothing.
SET_UPLOAD_ID: Final = """
UPDATE session_resources SET upload_id = ?2
 WHERE id = ?1 AND upload_id IS NULL AND status = 'uploading'
RETURNING id
"""

# ?5 is the multipart upload that has the part: after a restart the row has another one.
PUT_PART: Final = """
INSERT INTO upload_parts (resource_id, number, etag, size_bytes)
SELECT ?1, ?2, ?3, ?4 FROM session_resources
 WHERE id = ?1 AND upload_id = ?5 AND status = 'uploading'
ON CONFLICT (resource_id, number) DO UPDATE SET etag = excluded.etag
RETURNING number
"""

TOUCH: Final = """
UPDATE session_resources SET updated_at = ?2 WHERE id = ?1 AND status = 'uploading'
"""

# A restart deletes the parts, then the id of the multipart upload, in one transaction.
DELETE_PARTS_OF_UPLOAD: Final = """
DELETE FROM upload_parts
 WHERE resource_id = (SELECT id FROM session_resources
                       WHERE id = ?1 AND upload_id = ?2 AND status = 'uploading')
"""
CLEAR_UPLOAD_ID: Final = """
UPDATE session_resources SET upload_id = NULL
 WHERE id = ?1 AND upload_id = ?2 AND status = 'uploading'
"""

FINISH: Final = """
UPDATE session_resources
   SET status = 'ready', size_bytes = ?2, etag = ?3, duration_seconds = ?4, upload_id = NULL,
       upload_key = NULL, updated_at = ?5
 WHERE id = ?1 AND status = 'uploading'
RETURNING id
"""

DELETE_PARTS: Final = "DELETE FROM upload_parts WHERE resource_id = ?1"

# `failed` marks a row that is being removed: nobody can finish or restore it any more.
ABANDON: Final = """
UPDATE session_resources SET status = 'failed', updated_at = ?2
 WHERE id = ?1 AND status = 'uploading'
"""
FIND_STATUS: Final = "SELECT status, deleted_at FROM session_resources WHERE id = ?1"

DROP: Final = "DELETE FROM session_resources WHERE id = ?1 AND status = 'failed'"

DELETE: Final = """
UPDATE session_resources SET status = 'deleted', deleted_at = ?3, updated_at = ?3
 WHERE id = ?2 AND session_id = ?1 AND status = 'ready'
"""

# Within the limits of ADD, because other files may have been uploaded since the deletion.
RESTORE: Final = """
UPDATE session_resources SET status = 'ready', deleted_at = NULL, updated_at = ?3
 WHERE id = ?2 AND session_id = ?1 AND status = 'deleted' AND deleted_at > ?4
   AND (type = 'recording'
        OR (SELECT coalesce(sum(o.size_bytes), 0) + session_resources.size_bytes <= ?5
                   AND count(*) < ?6
              FROM session_resources o
             WHERE o.session_id = ?1 AND o.status IN ('uploading', 'ready')
               AND o.type <> 'recording'))
RETURNING id
"""


async def add(
    db: Database,
    *,
    resource_id: str,
    session_id: str,
    uploaded_by: str,
    name: str,
    media_type: str,
    size: int,
    upload_key: str | None,
    part_bytes: int | None,
    quota: int,
    max_files: int,
    now: int,
) -> bool:
    """Add a file that will be uploaded; False if the session's limits do not allow it."""
    about = (
        resource_id,
        session_id,
        uploaded_by,
        name,
        media_type,
        key_of(session_id, resource_id),
    )
    rows = await db.all(ADD, *about, size, upload_key, part_bytes, now, quota, max_files)
    return bool(rows)


def key_of(session_id: str, resource_id: str) -> str:
    """The file's key in R2, which has only ids of ours."""
    return f"sessions/{session_id}/resources/{resource_id}"


class UploadRows(NamedTuple):
    """A file's row in any status (None if it does not exist), and the parts that have arrived."""

    upload: Row | None
    parts: list[Row]


class UnfinishedRows(NamedTuple):
    """Unfinished uploads of a session, and the parts of all its uploads."""

    uploads: list[Row]
    parts: list[Row]

    def with_key(self, upload_key: str) -> Row | None:
        return next((row for row in self.uploads if row["upload_key"] == upload_key), None)

    def part_sizes(self, resource_id: str) -> dict[int, int]:
        """The size of each part of this upload, by its number."""
        parts = [part for part in self.parts if part["resource_id"] == resource_id]
        return {part["number"]: part["size_bytes"] for part in parts}


def find(session_id: str, resource_id: str) -> Query[Row | None]:
    """A file's row, in any status."""
    return Query([(FIND, (session_id, resource_id))], _parse_row)


def find_with_parts(session_id: str, resource_id: str) -> Query[UploadRows]:
    statements = [(FIND, (session_id, resource_id)), (LIST_PARTS, (resource_id,))]
    return Query(statements, _parse_upload)


def list_unfinished(session_id: str) -> Query[UnfinishedRows]:
    statements = [(LIST_UNFINISHED, (session_id,)), (LIST_PARTS_OF_SESSION, (session_id,))]
    return Query(statements, _parse_unfinished)


def _parse_row(rows: Sequence[list[Row]]) -> Row | None:
    [found] = rows
    return found[0] if found else None


def _parse_upload(rows: Sequence[list[Row]]) -> UploadRows:
    found, parts = rows
    return UploadRows(found[0] if found else None, parts)


def _parse_unfinished(rows: Sequence[list[Row]]) -> UnfinishedRows:
    uploads, parts = rows
    return UnfinishedRows(uploads, parts)


async def find_duplicate(db: Database, row: Row, stored: Stored) -> Row | None:
    """Another file of the session with this file's name and content."""
    about = (row["session_id"], row["id"], row["name"], stored.size, stored.etag)
    rows = await db.all(FIND_DUPLICATE, *about)
    return rows[0] if rows else None


async def find_by_key(db: Database, session_id: str, upload_key: str) -> UnfinishedRows:
    """The unfinished upload of this key, if there is one."""
    found, parts = await db.batch(
        [
            (FIND_BY_KEY, (session_id, upload_key)),
            (LIST_PARTS_OF_SESSION, (session_id,)),
        ]
    )
    return UnfinishedRows(found, parts)


async def set_upload_id(db: Database, resource_id: str, upload_id: str) -> bool:
    """Record the multipart upload; False if the row has one already, or is no upload any more."""
    return bool(await db.all(SET_UPLOAD_ID, resource_id, upload_id))


async def put_part(db: Database, row: Row, part: Part, size: int, *, now: int) -> bool:
    """Record a part that has arrived; False if the upload was restarted or removed."""
    recorded, _ = await db.batch(
        [
            (PUT_PART, (row["id"], part.number, part.etag, size, row["upload_id"])),
            (TOUCH, (row["id"], now)),
        ]
    )
    return bool(recorded)


async def restart(db: Database, resource_id: str, upload_id: str) -> None:
    """Delete the parts of an upload, but keep its row."""
    about = (resource_id, upload_id)
    await db.batch([(DELETE_PARTS_OF_UPLOAD, about), (CLEAR_UPLOAD_ID, about)])


async def finish(
    db: Database, resource_id: str, stored: Stored, *, duration: int | None = None, now: int
) -> bool:
    """Mark a file ready, so that both people can see it; False if it is no upload any more."""
    finished, _ = await db.batch(
        [
            (FINISH, (resource_id, stored.size, stored.etag, duration, now)),
            (DELETE_PARTS, (resource_id,)),
        ]
    )
    return bool(finished)


async def abandon(db: Database, resource_id: str, *, now: int) -> bool:
    """Prevent an upload from being finished; False if it is finished already."""
    _, found = await db.batch([(ABANDON, (resource_id, now)), (FIND_STATUS, (resource_id,))])
    return not found or found[0]["status"] == "failed"


async def drop(db: Database, resource_id: str) -> None:
    """Delete the row of an abandoned upload whose object and parts are deleted."""
    await db.all(DROP, resource_id)


async def delete(db: Database, session_id: str, resource_id: str, *, now: int) -> None:
    await db.all(DELETE, session_id, resource_id, now)


async def restore(
    db: Database,
    session_id: str,
    resource_id: str,
    *,
    deleted_after: int,
    quota: int,
    max_files: int,
    now: int,
) -> Row | None:
    """Undo a deletion, if it is not too late and the limits allow it. Returns the new state."""
    limits = (deleted_after, quota, max_files)
    _, found = await db.batch(
        [
            (RESTORE, (session_id, resource_id, now, *limits)),
            (FIND_STATUS, (resource_id,)),
        ]
    )
    return found[0] if found else None
