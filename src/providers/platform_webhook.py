"""One delivery to the platform's webhook, signed by Standard Webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from providers.webhook_signatures import sign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context import HTTP

TIMEOUT_S: Final = 15.0
GONE: Final = 410
USER_AGENT: Final = "session-room/0.1"


class NotTakenError(Exception):
    """The platform has not taken the event. `is_final`: it never wants it (410)."""

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


def signature(event_id: str, body: str, secrets: Sequence[str], *, now: int) -> str:
    """The header `webhook-signature`: one signature a secret, so that secrets can rotate."""
    return " ".join(sign(event_id, body, secret, at=now) for secret in secrets)


async def deliver(
    http: HTTP, url: str, event_id: str, body: str, secrets: Sequence[str], *, now: int
) -> None:
    """POST the body. Any 2xx means taken; a redirect is not followed. Raises: NotTakenError."""
    headers = [
        ("Content-Type", "application/json"),
        ("User-Agent", USER_AGENT),
        ("webhook-id", event_id),
        ("webhook-timestamp", str(now)),
        ("webhook-signature", signature(event_id, body, secrets, now=now)),
    ]
    try:
        answer = await http("POST", url, headers, body.encode(), TIMEOUT_S)
    except TimeoutError as error:
        raise NotTakenError(f"no answer within {TIMEOUT_S:.0f} s") from error
    except ConnectionError as error:
        raise NotTakenError("no connection") from error
    if not 200 <= answer.status < 300:  # noqa: PLR2004
        raise NotTakenError(f"status {answer.status}", is_final=answer.status == GONE)
