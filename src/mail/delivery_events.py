"""Delivery events, such as a bounce, that the mail service sends by webhook."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from db import mail_events
from domain.delivery import DELIVERY, MailEvent
from logs import log

if TYPE_CHECKING:
    from context import Context


def parse(event: Any) -> MailEvent | None:
    """The event, or None if it does not concern us. Malformed data never raises."""
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        return None
    delivery, data = DELIVERY.get(str(event.get("type"))), event["data"]
    if delivery is None:
        return None
    to = data.get("to")
    listed = to if isinstance(to, list) else [to]
    addresses = (parseaddr(text)[1].lower() for text in listed if isinstance(text, str))
    reason = data.get(delivery) or data.get("bounce")
    found = reason if isinstance(reason, dict) else {}
    detail = str(found.get("message") or found.get("reason") or "")[:300]
    return MailEvent(
        delivery=delivery,
        message_id=str(data.get("email_id") or ""),
        mail_id=_tag(data.get("tags")),
        addresses=tuple(address for address in addresses if address),
        detail=f"{delivery}: {detail}" if detail else delivery,
        # A full mailbox is not a wrong address.
        is_final=found.get("type") != "Transient",
    )


def _tag(tags: Any) -> str:
    """Our mail id. Webhooks have the tags as an object, requests to the service as a list."""
    if isinstance(tags, list):
        tags = {tag.get("name"): tag.get("value") for tag in tags if isinstance(tag, dict)}
    return str(tags.get("mail") or "") if isinstance(tags, dict) else ""


async def record(ctx: Context, event_id: str, data: Any) -> None:
    """Record an event once, also if it is delivered several times."""
    event = parse(data)
    await mail_events.record(ctx.db, event_id, event, now=ctx.now)
    if event and event.suppresses:
        log("address_suppressed", request_id=ctx.request_id, delivery=event.delivery)
