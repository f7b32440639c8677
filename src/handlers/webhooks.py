"""Requests of the video providers. A signature or signed token is their only credential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.provider_names import BIGBLUEBUTTON, PLUGNMEET
from video import webhooks
from web.messages import Response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request

# Each event contains the room's metadata.
MAX_BODY_BYTES: Final = 256 * 1024


async def plugnmeet(request: Request, ctx: Context) -> Response:
    """200 also for an event that we do not use."""
    await webhooks.receive(ctx, PLUGNMEET, request.headers, await request.body(MAX_BODY_BYTES))
    return Response(None, 200)


async def bigbluebutton(request: Request, ctx: Context) -> Response:
    """Receive the news that a recording is ready."""
    await webhooks.receive(ctx, BIGBLUEBUTTON, request.headers, await request.body(MAX_BODY_BYTES))
    return Response(None, 200)


async def bigbluebutton_ended(request: Request, ctx: Context) -> Response:
    """Receive the end of a meeting, from anybody who knows the callback's address."""
    await webhooks.receive_end(ctx, request.query.get("room", ""))
    return Response(None, 200)
