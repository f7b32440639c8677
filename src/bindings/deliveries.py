"""What the queue delivers."""

from __future__ import annotations

from typing import Any

from recordings.consumer import Message


def messages(batch: Any) -> list[Message]:
    """The queue's deliveries, from the SDK's."""
    return [
        Message(
            each.body,
            each.attempts,
            each.ack,
            lambda wait, each=each: each.retry(delaySeconds=wait),  # type: ignore[misc]
        )
        for each in batch.messages
    ]
