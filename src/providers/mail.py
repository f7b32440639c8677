"""The interface of a mail service, and its errors.

MailError
 +- BatchRefusedError   the service will never accept this batch
 +- TryLaterError       the service does not accept it now
 +- KeyReusedError      the service has accepted another batch under this key
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Receipt(NamedTuple):
    """The result for one mail: accepted, with the service's id if it is known, or refused."""

    message_id: str | None = None
    refused: str | None = None


class MailError(Exception):
    """A call that sent nothing, or with an unknown result. Its text may go to logs and rows."""


class BatchRefusedError(MailError):
    """No mail of this batch was accepted, and a retry is useless: something in it is wrong."""


class TryLaterError(MailError):
    """Not accepted now: a limit, an outage, or an interrupted call."""

    def __init__(
        self, message: str, *, may_be_accepted: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.may_be_accepted = may_be_accepted
        """True if the service may have accepted the batch: only the same call is safe now."""
        self.retry_after_s = retry_after_s


class KeyReusedError(MailError):
    """The service has accepted another batch under this key."""


class MailService(Protocol):
    """Sends batches of at most `domain.mail_rules.BATCH_SIZE` mails."""

    async def send(self, batch: Sequence[str], key: str) -> list[Receipt]:
        """Send mails, each a JSON object in Resend's format. Returns a receipt for each, in order.

        The same batch under the same `key` is sent once, also if the call is repeated.

        Raises: MailError.
        """
        ...
