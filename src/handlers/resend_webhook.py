"""Resend's webhook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic_core import from_json

from errors import SignedOutError
from mail import delivery_events
from providers import svix
from web.messages import Response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request

MAX_BYTES: Final = 256 * 1024


async def receive(request: Request, ctx: Context) -> Response:
    """Apply a signed event; 204 for every one, since a retry would not change the result."""
    body = await request.body(MAX_BYTES)
    secret = ctx.settings.resend_webhook_secret
    event_id = svix.message_id(request.headers, body, secret, now=ctx.now) if secret else None
    if event_id is None:
        raise SignedOutError("The signature is missing or wrong.")
    try:
        event = from_json(body)
    except ValueError:
        event = None
    await delivery_events.record(ctx, event_id, event)
    return Response(None, 204)
