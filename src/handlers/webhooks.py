"""What the video providers tell us. Each is signed; nothing else is asked of who sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.provider_names import BIGBLUEBUTTON, PLUGNMEET
from video import webhooks
from web.messages import Response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request

# A room's metadata comes along with every event.
MAX_BODY_BYTES: Final = 256 * 1024


async def plugnmeet(request: Request, ctx: Context) -> Response:
    """200 for what was understood, also for what is none of our business."""
    await webhooks.receive(ctx, PLUGNMEET, request.headers, await request.body(MAX_BODY_BYTES))
    return Response(None, 200)


async def bigbluebutton(request: Request, ctx: Context) -> Response:
    """A recording is ready."""
    await webhooks.receive(ctx, BIGBLUEBUTTON, request.headers, await request.body(MAX_BODY_BYTES))
    return Response(None, 200)


async def bigbluebutton_ended(request: Request, ctx: Context) -> Response:
    """A meeting has ended, or so somebody says who knows the address we gave it."""
    await webhooks.look_after_end(ctx, request.query.get("room", ""))
    return Response(None, 200)
