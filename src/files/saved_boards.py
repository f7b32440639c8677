"""Saved boards in R2: written by their rooms, read by their people, copied into later sessions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from db import boards
from errors import ConflictError, NotFoundError, ServiceUnavailableError
from files import board_pictures
from files.storage import MB, StreamBrokenError
from i18n import N_
from logs import log

if TYPE_CHECKING:
    from auth.access import LoadedAccess
    from context import Context
    from db.boards import Found
    from db.database import Row

# More than any board has. The row's size may be that of an older save, whose object was replaced.
WHOLE_BYTES: Final = 100 * MB


async def save(ctx: Context, session_id: str, content: str, version: int, page: str | None) -> None:
    """Keep this version of a board; `page` is the id of its first page.

    Raises: ServiceUnavailableError, StreamBrokenError.
    """
    key, body = f"sessions/{session_id}/board/board.json", content.encode()
    await ctx.files.put(key, body)
    about = (ctx.db, session_id, key)
    await boards.note(*about, version=version, page=page, size=len(body), now=ctx.now)


async def read(ctx: Context, access: LoadedAccess[Found], page: str = "") -> str:
    """The board in JSON: from its room, or from R2 if the room has forgotten it or is down.

    With `page`, the room sends this page alone.

    Raises: ServiceUnavailableError.
    """
    saved = access.loaded.saved
    try:
        if text := await ctx.rooms.board(access.session.id, page):
            return text
    except ServiceUnavailableError:
        if saved is None:
            raise
    return (await _read_saved(ctx, saved) if saved else "") or '{"version": 0, "pages": []}'


async def _read_saved(ctx: Context, row: Row) -> str:
    return (await ctx.files.read(row["r2_key"], 0, WHOLE_BYTES)).decode()


async def carry_on(ctx: Context, access: LoadedAccess[Row | None]) -> None:
    """Copy the loaded earlier board, with its pictures, into this session's empty board.

    Raises: NotFoundError, ConflictError if the board has elements, ServiceUnavailableError.
    """
    # The link in an e-mail opens one session alone.
    if access.loaded is None or access.by_link:
        raise NotFoundError(N_("There is no such earlier board."))
    content: dict[str, Any] = json.loads(await _read_saved(ctx, access.loaded) or '{"pages": []}')
    drawn = [element for page in content["pages"] for element in page["elements"]]
    shown = {element["image"] for element in drawn if element["kind"] == "image"}
    copies = {
        row["id"]: await _copy(ctx, access.session.id, row)
        for row in await boards.images(ctx.db, access.loaded["session_id"])
        if row["id"] in shown
    }
    for page in content["pages"]:
        page["elements"] = [
            element | ({"image": copies[element["image"]]} if "image" in element else {})
            for element in page["elements"]
            if element.get("image") is None or element["image"] in copies
        ]
    filled = {"pages": content["pages"], "images": list(copies.values())}
    if not await ctx.rooms.board_fill(access.session.id, access.role.value, json.dumps(filled)):
        keys = [board_pictures.key_of(access.session.id, image) for image in copies.values()]
        await ctx.files.delete(keys)
        await boards.drop_images(ctx.db, filled["images"])
        raise ConflictError(N_("There is something on this board already."))
    log("board_carried_on", session_id=access.session.id, images=len(copies))


async def _copy(ctx: Context, session_id: str, row: Row) -> str:
    """The id of the copy."""
    body = await ctx.files.open(row["r2_key"], 0, row["size_bytes"])
    if body is None:
        raise NotFoundError(N_("A picture of the earlier board is missing."))
    image_id = board_pictures.new_id()
    key = board_pictures.key_of(session_id, image_id)
    try:
        await ctx.files.put(key, body)
    except StreamBrokenError as error:
        raise ServiceUnavailableError from error
    await board_pictures.note(ctx, session_id, row | {"id": image_id, "r2_key": key})
    return image_id
