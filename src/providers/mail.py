"""What the sender needs of a mail service, and how a service says no.

MailError
 +- BatchRefusedError   for good, as it stands
 +- TryLaterError       not now
 +- KeyReusedError      another batch was taken under this key
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Receipt(NamedTuple):
    """What became of one mail: taken, under the service's id if it told one, or refused."""

    message_id: str | None = None
    refused: str | None = None


class MailError(Exception):
    """A call that sent nothing, or whose outcome is unknown. The text may go to logs and rows."""


class BatchRefusedError(MailError):
    """Nothing of this batch was taken, and it never will be: something in it is wrong."""


class TryLaterError(MailError):
    """Not taken now: limits, outages, an interrupted call."""

    def __init__(
        self, message: str, *, may_be_taken: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.may_be_taken = may_be_taken
        """The call may have reached the service all the same: only this very call is safe now."""
        self.retry_after_s = retry_after_s


class KeyReusedError(MailError):
    """The service has taken another batch under this key."""


class MailService(Protocol):
    """Sends batches of at most `domain.mail_rules.BATCH_SIZE` mails."""

    async def send(self, batch: Sequence[str], key: str) -> list[Receipt]:
        """Send mails, each a JSON object as Resend takes it; a receipt for each, in order.

        The same batch under the same `key` is sent once, however often it is asked for.

        Raises: MailError.
        """
        ...
