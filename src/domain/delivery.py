"""The delivery of a mail that the mail service has accepted."""

from typing import Final, NamedTuple

# Later entries outrank earlier ones, since events arrive in any order: a complaint stays when
# `delivered` comes after it.
DELIVERY: Final = {
    "email.delivery_delayed": "delayed",
    "email.delivered": "delivered",
    "email.failed": "failed",
    "email.bounced": "bounced",
    "email.suppressed": "suppressed",
    "email.complained": "complained",
}
ORDER: Final = tuple(DELIVERY.values())
# After one of these the address gets no more mail.
SUPPRESSING: Final = ("bounced", "suppressed", "complained")


class MailEvent(NamedTuple):
    """One event of a mail that was accepted."""

    delivery: str
    message_id: str
    mail_id: str
    """Our own id of the mail; empty if the event has none."""
    addresses: tuple[str, ...]
    detail: str
    is_final: bool

    @property
    def outranks(self) -> tuple[str, ...]:
        return ORDER[: ORDER.index(self.delivery)]

    @property
    def suppresses(self) -> bool:
        return self.is_final and self.delivery in SUPPRESSING
