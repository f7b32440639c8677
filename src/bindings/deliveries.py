"""The queue's messages."""

from __future__ import annotations

from typing import Any

from recordings.consumer import Message


def messages(batch: Any) -> list[Message]:
    """Our messages from the SDK's batch."""
    return [
        Message(
            each.body,
            each.attempts,
            each.ack,
            lambda wait, each=each: each.retry(delaySeconds=wait),  # type: ignore[misc]
        )
        for each in batch.messages
    ]
