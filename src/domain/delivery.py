"""What became of a mail that the mail service has taken."""

from typing import Final, NamedTuple

# In the order of what counts more: events arrive in any order, and a mail that was delivered and
# then complained about stays complained about.
DELIVERY: Final = {
    "email.delivery_delayed": "delayed",
    "email.delivered": "delivered",
    "email.failed": "failed",
    "email.bounced": "bounced",
    "email.suppressed": "suppressed",
    "email.complained": "complained",
}
ORDER: Final = tuple(DELIVERY.values())
# After these an address gets no more mail.
SUPPRESSING: Final = ("bounced", "suppressed", "complained")


class MailEvent(NamedTuple):
    """One event of a mail that was taken."""

    delivery: str
    message_id: str
    mail_id: str
    """Our own id, if it came back; else empty."""
    addresses: tuple[str, ...]
    detail: str
    is_final: bool

    @property
    def outranks(self) -> tuple[str, ...]:
        return ORDER[: ORDER.index(self.delivery)]

    @property
    def suppresses(self) -> bool:
        return self.is_final and self.delivery in SUPPRESSING
