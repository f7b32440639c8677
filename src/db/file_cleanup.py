"""What lies about: uploads that were given up, files that were deleted, and what is past its time.

It is claimed first (`failed`), so that nobody finishes or restores it; then the file goes, then the
row. Whatever breaks in between leaves a claimed row, which the next sweep finds.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row, Statement

# ?1 is for uploads in one request, which take minutes; ?2 for those in parts, which may rest.
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
    """What nobody will ask for any more, and from now on cannot; in one round trip."""
    *_, claimed = await db.batch(
        [
            (CLAIM_ABANDONED, (single_before, parts_before, now, limit)),
            (CLAIM_DELETED, (deleted_before, now, limit)),
            (LIST_CLAIMED, (2 * limit,)),
        ]
    )
    return claimed


async def drop(db: Database, resource_ids: Sequence[str]) -> None:
    """Forget claimed resources whose files are gone."""
    listed: tuple[Any, ...] = (json.dumps(list(resource_ids)),)
    statements: list[Statement] = [(UNLINK_RECORDINGS, listed), (DROP_RESOURCES, listed)]
    await db.batch(statements)
