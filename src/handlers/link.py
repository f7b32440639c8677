"""Room links: from e-mails, and those that the platform opens in a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from auth import links
from auth.access import use_language_of
from db import sessions
from domain import rules
from errors import (
    LinkBrokenError,
    LinkExpiredError,
    LinkTooOldError,
    NotParticipantError,
    SessionNotFoundError,
)
from web.messages import redirect

if TYPE_CHECKING:
    from auth.links import RoomLink
    from context import Context
    from web.messages import Request, Response


async def follow(request: Request, ctx: Context, token: str) -> Response:
    """Set the cookie that opens this session, and redirect there.

    A link works any number of times and has no other effect, since mail scanners follow links too.
    After the session's end it leads to the page afterwards, until it expires.
    """
    return await _enter(request, ctx, token, "")


async def follow_to_calendar(request: Request, ctx: Context, token: str) -> Response:
    """Like `follow`, to the calendar file."""
    return await _enter(request, ctx, token, "/calendar.ics")


async def follow_to_reschedule(request: Request, ctx: Context, token: str) -> Response:
    """Like `follow`, to the page for rescheduling."""
    return await _enter(request, ctx, token, "/reschedule")


async def leave(_request: Request, _ctx: Context, session_id: str) -> Response:
    """Delete the link's cookie; then a person who is not signed in must sign in."""
    # This id is not validated: it may contain characters that a header cannot.
    place = quote(session_id, safe="")
    response = redirect(f"/session/{place}")
    response.headers.append(("Set-Cookie", links.no_room_cookie(place)))
    return response


async def _enter(request: Request, ctx: Context, token: str, place: str) -> Response:
    link, expires_at = _read(ctx, token)
    session = await sessions.find(ctx.db, link.session_id)
    if session is None:
        raise SessionNotFoundError
    role = session.role_of(link.user_id)
    if role is None:
        raise NotParticipantError(session.id)
    # Errors are in the language of the person whose link it is.
    use_language_of(session.participant(role), request, ctx)
    if expires_at is not None and ctx.now >= expires_at:
        raise LinkTooOldError(session.id)
    remaining = rules.link_expires_at(session) - ctx.now
    if remaining <= 0:
        raise LinkExpiredError(session.id)
    response = redirect(f"/session/{session.id}{place}")
    framed = request.is_framed and bool(ctx.settings.embed_origins)
    cookie = links.room_cookie(link, ctx.settings.link_secrets, max_age=remaining, framed=framed)
    response.headers.append(("Set-Cookie", cookie))
    return response


def _read(ctx: Context, token: str) -> tuple[RoomLink, int | None]:
    """The link and, if it is for a frame, until when it opens one. Raises: LinkBrokenError."""
    found = links.read_followed(token, ctx.settings.link_secrets)
    if found is None:
        raise LinkBrokenError
    return found
