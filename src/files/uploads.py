"""Uploads of the teacher: small files in one request, larger files in parts that can be resumed.

The row is written first. It is `uploading` until the file is complete and its first bytes match its
name. So after an interrupted request the sweep finds the row, and removes what has arrived.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from db import resources as resources_db
from domain import rules
from domain.model import Status
from errors import (
    BadRequestError,
    BodyTooLargeError,
    ConflictError,
    InvalidError,
    InvalidFormError,
    NotFoundError,
    UnsupportedTypeError,
)
from files import downloads, file_names, file_types, mp4
from files.storage import MB, Part, StreamBrokenError, size_in_words
from i18n import N_, _, ngettext
from logs import log

if TYPE_CHECKING:
    from auth.access import Access, LoadedAccess
    from context import Context
    from db.database import Row
    from db.resources import UnfinishedRows, UploadRows
    from files.storage import Stored, Stream

PART_BYTES: Final = 8 * 1024 * 1024
# Cloudflare's limit for one request.
MAX_SINGLE_BYTES: Final = 100 * MB
_UNKNOWN: Final = N_("This upload is not known any more. Please start again.")
_PART_NOT_WHOLE: Final = N_("The part did not arrive whole. Please send it again.")
_NOT_WHOLE: Final = N_("The file did not arrive whole. Please try again.")
_TEACHERS_ONLY: Final = N_("Only the Student-Teacher can upload files.")


class NewUpload(BaseModel):
    """A file to upload in parts. A second request with the same `key` finds the same upload."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    size_bytes: Annotated[int, Field(gt=0, strict=True)]
    key: Annotated[str, StringConstraints(pattern=r"^[\w-]{8,128}$")]


class Unfinished(NamedTuple):
    """An unfinished upload; `parts` has the size of each part that has arrived, by its number."""

    id: str
    name: str
    size_bytes: int
    key: str
    part_bytes: int
    parts: dict[int, int]

    @property
    def part_count(self) -> int:
        return -(-self.size_bytes // self.part_bytes)

    def length_of(self, number: int) -> int:
        """The required length of a part: `part_bytes`, except for the last one."""
        if number < self.part_count:
            return self.part_bytes
        return self.size_bytes - (self.part_count - 1) * self.part_bytes

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "size_bytes": self.size_bytes,
            "key": self.key,
            "part_bytes": self.part_bytes,
            "received_bytes": sum(self.parts.values()),
            "parts": sorted(self.parts),
            "status": "uploading",
        }


async def receive(ctx: Context, access: Access, *, name: str, size: int, body: Stream) -> Row:
    """Store a file that arrives in one request. Returns its row.

    Raises: ForbiddenError, InvalidError, BodyTooLargeError, UnsupportedTypeError,
    BadRequestError if it does not arrive complete.
    """
    if size > MAX_SINGLE_BYTES:
        limit = size_in_words(MAX_SINGLE_BYTES)
        # Translators: {size} is such as "100 MB".
        raise BodyTooLargeError(
            N_("A file of more than {size} has to be uploaded in parts."), size=limit
        )
    access.refuse_students(_TEACHERS_ONLY)
    row = _new_row(ctx, access, name, size)
    if not await _add(ctx, access, row):
        raise BodyTooLargeError(downloads.limits_in_words(ctx.settings))
    try:
        stored = await ctx.files.put(row["r2_key"], body)
    except StreamBrokenError as error:
        await _discard(ctx, row)
        raise BadRequestError(_NOT_WHOLE) from error
    if duplicate := await resources_db.find_duplicate(ctx.db, row, stored):
        # The browser has sent the file again, because the response to the first request was lost.
        await _discard(ctx, row)
        return duplicate
    return await _finish(ctx, access, row, stored)


async def start(
    ctx: Context, access: LoadedAccess[UnfinishedRows], new: NewUpload
) -> tuple[Unfinished, bool]:
    """Start an upload in parts, or find the one with this key. Returns it, and whether it is new.

    Raises: as `receive` does, and ConflictError if the key belongs to another file.
    """
    access.refuse_students(_TEACHERS_ONLY)
    unfinished_rows = access.loaded
    known = unfinished_rows.with_key(new.key)
    _refuse_expired(ctx, access)
    if known is None:
        row = _new_row(ctx, access, new.name, new.size_bytes)
        if await _add(ctx, access, row, upload_key=new.key, part_bytes=PART_BYTES):
            await _start_multipart(ctx, row)
            found = Unfinished(row["id"], row["name"], new.size_bytes, new.key, PART_BYTES, {})
            return found, True
        # Either the limits do not allow it, or another tab has just started the same upload.
        unfinished_rows = await resources_db.find_by_key(ctx.db, access.session.id, new.key)
        known = unfinished_rows.with_key(new.key)
    if known is None:
        raise BodyTooLargeError(downloads.limits_in_words(ctx.settings))
    if known["size_bytes"] != new.size_bytes:
        raise ConflictError(N_("Another file is being uploaded under this key."))
    if not known["upload_id"]:
        await _start_multipart(ctx, known)
    return _unfinished(known, unfinished_rows.part_sizes(known["id"])), False


