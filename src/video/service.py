"""The way into a session's call, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import call_places, sessions
from domain import rules
from domain.call_location import Place, place_of
from domain.provider_names import BIGBLUEBUTTON, PEER, PLUGNMEET
from errors import ConflictError, ProviderError, ServiceUnavailableError, SessionNotFoundError
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
    """The provider of that name. Imported when needed: most requests need none."""
    if name == PLUGNMEET:
        from providers.plugnmeet import PlugNmeet  # noqa: PLC0415

        return PlugNmeet(ctx.settings, _client_maker(ctx))
    if name == BIGBLUEBUTTON:
        return bigbluebutton(ctx)
    return Peer(ctx)


def bigbluebutton(ctx: Context) -> BigBlueButton:
    """BigBlueButton, whose end callback no other provider has."""
    from providers.bigbluebutton import BigBlueButton  # noqa: PLC0415

    return BigBlueButton(ctx.settings, _client_maker(ctx))


def _client_maker(ctx: Context) -> Callable[[], httpx.AsyncClient]:
    from web import outbound_client  # noqa: PLC0415

    return lambda: outbound_client.client(ctx.http, "", timeout_s=ctx.settings.provider_timeout_s)


async def join(ctx: Context, session: Session, role: Role) -> JoinGrant:
    """Let this person into the call, now. One more round trip when it is the session's first.

    Raises: ProviderError.
    """
    place = await _hold(ctx, session)
    if place.url:
        return JoinGrant(place.provider, rules.closes_at(session), place.url, place=place.name)
    provider = provider_named(place.provider, ctx)
    grant = await provider.join(session, place.room_id or "", role)
    return grant._replace(place=place.name)


async def _hold(ctx: Context, session: Session) -> Place:
    """Note where the call is held, before its provider can tell us anything about it."""
    found: Session | None = session
    for _ in range(ATTEMPTS):
        if found is None:
            raise SessionNotFoundError
        place = place_of(found, ctx.settings)
        if _is_noted(place, found):
            return place
        if await call_places.set_place(
            ctx.db, found, provider=place.provider, room_id=place.room_id
        ):
            if found.provider is not None:
                # Another provider or another room: those in the old call move along now.
                ctx.defer(ctx.rooms.refresh(session.id))
            return place
        found = await sessions.find(ctx.db, session.id)
    raise ConflictError("Somebody else is joining right now. Try again.")


async def move(ctx: Context, session_id: str) -> Place | None:
    """Leave peer to peer for the provider, and for good; where the call is then.

    None when there is no provider to move to. Moving again changes nothing.

    Raises: ServiceUnavailableError.
    """
    session = await sessions.find(ctx.db, session_id)
    if session is None or ctx.settings.video_provider == PEER or session.bbb_meeting_url:
        return None
    moved = session._replace(provider=ctx.settings.video_provider)
    place = place_of(moved, ctx.settings)
    if _is_noted(place, session):
        return place
    if not await call_places.set_place(
        ctx.db, session, provider=place.provider, room_id=place.room_id
    ):
        raise ServiceUnavailableError  # somebody else has just written: asking again works
    log("call_moved", session_id=session_id, provider=place.provider)
    return place


def _is_noted(place: Place, session: Session) -> bool:
    return (place.provider, place.room_id) == (session.provider, session.provider_room_id)


async def end(ctx: Context, provider: str, room_id: str) -> None:
    """End a call at its provider. A repeated end is harmless. Raises: ProviderError."""
    await provider_named(provider, ctx).end(room_id)


async def query_presence(ctx: Context, session_id: str) -> set[Role] | None:
    """Who is in the session's call by its provider; None when there is none, or no answer."""
    session = await sessions.find(ctx.db, session_id)
    if session is None or not session.provider or not session.provider_room_id:
        return None
    try:
        return await provider_named(session.provider, ctx).query_presence(session.provider_room_id)
    except ProviderError:
        return None
