"""Room links from e-mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import links
import rules
from db import sessions
from errors import NotParticipantError, SessionEndedError, SessionNotFoundError
from web import redirect

if TYPE_CHECKING:
    from context import Context
    from web import Request, Response


async def follow(_request: Request, ctx: Context, token: str) -> Response:
    """Leave the cookie that opens this session, and lead there.

    A link works as often as it is followed and does nothing else, since mail scanners follow
    links too. After the session's end it leads to the afterwards page, until it expires.
    """
    link = links.read(token, ctx.settings.link_secrets)
    session = await sessions.find(ctx.db, link.session_id) if link else None
    if link is None or session is None:
        raise SessionNotFoundError
    if session.role_of(link.user_id) is None:
        raise NotParticipantError
    remaining = rules.link_expires_at(session) - ctx.now
    if remaining <= 0:
        raise SessionEndedError
    response = redirect(f"/session/{session.id}")
    cookie = links.room_cookie(link, ctx.settings.link_secrets, max_age=remaining)
    response.headers.append(("Set-Cookie", cookie))
    return response
