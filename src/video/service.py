"""Joining, moving and ending a session's call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import call_places, sessions
from domain import rules
from domain.call_location import Place, place_of
from domain.provider_names import BIGBLUEBUTTON, PEER, PLUGNMEET
from errors import ConflictError, ProviderError, ServiceUnavailableError, SessionNotFoundError
from i18n import N_
from logs import log
from providers.base import JoinGrant
from video.peer import Peer

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from context import Context
    from domain.model import Role, Session
    from providers.base import VideoProvider
    from providers.bigbluebutton import BigBlueButton

ATTEMPTS = 3


def provider_named(name: str, ctx: Context) -> VideoProvider:
    """The provider of that name. It is imported late, since most requests need none."""
    if name == PLUGNMEET:
        from providers.plugnmeet import PlugNmeet  # noqa: PLC0415

        return PlugNmeet(ctx.settings, _client_maker(ctx))
    if name == BIGBLUEBUTTON:
        return bigbluebutton(ctx)
    return Peer(ctx)


def bigbluebutton(ctx: Context) -> BigBlueButton:
    """BigBlueButton by its own type: no other provider has an end callback."""
    from providers.bigbluebutton import BigBlueButton  # noqa: PLC0415

    return BigBlueButton(ctx.settings, _client_maker(ctx))


def _client_maker(ctx: Context) -> Callable[[], httpx.AsyncClient]:
    from web import outbound_client  # noqa: PLC0415

    return lambda: outbound_client.client(ctx.http, "", timeout_s=ctx.settings.provider_timeout_s)


async def join(ctx: Context, session: Session, role: Role) -> JoinGrant:
    """Return a way into the call for this person. The session's first join needs one more query.

    Raises: ProviderError.
    """
    place = await _set_place(ctx, session)
    if place.url:
        return JoinGrant(place.provider, rules.closes_at(session), place.url, place=place.name)
    provider = provider_named(place.provider, ctx)
    grant = await provider.join(session, place.room_id or "", role)
    return grant._replace(place=place.name)


async def _set_place(ctx: Context, session: Session) -> Place:
    """Write the call's place to the record, before its provider can send events about it."""
    found: Session | None = session
    for _ in range(ATTEMPTS):
        if found is None:
            raise SessionNotFoundError
        place = place_of(found, ctx.settings)
        if _is_on_record(place, found):
            return place
        if await call_places.set_place(
            ctx.db, found, provider=place.provider, room_id=place.room_id
        ):
            if found.provider is not None:
                # The call moves to another provider or room: people in the old call move now.
                ctx.defer(ctx.rooms.refresh(session.id))
            return place
        found = await sessions.find(ctx.db, session.id)
    raise ConflictError(N_("Somebody else is joining right now. Try again."))


async def move(ctx: Context, session_id: str) -> Place | None:
    """Move the call from peer to peer to the provider, and return the new place.

    Returns None if there is no provider. A repeated move changes nothing.
    Raises: ServiceUnavailableError.
    """
    session = await sessions.find(ctx.db, session_id)
    if session is None or ctx.settings.video_provider == PEER or session.bbb_meeting_url:
        return None
    moved = session._replace(provider=ctx.settings.video_provider)
    place = place_of(moved, ctx.settings)
    if _is_on_record(place, session):
        return place
    if not await call_places.set_place(
        ctx.db, session, provider=place.provider, room_id=place.room_id
    ):
        raise ServiceUnavailableError  # another request has just changed it: a retry works
    log("call_moved", session_id=session_id, provider=place.provider)
    return place


def _is_on_record(place: Place, session: Session) -> bool:
    return (place.provider, place.room_id) == (session.provider, session.provider_room_id)


async def end(ctx: Context, provider: str, room_id: str) -> None:
    """End a call at its provider. A repeated end does no harm. Raises: ProviderError."""
    await provider_named(provider, ctx).end(room_id)


async def query_presence(ctx: Context, session_id: str) -> set[Role] | None:
    """The roles in the session's call at its provider; None without a provider or an answer."""
    session = await sessions.find(ctx.db, session_id)
    if session is None or not session.provider or not session.provider_room_id:
        return None
    try:
        return await provider_named(session.provider, ctx).query_presence(session.provider_room_id)
    except ProviderError:
        return None
