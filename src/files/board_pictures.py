"""Pictures for the board: stored in R2, noted in D1, and told to the room.

The object comes first: one without a row is removed by the purge. The room shows a picture in an
element only if it was told of it, so a picture of another session is refused.
"""

from __future__ import annotations

import os
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from db import boards
from errors import (
    BadRequestError,
    BodyTooLargeError,
    NotFoundError,
    ServiceUnavailableError,
    UnsupportedTypeError,
)
from files import pictures
from files.storage import MB, StreamBrokenError
from i18n import N_
from logs import log
from web import ranges
from web.messages import Response
from web.security_headers import FILE_DOWNLOAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from auth.access import Access, LoadedAccess
    from context import Context
    from db.database import Row
    from files.storage import Stream

MAX_BYTES: Final = 10 * MB
MAX_IMAGES: Final = 200
MAX_TOTAL_BYTES: Final = 100 * MB
_NOT_WHOLE: Final = N_("The picture did not arrive whole. Please try again.")
_FULL: Final = N_("A board may have 200 pictures of at most 100 MB together.")


async def add(ctx: Context, access: Access, size: int, body: Stream) -> dict[str, Any]:
    """Store a picture. Returns its id, width and height.

    Raises: BodyTooLargeError, UnsupportedTypeError, BadRequestError, ServiceUnavailableError.
    """
    if size > MAX_BYTES:
        raise BodyTooLargeError(N_("A picture may have at most 10 MB."))
    session_id, image_id = access.session.id, new_id()
    key = key_of(session_id, image_id)
    try:
        stored = await ctx.files.put(key, body)
    except StreamBrokenError as error:
        raise BadRequestError(_NOT_WHOLE) from error

    async def read(start: int, length: int) -> bytes:
        return await ctx.files.read(key, start, length)

    picture = await pictures.inspect(read, stored.size)
    if picture is None:
        await ctx.files.delete([key])
        raise UnsupportedTypeError(N_("The board takes PNG, JPEG and WebP pictures."))
    row = {"id": image_id, "r2_key": key, "type": picture.media_type, "size_bytes": stored.size}
    row |= {"width": picture.width, "height": picture.height}
    await note(ctx, session_id, row)
    await ctx.rooms.board_image(session_id, image_id)
    log("board_image_added", session_id=session_id, image_id=image_id, size=stored.size)
    return {"id": image_id, "width": picture.width, "height": picture.height}


async def note(ctx: Context, session_id: str, row: Row) -> None:
    """Write the row of a stored picture. Raises: BodyTooLargeError beyond the limits."""
    limits = {"max_images": MAX_IMAGES, "max_bytes": MAX_TOTAL_BYTES}
    if not await boards.add_image(ctx.db, session_id, row, now=ctx.now, **limits):
        await ctx.files.delete([row["r2_key"]])
        raise BodyTooLargeError(_FULL)


async def copy(ctx: Context, session_id: str, originals: Sequence[Row]) -> dict[str, str]:
    """Copy pictures of an earlier session into this one: all of them, or none that is too many.

    Returns the id of each copy, by that of its original. It is the same at each attempt.

    Raises: BodyTooLargeError, NotFoundError, ServiceUnavailableError.
    """
    own = {row["id"]: row["size_bytes"] for row in await boards.images(ctx.db, session_id)}
    copies = {row["id"]: _copy_id(session_id, row["id"]) for row in originals}
    together = own | {copies[row["id"]]: row["size_bytes"] for row in originals}
    if len(together) > MAX_IMAGES or sum(together.values()) > MAX_TOTAL_BYTES:
        raise BodyTooLargeError(_FULL)
    for row in originals:
        if (image_id := copies[row["id"]]) not in own:
            await _copy(ctx, session_id, row, image_id)
    return copies


async def _copy(ctx: Context, session_id: str, row: Row, image_id: str) -> None:
    body = await ctx.files.open(row["r2_key"], 0, row["size_bytes"])
    if body is None:
        raise NotFoundError(N_("A picture of the earlier board is missing."))
    key = key_of(session_id, image_id)
    try:
        await ctx.files.put(key, body)
    except StreamBrokenError as error:
        raise ServiceUnavailableError from error
    await note(ctx, session_id, row | {"id": image_id, "r2_key": key})


async def drop(ctx: Context, session_id: str, image_ids: Iterable[str]) -> None:
    """Delete these pictures of the session: the rows first, as none may be without its object."""
    listed = list(image_ids)
    await boards.drop_images(ctx.db, listed)
    await ctx.files.delete([key_of(session_id, image_id) for image_id in listed])


async def show(
    ctx: Context, access: LoadedAccess[Row | None], headers: Mapping[str, str], *, head_only: bool
) -> Response:
    """The loaded picture. Raises: NotFoundError."""
    row = access.loaded
    if row is None:
        raise NotFoundError
    etag = f'"{row["id"]}"'
    answer = [
        ("Content-Type", row["type"]),
        ("ETag", etag),
        # The browser caches the picture but asks each time, so that access is checked.
        ("Cache-Control", "private, no-cache"),
    ]
    if ranges.is_unchanged(headers, etag):
        return Response(None, 304, answer, policy=FILE_DOWNLOAD)
    answer.append(("Content-Length", str(row["size_bytes"])))
    body = None if head_only else await ctx.files.open(row["r2_key"], 0, row["size_bytes"])
    if body is None and not head_only:
        raise NotFoundError
    return Response(body, 200, answer, policy=FILE_DOWNLOAD)


async def data_uris(ctx: Context, session_id: str, page: dict[str, Any]) -> dict[str, str]:
    """The data URI of each picture that this page shows."""
    shown = {element["image"] for element in page["elements"] if element["kind"] == "image"}
    rows = await boards.images(ctx.db, session_id) if shown else []
    found = {}
    for row in rows:
        if row["id"] in shown:
            content = await ctx.files.read(row["r2_key"], 0, row["size_bytes"])
            found[row["id"]] = f"data:{row['type']};base64,{b64encode(content).decode()}"
    return found


def new_id() -> str:
    return os.urandom(16).hex()


def _copy_id(session_id: str, image_id: str) -> str:
    return sha256(f"{session_id} {image_id}".encode()).hexdigest()[:32]


def key_of(session_id: str, image_id: str) -> str:
    return f"sessions/{session_id}/board/{image_id}"
