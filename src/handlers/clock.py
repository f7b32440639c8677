"""A room's clock, which tests set ahead; only in development."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web import validation
from web.bodies import ClockShift
from web.messages import Response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request


async def shift(request: Request, ctx: Context, session_id: str) -> Response:
    """Set the room's clock ahead of the real one."""
    ahead = validation.parse(ClockShift, await request.json())
    await ctx.rooms.shift_clock(session_id, ahead.seconds)
    return Response(None, 204)
