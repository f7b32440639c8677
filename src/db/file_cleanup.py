"""Removal of abandoned uploads, of deleted files, and of expired files.

A row is claimed first (state `failed`), so that nobody can finish or restore it. Then the object
is deleted, then the row. After a failure in between, the next sweep finds the claimed row.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row, Statement

# ?1 is for uploads in one request, which take minutes; ?2 for those in parts, which may pause.
CLAIM_ABANDONED: Final = """
UPDATE session_resources SET status = 'failed', updated_at = ?3
 WHERE id IN (SELECT id FROM session_resources
               WHERE status = 'uploading' AND updated_at <= ?1 AND type <> 'recording'
                 AND (upload_id IS NULL OR updated_at <= ?2)
               LIMIT ?4)
"""

CLAIM_DELETED: Final = """
UPDATE session_resources SET status = 'failed', updated_at = ?2
 WHERE id IN (SELECT id FROM session_resources
               WHERE status = 'deleted' AND updated_at <= ?1 LIMIT ?3)
"""

LIST_CLAIMED: Final = """
SELECT id, r2_key, upload_id FROM session_resources WHERE status = 'failed' LIMIT ?1
"""

UNLINK_RECORDINGS: Final = """
UPDATE recordings SET resource_id = NULL
 WHERE resource_id IN (SELECT id FROM session_resources
                        WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'failed')
"""

DROP_RESOURCES: Final = """
DELETE FROM session_resources
 WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'failed'
"""


async def claim_leftovers(
    db: Database,
    *,
    single_before: int,
    parts_before: int,
    deleted_before: int,
    limit: int,
    now: int,
) -> list[Row]:
    """Claim abandoned uploads and deleted files, in one round trip. Returns all claimed rows."""
    *_, claimed = await db.batch(
        [
            (CLAIM_ABANDONED, (single_before, parts_before, now, limit)),
            (CLAIM_DELETED, (deleted_before, now, limit)),
            (LIST_CLAIMED, (2 * limit,)),
        ]
    )
    return claimed


async def drop(db: Database, resource_ids: Sequence[str]) -> None:
    """Delete the rows of claimed resources whose objects are deleted."""
    listed: tuple[Any, ...] = (json.dumps(list(resource_ids)),)
    statements: list[Statement] = [(UNLINK_RECORDINGS, listed), (DROP_RESOURCES, listed)]
    await db.batch(statements)
