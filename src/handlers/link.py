"""Room links from e-mails."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from auth import links
from db import sessions
from domain import rules
from errors import (
    LinkBrokenError,
    LinkExpiredError,
    NotParticipantError,
    SessionNotFoundError,
)
from web.messages import redirect

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def follow(_request: Request, ctx: Context, token: str) -> Response:
    """Set the cookie that opens this session, and redirect there.

    A link works any number of times and has no other effect, since mail scanners follow links too.
    After the session's end it leads to the page afterwards, until it expires.
    """
    return await _enter(ctx, token, "")


async def follow_to_calendar(_request: Request, ctx: Context, token: str) -> Response:
    """Like `follow`, to the calendar file."""
    return await _enter(ctx, token, "/calendar.ics")


async def follow_to_reschedule(_request: Request, ctx: Context, token: str) -> Response:
    """Like `follow`, to the page for rescheduling."""
    return await _enter(ctx, token, "/reschedule")


async def leave(_request: Request, _ctx: Context, session_id: str) -> Response:
    """Delete the link's cookie; then a person who is not signed in must sign in."""
    # This id is not validated: it may contain characters that a header cannot.
    place = quote(session_id, safe="")
    response = redirect(f"/session/{place}")
    response.headers.append(("Set-Cookie", links.no_room_cookie(place)))
    return response


async def _enter(ctx: Context, token: str, place: str) -> Response:
    link = links.read(token, ctx.settings.link_secrets)
    if link is None:
        raise LinkBrokenError
    session = await sessions.find(ctx.db, link.session_id)
    if session is None:
        raise SessionNotFoundError
    if session.role_of(link.user_id) is None:
        raise NotParticipantError(session.id)
    remaining = rules.link_expires_at(session) - ctx.now
    if remaining <= 0:
        raise LinkExpiredError(session.id)
    response = redirect(f"/session/{session.id}{place}")
    cookie = links.room_cookie(link, ctx.settings.link_secrets, max_age=remaining)
    response.headers.append(("Set-Cookie", cookie))
    return response
