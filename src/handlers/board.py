"""The board outside its room: read, printed, one page as SVG, pictures, an earlier board."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from auth.access import admit, admit_and_load
from db import boards
from domain import times
from errors import NotFoundError
from files import board_pictures, saved_boards
from handlers.room import refuse_unless_open
from web.messages import Response, html_response, json_response
from web.security_headers import BOARD_PICTURE

if TYPE_CHECKING:
    from auth.access import LoadedAccess
    from context import Context
    from db.boards import Found
    from web.messages import Request


async def show(request: Request, ctx: Context, session_id: str) -> Response:
    """The board: a page that prints one sheet a page, or JSON."""
    access = await admit_and_load(request, ctx, session_id, boards.of_session(session_id))
    text = await saved_boards.read(ctx, access)
    if request.accepts_json:
        earlier = json.dumps(_earlier(access))  # in ASCII, as the board: board/draft.py
        body = f'{text[:-1]}, "earlier": {earlier}}}'
        return Response(body, headers=[("Content-Type", "application/json; charset=utf-8")])
    from pages import board_page  # noqa: PLC0415 (only people who print need it)

    return html_response(board_page.board_page(access, ctx.settings, json.loads(text)["pages"]))


async def page_svg(request: Request, ctx: Context, session_id: str, page: str) -> Response:
    """One page as a picture; `page` ends in `.svg`."""
    access = await admit_and_load(request, ctx, session_id, boards.of_session(session_id))
    page_id, dot, ending = page.rpartition(".")
    pages = (
        json.loads(await saved_boards.read(ctx, access, page_id))["pages"]
        if ending == "svg"
        else []
    )
    found = next((each for each in pages if each["id"] == page_id and dot), None)
    if found is None:
        raise NotFoundError
    from pages import board_svg  # noqa: PLC0415

    body = board_svg.of_page(found, await board_pictures.data_uris(ctx, session_id, found))
    headers = [("Content-Type", "image/svg+xml; charset=utf-8")]
    return Response(body, headers=headers, policy=BOARD_PICTURE)


async def add_image(request: Request, ctx: Context, session_id: str) -> Response:
    """The body is the picture. 201 with its id, width and height."""
    access = await admit(request, ctx, session_id)
    refuse_unless_open(access)
    added = await board_pictures.add(ctx, access, request.length, request.stream())
    return json_response(added, 201)


async def image(request: Request, ctx: Context, session_id: str, image_id: str) -> Response:
    """A picture, for both people."""
    access = await admit_and_load(request, ctx, session_id, boards.image(session_id, image_id))
    return await board_pictures.show(
        ctx, access, request.headers, head_only=request.method == "HEAD"
    )


async def carry_on(request: Request, ctx: Context, session_id: str) -> Response:
    """Copy the board of an earlier session of the two into this session's empty one."""
    from web import bodies, validation  # noqa: PLC0415 (pydantic)

    earlier = validation.parse(bodies.EarlierBoard, await request.json())
    query = boards.earlier(session_id, earlier.session_id)
    access = await admit_and_load(request, ctx, session_id, query)
    refuse_unless_open(access)
    await saved_boards.carry_on(ctx, access)
    return Response(None, 204)


def _earlier(access: LoadedAccess[Found]) -> dict[str, str] | None:
    """The earlier board that may be carried on; `date` is for the viewer to read."""
    row = access.loaded.earlier
    # The link in an e-mail opens one session alone.
    if row is None or access.by_link:
        return None
    date = times.short_day(row["scheduled_start"], access.now, access.viewer)
    title = access.session.course.title
    return {"session_id": row["session_id"], "date": date, "title": title}
