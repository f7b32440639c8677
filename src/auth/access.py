"""Which person sends a request, and whether that person may open the session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic

import i18n
from auth import links, platform_tokens
from db import sessions
from db.database import Loaded, Query
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
    from context import Context
    from db.people import Calendar
    from domain.model import Participant, Session, View
    from web.messages import Request

NOTHING: Final[Query[None]] = Query((), lambda _rows: None)


@dataclass(frozen=True)
class Access:
    """A participant's access to their session."""

    session: Session
    role: Role
    now: int
    by_link: bool = field(default=False, kw_only=True)
    """Proved by the link in an e-mail only, which may have been forwarded."""

    @property
    def viewer(self) -> Participant:
        return self.session.participant(self.role)

    @property
    def other(self) -> Participant:
        return self.session.participant(self.role.other)

    @property
    def view(self) -> View:
        return rules.view_of(self.session, self.role, self.now)

    def refuse_students(self, message: str) -> None:
        """Raises: ForbiddenError to the student, with this marked sentence."""
        if self.role is not Role.TEACHER:
            raise ForbiddenError(message)


@dataclass(frozen=True)
class LoadedAccess(Access, Generic[Loaded]):
    """Access, with the result of the query that ran in the same round trip."""

    loaded: Loaded = field(kw_only=True)


async def admit(request: Request, ctx: Context, session_id: str) -> Access:
    """Let a participant in, with one database round trip.

    Raises: as `admit_and_load`.
    """
    return await admit_and_load(request, ctx, session_id, NOTHING)


async def admit_and_load(
    request: Request, ctx: Context, session_id: str, query: Query[Loaded]
) -> LoadedAccess[Loaded]:
    """Let a participant in, and run `query` in the same database round trip.

    The platform's sign-in counts first. The cookie of a room link counts for somebody who is not
    signed in, or is signed in as a person who has no part in this session.

    Raises: SignedOutError, SessionNotFoundError, NotParticipantError.
    """
    signed_in, invited = await _claimed_ids(request, ctx, session_id)
    if signed_in is None and invited is None:
        raise SignedOutError
    session, rows = await sessions.find_with(ctx.db, session_id, query.statements)
    if session is None:
        raise SessionNotFoundError
    if signed_in is not None and (role := session.role_of(signed_in)):
        use_language_of(session.participant(role), request, ctx)
        return LoadedAccess(session, role, ctx.now, loaded=query.parse(rows))
    if invited is not None and ctx.now < rules.link_expires_at(session):
        if role := session.role_of(invited):
            use_language_of(session.participant(role), request, ctx)
            return LoadedAccess(session, role, ctx.now, by_link=True, loaded=query.parse(rows))
    elif signed_in is None:
        raise SignedOutError
    raise NotParticipantError


def use_language_of(person: Participant | Calendar, request: Request, ctx: Context) -> None:
    """Answer in this person's language from now on."""
    wishes = (person.language, person.locale)
    i18n.use(request.language(*wishes, everything=ctx.settings.development))


async def person_asking(request: Request, ctx: Context, session_id: str) -> str | None:
    """The user id that the request proves, whether or not it has a part in the session."""
    signed_in, invited = await _claimed_ids(request, ctx, session_id)
    return signed_in or invited


async def _claimed_ids(
    request: Request, ctx: Context, session_id: str
) -> tuple[str | None, str | None]:
    """The user id of the platform's token, and that of the room cookie.

    While the platform's keys are unavailable, the cookie counts by itself.
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
