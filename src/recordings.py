"""Recordings on their way into R2.

Nothing is announced to the queue yet. A message that comes all the same, from a later release
that was rolled back, stays in the queue until a release that knows it takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from db import calls
from logs import log

if TYPE_CHECKING:
    from context import Context


async def announce(ctx: Context, session_id: str, provider: str, record_id: str) -> None:
    """Note that the provider has a recording that can be fetched; hearing it twice is fine."""
    new = await calls.announce_recording(
        ctx.db, record_id=record_id, session_id=session_id, provider=provider, now=ctx.now
    )
    if new:
        log("recording_announced", session_id=session_id, record_id=record_id)


async def consume(batch: Any) -> None:
    """Hand every message back to the queue."""
    log("recording_messages_deferred", queue=batch.queue, messages=len(batch.messages))
    batch.retryAll()
