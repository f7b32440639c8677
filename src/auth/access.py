"""At the door of a session: who is asking, and is it one of the two?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auth import links, platform_tokens
from db import sessions
from domain import rules
from domain.model import Role
from errors import (
    ForbiddenError,
    NotParticipantError,
    ServiceUnavailableError,
    SessionNotFoundError,
    SignedOutError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context import Context
    from db.database import Row, Statement
    from domain.model import Participant, Session, View
    from web.messages import Request


class Visit(NamedTuple):
    """A participant at their session."""

    session: Session
    role: Role
    now: int
    along: Sequence[list[Row]] = ()
    """The rows of what was asked along with the session."""
    by_link: bool = False
    """Known by the link in an e-mail only, which may have been forwarded."""

    @property
    def viewer(self) -> Participant:
        return self.session.participant(self.role)

    @property
    def other(self) -> Participant:
        return self.session.participant(self.role.other)

    @property
    def view(self) -> View:
        return rules.view_of(self.session, self.role, self.now)

    def refuse_students(self, what: str) -> None:
        """Raises: ForbiddenError to the student; `what` is what only a teacher may do."""
        if self.role is not Role.TEACHER:
            raise ForbiddenError(f"Only the Student-Teacher can {what}.")


async def admit(
    request: Request, ctx: Context, session_id: str, along: Sequence[Statement] = ()
) -> Visit:
    """Let a participant in, with one database round trip, in which `along` is asked too.

    The platform's sign-in counts first; the cookie of a room link speaks for whoever is not
    signed in, or signed in as somebody who has no part in this session.

    Raises: SignedOutError, SessionNotFoundError, NotParticipantError.
    """
    signed_in, invited = await _both_ways(request, ctx, session_id)
    if signed_in is None and invited is None:
        raise SignedOutError
    session, rows = await sessions.find_along(ctx.db, session_id, along)
    if session is None:
        raise SessionNotFoundError
    if signed_in is not None and (role := session.role_of(signed_in)):
        return Visit(session, role, ctx.now, along=rows)
    if invited is not None and ctx.now < rules.link_expires_at(session):
        if role := session.role_of(invited):
            return Visit(session, role, ctx.now, by_link=True, along=rows)
    elif signed_in is None:
        raise SignedOutError
    raise NotParticipantError


async def person_asking(request: Request, ctx: Context, session_id: str) -> str | None:
    """Who they say they are, provably, whether or not they have a part in the session."""
    signed_in, invited = await _both_ways(request, ctx, session_id)
    return signed_in or invited


async def _both_ways(
    request: Request, ctx: Context, session_id: str
) -> tuple[str | None, str | None]:
    """Whom the platform's token names, and whom the room cookie does.

    While the platform's keys cannot be had, the cookie is good enough by itself.
    """
    invited = _invited_user(request, ctx, session_id)
    try:
        return await signed_in_user(request, ctx), invited
    except ServiceUnavailableError:
        if invited is None:
            raise
        return None, invited


async def signed_in_user(request: Request, ctx: Context) -> str | None:
    """The user id of the platform's token, from the Authorization header or the cookie."""
    token = request.bearer or request.cookies.get(ctx.settings.auth_cookie)
    return await platform_tokens.user_id_of(token, ctx) if token else None


def _invited_user(request: Request, ctx: Context, session_id: str) -> str | None:
    value = request.cookies.get(links.ROOM_COOKIE)
    if not value:
        return None
    link = links.read(value, ctx.settings.link_secrets, purpose=links.COOKIE)
    return link.user_id if link and link.session_id == session_id else None