async def _start_multipart(ctx: Context, row: Row) -> None:
    """Start a multipart upload in the bucket. If this request dies, the next one does it."""
    upload_id = await ctx.files.begin(row["r2_key"])
    if not await resources_db.set_upload_id(ctx.db, row["id"], upload_id):
        await ctx.files.abort(row["r2_key"], upload_id)


async def put_part(
    ctx: Context, access: LoadedAccess[UploadRows], number: int, size: int, body: Stream
) -> Unfinished:
    """Store one part of the loaded upload. A second request for it replaces the part."""
    row, upload = _upload_of(access)
    if not 1 <= number <= upload.part_count:
        raise InvalidError({"number": f"This file has {upload.part_count} parts"})
    if size != upload.length_of(number):
        wanted = upload.length_of(number)
        raise InvalidError({"body": f"Part {number} has {wanted} bytes, not {size}"})
    try:
        part = await ctx.files.put_part(row["r2_key"], row["upload_id"], number, body)
    except StreamBrokenError as error:
        raise BadRequestError(_PART_NOT_WHOLE) from error
    if not await resources_db.put_part(ctx.db, row, part, size, now=ctx.now):
        raise NotFoundError(_UNKNOWN)
    upload.parts[number] = size
    return upload


async def complete(ctx: Context, access: LoadedAccess[UploadRows]) -> Row:
    """Make one file of the parts. A repeated request has the same result."""
    file, parts = access.loaded
    if file is not None and file["status"] == "ready":
        access.refuse_students(_TEACHERS_ONLY)
        return file
    _refuse_expired(ctx, access)
    row, upload = _upload_of(access)
    missing = [n for n in range(1, upload.part_count + 1) if n not in upload.parts]
    if missing:
        raise ConflictError(
            ngettext(
                "{count} of {total} parts is still missing.",
                "{count} of {total} parts are still missing.",
                len(missing),
                total=upload.part_count,
            )
        )
    stored = await _complete_multipart(ctx, row, [Part(p["number"], p["etag"]) for p in parts])
    return await _finish(ctx, access, row, stored)


async def _complete_multipart(ctx: Context, row: Row, parts: list[Part]) -> Stored:
    """Make one object of all parts. Raises: BadRequestError if they must be sent again."""
    for _attempt in range(2):
        try:
            return await ctx.files.finish(row["r2_key"], row["upload_id"], parts)
        except StreamBrokenError:
            # An earlier request may have completed it without getting the bucket's response.
            found = await ctx.files.head(row["r2_key"])
            if found is not None:
                return found
    # The bucket rejects the parts: if two requests sent the same part at once, the bucket may have
    # kept the one and the row the ETag of the other. Only new parts help.
    await resources_db.restart(ctx.db, row["id"], row["upload_id"])
    await ctx.files.abort(row["r2_key"], row["upload_id"])
    log("upload_restarted", session_id=row["session_id"], resource_id=row["id"])
    raise BadRequestError(N_("The file could not be put together. Please send it again."))


async def cancel(ctx: Context, access: LoadedAccess[UploadRows]) -> None:
    """Remove an unfinished upload. Raises: ConflictError if it has been completed."""
    row = _upload_of(access)[0]
    if not await _discard(ctx, row):
        raise ConflictError(N_("This upload has just been completed."))


def unfinished(access: LoadedAccess[UnfinishedRows]) -> list[Unfinished]:
    """The loaded uploads. Raises: ForbiddenError for students."""
    access.refuse_students(_TEACHERS_ONLY)
    found = access.loaded
    return [_unfinished(row, found.part_sizes(row["id"])) for row in found.uploads]


def _upload_of(access: LoadedAccess[UploadRows]) -> tuple[Row, Unfinished]:
    """The loaded upload. Raises: ForbiddenError, NotFoundError."""
    access.refuse_students(_TEACHERS_ONLY)
    row, parts = access.loaded
    if row is None or row["status"] != "uploading" or not row["upload_id"]:
        raise NotFoundError(_UNKNOWN)
    return row, _unfinished(row, {part["number"]: part["size_bytes"] for part in parts})


