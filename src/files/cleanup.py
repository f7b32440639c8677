"""The minute's sweep over files: abandoned uploads with their parts, and deleted files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from db import file_cleanup
from files import downloads
from logs import log

if TYPE_CHECKING:
    from context import Context
    from db.database import Row

# No request lives so long; and whoever comes back to a large upload does so within a day.
SINGLE_KEPT_S: Final = 60 * 60
PARTS_KEPT_S: Final = 24 * 60 * 60
AT_ONCE: Final = 50


async def sweep(ctx: Context) -> None:
    """Clean up what nobody will ask for any more."""
    rows = await file_cleanup.claim_leftovers(
        ctx.db,
        single_before=ctx.now - SINGLE_KEPT_S,
        parts_before=ctx.now - PARTS_KEPT_S,
        deleted_before=ctx.now - downloads.UNDO_S,
        limit=AT_ONCE,
        now=ctx.now,
    )
    if rows:
        await remove(ctx, rows)
        log("files_swept", count=len(rows))


async def remove(ctx: Context, rows: list[Row]) -> None:
    """First the files, then the rows: claimed ones that are left are found by the next sweep."""
    for row in rows:
        if row["upload_id"]:
            await ctx.files.abort(row["r2_key"], row["upload_id"])
    await ctx.files.delete([row["r2_key"] for row in rows])
    await file_cleanup.drop(ctx.db, [row["id"] for row in rows])
