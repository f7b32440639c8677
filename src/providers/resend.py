"""Resend's batch call. Source: https://resend.com/docs/api-reference/emails/send-batch-emails

With permissive validation one bad address does not stop the other mails of the batch. The pauses
come from Resend's headers, since its limits differ by plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httpx
from pydantic_core import from_json

from providers.mail import BatchRefusedError, KeyReusedError, Receipt, TryLaterError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

USER_AGENT: Final = "session-room/0.1"
# A longer pause is left to the next tick.
LONGEST_PAUSE_S: Final = 5.0
CALLS: Final = 4

# A wrong key or domain: no mail was accepted, and an operator must act. A retry every minute would
# not help.
ACCOUNT_STATUSES: Final = (401, 403)
ACCOUNT_RETRY_S: Final = 5 * 60
# A quota may be raised at any time, so the retry comes before the hours that Resend names.
QUOTAS: Final = ("daily_quota_exceeded", "monthly_quota_exceeded")
QUOTA_RETRY_S: Final = 15 * 60


class ResendMail:
    """`providers.mail.MailService`."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        api_key: str,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """`client` has Resend's address and the timeout of a call."""
        self._client = client
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "x-batch-validation": "permissive",
        }
        self._clock = clock
        self._sleep = sleep
        self._not_before = 0.0

    async def send(self, batch: Sequence[str], key: str) -> list[Receipt]:
        body = f"[{','.join(batch)}]".encode()
        for call in range(1, CALLS + 1):
            await self._sleep(max(0.0, self._not_before - self._clock()))
            answer = await self._post(body, key)
            self._pace(answer)
            if answer.is_success:
                return _receipts(answer, len(batch))
            pause = _retry_after(answer)
            is_limited = answer.status_code == httpx.codes.TOO_MANY_REQUESTS
            can_wait = pause is not None and pause <= LONGEST_PAUSE_S and call < CALLS
            if not (is_limited and can_wait and _name(answer) not in QUOTAS):
                raise _error(answer)
            self._not_before = max(self._not_before, self._clock() + (pause or 1.0))
        raise AssertionError

    async def _post(self, body: bytes, key: str) -> httpx.Response:
        headers = self._headers | {"Idempotency-Key": key}
        try:
            return await self._client.post("/emails/batch", content=body, headers=headers)
        except httpx.TransportError as error:
            message = f"no answer from Resend: {type(error).__name__}"
            raise TryLaterError(message, may_be_accepted=True) from error

    def _pace(self, answer: httpx.Response) -> None:
        """After the last request of the limit, wait until its reset."""
        if answer.headers.get("ratelimit-remaining") == "0":
            reset = _seconds(answer.headers.get("ratelimit-reset")) or 1.0
            self._not_before = self._clock() + min(reset, LONGEST_PAUSE_S)


def _receipts(answer: httpx.Response, count: int) -> list[Receipt]:
    """`data` has the ids of accepted mails, in order; `errors` has the indexes of the others."""
    content = _content(answer)
    errors = {
        error["index"]: str(error.get("message", "refused"))[:300]
        for error in _dicts(content.get("errors"))
        if isinstance(error.get("index"), int)
    }
    ids = [item.get("id") for item in _dicts(content.get("data"))]
    if len(ids) + len(errors) != count:
        # The mails are accepted, but it is unknown which id belongs to which mail.
        ids = [None] * (count - len(errors))
    accepted = iter(ids)
    return [
        Receipt(refused=errors[index])
        if index in errors
        else Receipt(message_id=_text(next(accepted, None)))
        for index in range(count)
    ]


def _error(answer: httpx.Response) -> BatchRefusedError | TryLaterError | KeyReusedError:
    status, name = answer.status_code, _name(answer)
    message = f"Resend answered {status} {name}".strip()
    pause = _retry_after(answer)
    if name == "invalid_idempotent_request":
        return KeyReusedError(message)
    if name in QUOTAS:
        return TryLaterError(message, retry_after_s=QUOTA_RETRY_S)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return TryLaterError(message, retry_after_s=pause)
    if status in ACCOUNT_STATUSES:
        return TryLaterError(message, retry_after_s=ACCOUNT_RETRY_S)
    if status in (httpx.codes.CONFLICT, httpx.codes.REQUEST_TIMEOUT):
        # The first call with this key is still running, or Resend has given it up.
        return TryLaterError(message, may_be_accepted=True, retry_after_s=pause)
    if httpx.codes.is_client_error(status):
        reason = _text(_content(answer).get("message")) or ""
        if name == "invalid_from_address" or "`from`" in reason:
            # Not a fault of this batch: Resend would refuse all our mails.
            return TryLaterError(message, retry_after_s=ACCOUNT_RETRY_S)
        return BatchRefusedError(f"{message}: {reason}"[:300])
    return TryLaterError(message, may_be_accepted=True, retry_after_s=pause)


def _name(answer: httpx.Response) -> str:
    return _text(_content(answer).get("name")) or ""


def _content(answer: httpx.Response) -> dict[str, Any]:
    """The answer's JSON object; empty for another answer, such as a proxy's page."""
    try:
        content = from_json(answer.content)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _retry_after(answer: httpx.Response) -> float | None:
    return _seconds(answer.headers.get("retry-after"))


def _seconds(text: str | None) -> float | None:
    """A number of seconds; None for other forms, such as dates."""
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
