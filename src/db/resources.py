"""Files of a session: ready ones, unfinished uploads, and what was deleted a moment ago."""

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

# Only while the session's files stay within ?11 bytes and ?12 files, whoever uploads at once.
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

# The same file of the same name, whose bytes the bucket found to be the same.
FIND_TWIN: Final = f"""{_COLUMNS}
 WHERE session_id = ?1 AND id <> ?2 AND name = ?3 AND size_bytes = ?4 AND etag = ?5
   AND status = 'ready' LIMIT 1
"""

# Of two who begin at once, one finds that it has been begun.
SET_UPLOAD_ID: Final = """
UPDATE session_resources SET upload_id = ?2
 WHERE id = ?1 AND upload_id IS NULL AND status = 'uploading'
RETURNING id
"""

# ?5 is the upload that it was sent to: what has been begun anew meanwhile lacks it.
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

# In one transaction: the parts, then the upload that had them.
FORGET_PARTS_OF: Final = """
DELETE FROM upload_parts
 WHERE resource_id = (SELECT id FROM session_resources
                       WHERE id = ?1 AND upload_id = ?2 AND status = 'uploading')
"""
FORGET_UPLOAD_ID: Final = """
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

FORGET_PARTS: Final = "DELETE FROM upload_parts WHERE resource_id = ?1"

# `failed` is what is being removed: from then on nobody finishes or restores it.
GIVE_UP: Final = """
UPDATE session_resources SET status = 'failed', updated_at = ?2
 WHERE id = ?1 AND status = 'uploading'
"""
FIND_STATUS: Final = "SELECT status, deleted_at FROM session_resources WHERE id = ?1"

DROP: Final = "DELETE FROM session_resources WHERE id = ?1 AND status = 'failed'"

DELETE: Final = """
UPDATE session_resources SET status = 'deleted', deleted_at = ?3, updated_at = ?3
 WHERE id = ?2 AND session_id = ?1 AND status = 'ready'
"""

# Within the same limits as ADD, since others may have been uploaded in its place.
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
    """Announce a file; False when it is one too many for the session."""
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
    """Where the file lies: made of our ids alone."""
    return f"sessions/{session_id}/resources/{resource_id}"


class UploadRows(NamedTuple):
    """A file's row, whatever its status, and the parts that have arrived; None for no such file."""

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
    """A file's row, whatever its status."""
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


async def find_twin(db: Database, row: Row, stored: Stored) -> Row | None:
    """Another file of the session with this one's name and content."""
    about = (row["session_id"], row["id"], row["name"], stored.size, stored.etag)
    rows = await db.all(FIND_TWIN, *about)
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
    """Note where its parts go; False when that was known, or nobody expects them any more."""
    return bool(await db.all(SET_UPLOAD_ID, resource_id, upload_id))


async def put_part(db: Database, row: Row, part: Part, size: int, *, now: int) -> bool:
    """Note that a part has arrived; False when nobody waits for it there any more."""
    noted, _ = await db.batch(
        [
            (PUT_PART, (row["id"], part.number, part.etag, size, row["upload_id"])),
            (TOUCH, (row["id"], now)),
        ]
    )
    return bool(noted)


async def begin_anew(db: Database, resource_id: str, upload_id: str) -> None:
    """Forget all that has arrived of an upload, but not the upload."""
    about = (resource_id, upload_id)
    await db.batch([(FORGET_PARTS_OF, about), (FORGET_UPLOAD_ID, about)])


async def finish(
    db: Database, resource_id: str, stored: Stored, *, duration: int | None = None, now: int
) -> bool:
    """It has arrived and is in order: from now on it is there for both."""
    done, _ = await db.batch(
        [
            (FINISH, (resource_id, stored.size, stored.etag, duration, now)),
            (FORGET_PARTS, (resource_id,)),
        ]
    )
    return bool(done)


async def give_up(db: Database, resource_id: str, *, now: int) -> bool:
    """Let nobody finish an upload; False when somebody has, so that it is a file now."""
    _, found = await db.batch([(GIVE_UP, (resource_id, now)), (FIND_STATUS, (resource_id,))])
    return not found or found[0]["status"] == "failed"


async def drop(db: Database, resource_id: str) -> None:
    """Forget an upload that was given up, once what had arrived is gone."""
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
    """Take a deletion back, if it is not too late and there is room; how it is afterwards."""
    limits = (deleted_after, quota, max_files)
    _, found = await db.batch(
        [
            (RESTORE, (session_id, resource_id, now, *limits)),
            (FIND_STATUS, (resource_id,)),
        ]
    )
    return found[0] if found else None
