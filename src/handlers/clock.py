"""A room's clock, which tests let run ahead; development only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from web import validation
from web.messages import Response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request

MAX_SHIFT_S = 24 * 60 * 60


class ClockShift(BaseModel):
    """How far a room's clock is to run ahead of the real one."""

    model_config = ConfigDict(extra="forbid")

    seconds: Annotated[int, Field(ge=0, le=MAX_SHIFT_S)]


async def shift(request: Request, ctx: Context, session_id: str) -> Response:
    """Let a room live faster."""
    ahead = validation.parse(ClockShift, await request.json())
    await ctx.rooms.shift_clock(session_id, ahead.seconds)
    return Response(None, 204)
