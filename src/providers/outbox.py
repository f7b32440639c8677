"""Mail without a mail service: D1 stores it, and development shows it at /dev/outbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from db import outbox
from providers.mail import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from db.database import Database


class OutboxMail:
    """`providers.mail.MailService`. The mail's id prevents a second row."""

    def __init__(self, db: Database, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock

    async def send(self, batch: Sequence[str], key: str) -> list[Receipt]:  # noqa: ARG002
        mails = [json.loads(text) for text in batch]
        ids = [mail["tags"][0]["value"] for mail in mails]
        await outbox.add(self._db, dict(zip(ids, mails, strict=True)), now=int(self._clock()))
        return [Receipt(message_id=f"outbox-{mail_id}") for mail_id in ids]
