"""What lies about: uploads that were given up, files that were deleted, and what is past its time.

Rows go only after their files have gone from the bucket, so that a broken run is done again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row, Statement

# ?1 is for uploads in one request, which take minutes; ?2 for those in parts, which may rest.
LIST_ABANDONED: Final = """
SELECT id, r2_key, upload_id FROM session_resources
 WHERE status = 'uploading' AND updated_at <= ?1 AND type <> 'recording'
   AND (upload_id IS NULL OR updated_at <= ?2)
 LIMIT ?3
"""

LIST_DELETED: Final = """
SELECT id, r2_key, upload_id FROM session_resources
 WHERE status = 'deleted' AND updated_at <= ?1 LIMIT ?2
"""

UNLINK_RECORDINGS: Final = """
UPDATE recordings SET resource_id = NULL
 WHERE resource_id IN (SELECT value FROM json_each(?1))
"""

DROP_RESOURCES: Final = """
DELETE FROM session_resources WHERE id IN (SELECT value FROM json_each(?1))
"""


async def list_leftovers(
    db: Database, *, single_before: int, parts_before: int, deleted_before: int, limit: int
) -> list[Row]:
    """What nobody will ask for any more, in one round trip."""
    abandoned, deleted = await db.batch(
        [
            (LIST_ABANDONED, (single_before, parts_before, limit)),
            (LIST_DELETED, (deleted_before, limit)),
        ]
    )
    return [*abandoned, *deleted]


async def drop(db: Database, resource_ids: Sequence[str]) -> None:
    """Forget resources whose files are gone."""
    listed: tuple[Any, ...] = (json.dumps(list(resource_ids)),)
    statements: list[Statement] = [(UNLINK_RECORDINGS, listed), (DROP_RESOURCES, listed)]
    await db.batch(statements)
