"""Saved boards in R2: written by their rooms, read by their people, copied into later sessions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from db import boards
from errors import ConflictError, NotFoundError, ServiceUnavailableError
from files import board_pictures
from files.storage import MB
from i18n import N_
from logs import log

if TYPE_CHECKING:
    from auth.access import LoadedAccess
    from context import Context
    from db.boards import Found
    from db.database import Row

# More than any board has. The row's size may be that of an older save, whose object was replaced.
WHOLE_BYTES: Final = 100 * MB
_EMPTY: Final = '{"version": 0, "pages": []}'
_HAS_ELEMENTS: Final = N_("There is something on this board already.")


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
    return (await _read_saved(ctx, saved) if saved else "") or _EMPTY


async def _read_saved(ctx: Context, row: Row) -> str:
    return (await ctx.files.read(row["r2_key"], 0, WHOLE_BYTES)).decode()


async def carry_on(ctx: Context, access: LoadedAccess[Row | None]) -> None:
    """Copy the loaded earlier board, with its pictures, into this session's empty board.

    An attempt that failed is repeated: it uses the pictures that were copied before.

    Raises: NotFoundError, ConflictError if the board has elements, BodyTooLargeError,
    ServiceUnavailableError.
    """
    # The link in an e-mail opens one session alone.
    if access.loaded is None or access.by_link:
        raise NotFoundError(N_("There is no such earlier board."))
    session_id = access.session.id
    live = json.loads(await ctx.rooms.board(session_id) or _EMPTY)
    if any(page["elements"] for page in live["pages"]):
        raise ConflictError(_HAS_ELEMENTS)
    content = json.loads(await _read_saved(ctx, access.loaded) or _EMPTY)
    shown = _pictures_of(content)
    images = await boards.images(ctx.db, access.loaded["session_id"])
    originals = [row for row in images if row["id"] in shown]
    copies = await board_pictures.copy(ctx, session_id, originals)
    for page in content["pages"]:
        page["elements"] = [
            element | ({"image": copies[element["image"]]} if "image" in element else {})
            for element in page["elements"]
            if element.get("image") is None or element["image"] in copies
        ]
    filled = json.dumps({"pages": content["pages"], "images": list(copies.values())})
    if not await ctx.rooms.board_fill(session_id, access.role.value, filled):
        # Somebody has drawn meanwhile, or the other person has carried on, with the same copies.
        live = json.loads(await ctx.rooms.board(session_id) or _EMPTY)
        await board_pictures.drop(ctx, session_id, {*copies.values()} - _pictures_of(live))
        raise ConflictError(_HAS_ELEMENTS)
    log("board_carried_on", session_id=session_id, images=len(copies))


def _pictures_of(content: dict[str, Any]) -> set[str]:
    """The ids of the pictures that this board shows."""
    drawn = [element for page in content["pages"] for element in page["elements"]]
    return {element["image"] for element in drawn if element["kind"] == "image"}
