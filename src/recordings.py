"""Recordings on their way into R2.

Nothing is announced to the queue yet. A message that comes all the same, from a later release
that was rolled back, stays in the queue until a release that knows it takes it.
"""

from __future__ import annotations

from typing import Any

from logs import log


async def consume(batch: Any) -> None:
    """Hand every message back to the queue."""
    log("recording_messages_deferred", queue=batch.queue, messages=len(batch.messages))
    batch.retryAll()
