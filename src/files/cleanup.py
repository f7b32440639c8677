"""Removes abandoned uploads with their parts, and deleted files, each minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from db import file_cleanup
from files import downloads
from logs import log

if TYPE_CHECKING:
    from context import Context
    from db.database import Row

# No request lives for an hour; an upload in parts can be resumed within a day.
SINGLE_KEPT_S: Final = 60 * 60
PARTS_KEPT_S: Final = 24 * 60 * 60
ROWS_PER_SWEEP: Final = 50


async def sweep(ctx: Context) -> None:
    """Claim and remove abandoned uploads and deleted files."""
    rows = await file_cleanup.claim_leftovers(
        ctx.db,
        single_before=ctx.now - SINGLE_KEPT_S,
        parts_before=ctx.now - PARTS_KEPT_S,
        deleted_before=ctx.now - downloads.UNDO_S,
        limit=ROWS_PER_SWEEP,
        now=ctx.now,
    )
    if rows:
        await remove(ctx, rows)
        log("files_swept", count=len(rows))


async def remove(ctx: Context, rows: list[Row]) -> None:
    """Delete the objects, then the rows: after a failure the next sweep finds the claimed rows."""
    for row in rows:
        if row["upload_id"]:
            await ctx.files.abort(row["r2_key"], row["upload_id"])
    await ctx.files.delete([row["r2_key"] for row in rows])
    await file_cleanup.drop(ctx.db, [row["id"] for row in rows])
