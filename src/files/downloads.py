"""Ready files: both people download them; the teacher deletes and restores them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from db import resources as resources_db
from domain import rules
from errors import ConflictError, NotFoundError
from files import file_names, file_types
from files.storage import MB, size_in_words
from i18n import N_, ngettext
from logs import log
from sessions import outcome
from web import ranges
from web.messages import Response
from web.security_headers import FILE_DOWNLOAD, FILE_IN_TAB

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auth.access import Access, LoadedAccess
    from context import Context
    from db.database import Row
    from settings import Settings

# A deleted file can be restored for this time; then it is removed.
UNDO_S: Final = 15 * 60
MAX_FILES: Final = 100
_GONE: Final = N_("This file is not here any more.")
_RECORDING_TYPES: Final = {"mp4": "video/mp4", "webm": "video/webm"}


async def download(
    ctx: Context,
    access: LoadedAccess[Row | None],
    headers: Mapping[str, str],
    *,
    inline: bool,
    head_only: bool,
) -> Response:
    """The loaded file, or the range of it that `headers` request.

    Raises: NotFoundError, PreconditionFailedError, RangeNotSatisfiableError.
    """
    row = _ready(access)
    etag, size = row["etag"], row["size_bytes"]
    response_headers, policy = _headers(row, inline=inline)
    response_headers.append(("ETag", etag))
    if ranges.is_unchanged(headers, etag):
        return Response(None, 304, response_headers, policy=policy)
    # RFC 9110, section 14.2: a range is for GET alone.
    part = None if head_only else ranges.requested(headers, size=size, etag=etag)
    start, length = (part.start, part.length) if part else (0, size)
    if part:
        response_headers.append(("Content-Range", part.content_range))
    body = None if head_only else await ctx.files.open(row["r2_key"], start, length)
    if body is None and not head_only:
        log("resource_missing_in_bucket", session_id=row["session_id"], resource_id=row["id"])
        raise NotFoundError(_GONE)
    response_headers.append(("Content-Length", str(length)))
    return Response(body, 206 if part else 200, response_headers, policy=policy)


def _headers(row: Row, *, inline: bool) -> tuple[list[tuple[str, str]], str]:
    """The headers of every response with this file, and its Content-Security-Policy."""
    is_recording = row["type"] == outcome.RECORDING
    media_type = (
        _RECORDING_TYPES[file_names.extension(row["name"])] if is_recording else row["type"]
    )
    is_shown = inline and media_type in file_types.INLINE
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    headers = [
        ("Content-Type", media_type + charset),
        ("Content-Disposition", file_names.content_disposition(row["name"], inline=is_shown)),
        ("Accept-Ranges", "bytes"),
        # The browser caches the file but asks each time, so that access is checked.
        ("Cache-Control", "private, no-cache"),
    ]
    return headers, FILE_IN_TAB if is_shown else FILE_DOWNLOAD


def _ready(access: LoadedAccess[Row | None]) -> Row:
    row = access.loaded
    if row is None or row["status"] != "ready":
        raise NotFoundError(_GONE)
    return row


async def delete(ctx: Context, access: LoadedAccess[Row | None]) -> int:
    """Delete the loaded file for both people; returns until when it can be restored."""
    access.refuse_students(N_("Only the Student-Teacher can delete files."))
    if access.loaded and access.loaded["status"] == "deleted":
        return int(access.loaded["updated_at"]) + UNDO_S
    row = _ready(access)
    await resources_db.delete(ctx.db, access.session.id, row["id"], now=ctx.now)
    log("resource_deleted", session_id=access.session.id, resource_id=row["id"])
    notify_room(ctx, access)
    return ctx.now + UNDO_S


async def restore(ctx: Context, access: LoadedAccess[Row | None]) -> Row:
    """Undo a deletion.

    Raises: ForbiddenError, NotFoundError, ConflictError if it is too late or above the limits.
    """
    access.refuse_students(N_("Only the Student-Teacher can bring files back."))
    row = access.loaded
    if row is None or row["status"] not in ("deleted", "ready"):
        raise NotFoundError(_GONE)
    if row["status"] == "deleted":
        await _undo(ctx, access.session.id, row["id"])
        notify_room(ctx, access)
    return row | {"status": "ready"}


async def _undo(ctx: Context, session_id: str, resource_id: str) -> None:
    deleted_after = ctx.now - UNDO_S
    found = await resources_db.restore(
        ctx.db,
        session_id,
        resource_id,
        deleted_after=deleted_after,
        quota=quota_bytes(ctx.settings),
        max_files=MAX_FILES,
        now=ctx.now,
    )
    if found is not None and found["status"] == "ready":
        return
    if found is not None and found["status"] == "deleted" and found["deleted_at"] > deleted_after:
        # Translators: "it" is a deleted file. {limits} is a sentence of its own.
        raise ConflictError(
            N_("There is no room for it any more. {limits}"), limits=limits_in_words(ctx.settings)
        )
    raise ConflictError(N_("It is too late to bring this file back."))


def notify_room(ctx: Context, access: Access, added: Row | None = None) -> None:
    """Notify the room that the list of files has changed; `added` is a new file's row."""
    if rules.can_join(access.session, access.now):
        name, row_id = (added["name"], added["id"]) if added else (None, None)
        change = {"role": access.role, "added": name, "id": row_id}
        ctx.defer(ctx.rooms.files_changed(access.session.id, change))


def quota_bytes(settings: Settings) -> int:
    """The limit of a session's uploaded files together."""
    return settings.upload_quota_mb * MB


def limits_in_words(settings: Settings) -> str:
    """The sentence for an upload that exceeds the limits."""
    quota = size_in_words(quota_bytes(settings))
    # Translators: {size} is such as "2 GB".
    return ngettext(
        "A session may have {count} file of at most {size}.",
        "A session may have {count} files of at most {size} together.",
        MAX_FILES,
        size=quota,
    )
