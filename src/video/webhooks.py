"""What a provider tells of a call, without being asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import call_places, webhook_events
from domain.provider_names import BIGBLUEBUTTON
from logs import log
from providers.base import RecordingReady
from recordings import consumer
from video import service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context import Context
    from providers.base import CallEvent


async def receive(ctx: Context, provider: str, headers: Mapping[str, str], body: bytes) -> None:
    """Act on a webhook, once however often it is delivered.

    It is noted only after it was acted on: a crash in between has it delivered again, and what
    follows from it is the same twice. Raises: WebhookRejectedError.
    """
    delivery = service.provider_named(provider, ctx).parse_webhook(headers, body, now=ctx.now)
    seen, session_id = await webhook_events.find(
        ctx.db, provider=provider, event_id=delivery.id, room_id=delivery.room_id
    )
    # Rooms that are not ours: somebody else's on a shared server, or a lesson that was moved.
    if seen or session_id is None or delivery.event is None:
        return
    if isinstance(delivery.event, RecordingReady):
        await consumer.announce(ctx, session_id, provider, delivery.event.record_id)
    else:
        await hear(ctx, session_id, delivery.event)
    await webhook_events.mark_processed(
        ctx.db, provider=provider, event_id=delivery.id, now=ctx.now
    )
    log("webhook_received", provider=provider, session_id=session_id)


async def look_after_end(ctx: Context, token: str) -> None:
    """BigBlueButton's end callback: unsigned, maybe old, so only a reason to look who is there.

    Raises: WebhookRejectedError.
    """
    ended = service.bigbluebutton(ctx).ended_room(token)
    session_id = await call_places.find_session(ctx.db, provider=BIGBLUEBUTTON, room_id=ended)
    if session_id is not None:
        await ctx.rooms.look(session_id)


async def hear(ctx: Context, session_id: str, event: CallEvent) -> None:
    """Tell the session's room what its provider has told us."""
    await ctx.rooms.hear(session_id, event.to_json())