def _unfinished(row: Row, parts: dict[int, int]) -> Unfinished:
    return Unfinished(
        row["id"], row["name"], row["size_bytes"], row["upload_key"], row["part_bytes"], parts
    )


def _new_row(ctx: Context, access: Access, raw_name: str, size: int) -> Row:
    """Check the name and size of a new file. Returns its row, which is not stored yet."""
    if access.session.status is Status.CANCELLED:
        raise ConflictError(N_("This session was cancelled."))
    _refuse_expired(ctx, access)
    name = file_names.sanitize(raw_name)
    if not name:
        raise InvalidFormError({"name": _("A file needs a name")})
    kind = file_types.of_name(name)
    if kind is None:
        raise UnsupportedTypeError
    if size <= 0:
        raise InvalidFormError({"body": _("The file is empty")})
    max_bytes = ctx.settings.upload_max_mb * MB
    if size > max_bytes:
        # Translators: {size} is such as "340 MB".
        raise BodyTooLargeError(
            N_("A file may have at most {size}."), size=size_in_words(max_bytes)
        )
    row: Row = {"id": uuid.uuid4().hex, "name": name, "type": kind.media_type, "upload_id": None}
    row |= {"session_id": access.session.id, "size_bytes": size}
    row["r2_key"] = resources_db.key_of(access.session.id, row["id"])
    return row


def _refuse_expired(ctx: Context, access: Access) -> None:
    """Raises: ConflictError if the purge has deleted the session's files, or is about to."""
    days = ctx.settings.resources_kept_days
    if rules.is_deleted(access.session, days, access.now):
        raise ConflictError(
            ngettext(
                "Files are deleted {count} day after the session.",
                "Files are deleted {count} days after the session.",
                days,
            )
        )


async def _add(
    ctx: Context,
    access: Access,
    row: Row,
    *,
    upload_key: str | None = None,
    part_bytes: int | None = None,
) -> bool:
    """Store the row; False if the limits do not allow it, or its key is in use."""
    return await resources_db.add(
        ctx.db,
        resource_id=row["id"],
        session_id=row["session_id"],
        uploaded_by=access.viewer.id,
        name=row["name"],
        media_type=row["type"],
        size=row["size_bytes"],
        upload_key=upload_key,
        part_bytes=part_bytes,
        quota=downloads.quota_bytes(ctx.settings),
        max_files=downloads.MAX_FILES,
        now=ctx.now,
    )


async def _finish(ctx: Context, access: Access, row: Row, stored: Stored) -> Row:
    """Make the file visible to both people, if its length and its first bytes are right."""
    if stored.size != row["size_bytes"]:
        await _discard(ctx, row)
        raise BadRequestError(_NOT_WHOLE)
    head = await ctx.files.read(row["r2_key"], 0, file_types.SNIFFED_BYTES)
    kind = file_types.of_name(row["name"])
    if kind is None or not kind.fits(head):
        await _discard(ctx, row)
        ending = file_names.extension(row["name"])
        # Translators: {ending} is such as "pdf".
        raise UnsupportedTypeError(
            N_("This file is not what its name says: no .{ending} file."), ending=ending
        )
    duration = await _duration(ctx, row, stored)
    if await resources_db.finish(ctx.db, row["id"], stored, duration=duration, now=ctx.now):
        about = {"session_id": row["session_id"], "resource_id": row["id"]}
        log("resource_uploaded", **about, size=stored.size)
        downloads.notify_room(ctx, access, row)
    elif await _discard(ctx, row):
        # The upload was cancelled, or removed by the sweep, while it arrived.
        raise NotFoundError(_UNKNOWN)
    return row | {"status": "ready", "duration_seconds": duration}


async def _duration(ctx: Context, row: Row, stored: Stored) -> int | None:
    """In seconds; None if the type or the header does not have it."""
    if row["type"] not in ("video/mp4", "audio/mp4", "video/quicktime"):
        return None

    async def read(start: int, length: int) -> bytes:
        return await ctx.files.read(row["r2_key"], start, length)

    found = await mp4.inspect(read, stored.size)
    return found.duration_seconds


async def _discard(ctx: Context, row: Row) -> bool:
    """Remove an unfinished upload; False if it was completed in the meantime."""
    if not await resources_db.abandon(ctx.db, row["id"], now=ctx.now):
        return False
    if row["upload_id"]:
        await ctx.files.abort(row["r2_key"], row["upload_id"])
    await ctx.files.delete([row["r2_key"]])
    await resources_db.drop(ctx.db, row["id"])
    return True
