"""Tells the rooms of many sessions that their record has changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from errors import ServiceUnavailableError
from logs import log

if TYPE_CHECKING:
    from collections.abc import Iterable

    from context import Context

# A Worker has six connections at once that wait for an answer.
AT_ONCE: Final = 6


async def refresh(ctx: Context, session_ids: Iterable[str]) -> None:
    """Have rooms read the record again. One that does not answer reads it within a minute."""
    waiting = list(session_ids)

    async def work() -> None:
        while waiting:
            session_id = waiting.pop()
            try:
                await ctx.rooms.refresh(session_id)
            except ServiceUnavailableError:
                log("room_refresh_failed", session_id=session_id)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
