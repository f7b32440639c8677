"""The session page and its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import analytics
from auth.access import admit, admit_and_load
from db import outcomes
from domain import call_location
from pages import render, session_state
from web import security_headers
from web.messages import html_response, json_response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def show(request: Request, ctx: Context, session_id: str) -> Response:
    """The page, in this viewer's state."""
    access = await admit_and_load(request, ctx, session_id, outcomes.of_session(session_id))
    if request.method == "GET":
        analytics.page_view(ctx, session_id, access.role)
    page = render.session_page(
        access, ctx.settings, saved=request.query.get("saved", ""), framed=request.is_framed
    )
    response = html_response(page)
    response.frames = call_location.frame_origins(access.session, ctx.settings)
    return response


async def left(_request: Request, ctx: Context, session_id: str) -> Response:
    """The page to which a provider's client leads its frame after the call.

    It tells the page around the frame that the call is over. It needs no sign-in, because browsers
    send no cookies with a navigation that another site starts inside a frame. It contains nothing
    but the session id of the request.
    """
    response = html_response(render.left_page(session_id, ctx.settings))
    response.policy = security_headers.LEFT_FRAME
    response.in_own_frame = True
    return response


async def state(request: Request, ctx: Context, session_id: str) -> Response:
    """The page's state as data, for our scripts and the platform."""
    return json_response(session_state.to_json(await admit(request, ctx, session_id)))
