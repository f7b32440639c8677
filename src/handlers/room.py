"""Entering the room, its live socket, and ending it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from auth.access import admit
from domain import rules
from domain.call_location import place_on_record
from errors import (
    BadRequestError,
    CrossSiteError,
    SessionEndedError,
    TooEarlyError,
    UpgradeRequiredError,
)
from i18n import N_
from room.identity import PAGE_ID, SocketIdentity
from video import service
from web.messages import Response, json_response

if TYPE_CHECKING:
    from auth.access import Access
    from context import Context
    from web.messages import Request


async def join(request: Request, ctx: Context, session_id: str) -> Response:
    """Answer what the browser needs to enter the call, while the room is open."""
    access = await admit(request, ctx, session_id)
    refuse_unless_open(access)
    grant = await service.join(ctx, access.session, access.role)
    return json_response(grant.as_json())


async def live(request: Request, ctx: Context, session_id: str) -> Response:
    """Connect a WebSocket to the session's Durable Object, with the identity that we have checked.

    `?page=` names the page that opens it, so that the room recognizes it when it reconnects. A
    lobby connects with `?watch=1`, also before the room opens.
    """
    if request.headers.get("upgrade", "").lower() != "websocket":
        raise UpgradeRequiredError
    # Browsers send our cookies with the WebSocket of any site, but they always send its origin.
    if request.headers.get("origin", request.origin) != request.origin:
        raise CrossSiteError
    page = request.query.get("page") or os.urandom(16).hex()
    if not PAGE_ID.match(page):
        raise BadRequestError("`page` must be 16 to 32 hexadecimal digits.")
    watching = request.query.get("watch") == "1"
    access = await admit(request, ctx, session_id)
    refuse_unless_open(access, early=watching)
    place = place_on_record(access.session) or ""
    identity = SocketIdentity(session_id, access.viewer.id, access.role, page, watching, place)
    return Response(status=101, upgrade=await ctx.rooms.connect(session_id, identity.to_json()))


async def end(request: Request, ctx: Context, session_id: str) -> Response:
    """End the session for both; only the teacher can."""
    access = await admit(request, ctx, session_id)
    access.refuse_students(N_("Only the Student-Teacher can end the session for both."))
    refuse_unless_open(access)
    await ctx.rooms.end(session_id)
    return json_response({"id": session_id, "ended": True})


def refuse_unless_open(access: Access, *, early: bool = False) -> None:
    """Raises: SessionEndedError; TooEarlyError unless `early` is allowed."""
    if rules.is_closed(access.session, access.now):
        raise SessionEndedError
    if not early and access.now < rules.opens_at(access.session):
        raise TooEarlyError
