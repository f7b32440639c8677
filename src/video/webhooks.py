"""Events that a provider sends: webhooks, and BigBlueButton's end callback."""

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


async def receive(ctx: Context, provider: str, headers: Mapping[str, str], body: bytes) -> None:
    """Act on a webhook; a repeated delivery has no effect.

    The webhook is noted as received after its effect. A crash in between causes another delivery,
    whose effect is the same. Raises: WebhookRejectedError.
    """
    delivery = service.provider_named(provider, ctx).parse_webhook(headers, body, now=ctx.now)
    seen, session_id = await webhook_events.find(
        ctx.db, provider=provider, event_id=delivery.id, room_id=delivery.room_id
    )
    # The room may belong to another deployment on the same server, or to a session that has moved.
    if seen or session_id is None or delivery.event is None:
        return
    if isinstance(delivery.event, RecordingReady):
        await consumer.announce(ctx, session_id, provider, delivery.event.record_id)
    else:
        await ctx.rooms.apply_event(session_id, delivery.event.to_json())
    await webhook_events.mark_processed(
        ctx.db, provider=provider, event_id=delivery.id, now=ctx.now
    )
    log("webhook_received", provider=provider, session_id=session_id)


async def receive_end(ctx: Context, token: str) -> None:
    """Handle BigBlueButton's end callback. It is unsigned and may be old, so the room checks.

    Raises: WebhookRejectedError.
    """
    ended = service.bigbluebutton(ctx).ended_room(token)
    session_id = await call_places.find_session(ctx.db, provider=BIGBLUEBUTTON, room_id=ended)
    if session_id is not None:
        await ctx.rooms.check_provider(session_id)
