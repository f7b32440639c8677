"""Events of the mail service. Each is recorded once, on its mail, and may suppress an address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from db.database import Database
    from domain.delivery import MailEvent

# ?4 lists the deliveries that this event outranks.
SET_DELIVERY: Final = """
UPDATE mails SET delivery = ?3, last_error = CASE ?3 WHEN 'delivered' THEN NULL ELSE ?5 END
 WHERE (message_id = ?1 OR id = ?2)
   AND (delivery IS NULL OR delivery IN (SELECT value FROM json_each(?4)))
   AND NOT EXISTS (SELECT 1 FROM webhook_events e WHERE e.provider = 'resend' AND e.event_id = ?6)
"""

SUPPRESS: Final = """
INSERT INTO suppressions (email, reason, since)
SELECT lower(value), ?2, ?3 FROM json_each(?1)
 WHERE NOT EXISTS (SELECT 1 FROM webhook_events e WHERE e.provider = 'resend' AND e.event_id = ?4)
ON CONFLICT DO NOTHING
"""

MARK_SEEN: Final = """
INSERT INTO webhook_events (provider, event_id, received_at) VALUES ('resend', ?1, ?2)
ON CONFLICT DO NOTHING
"""


async def record(db: Database, event_id: str, event: MailEvent | None, *, now: int) -> None:
    """Record an event and its effects in one transaction, unless it was recorded before."""
    statements: list[tuple[str, tuple[Any, ...]]] = []
    if event:
        outranked = json.dumps(event.outranks)
        about = (event.message_id, event.mail_id, event.delivery, outranked, event.detail)
        statements.append((SET_DELIVERY, (*about, event_id)))
        if event.suppresses:
            addresses = json.dumps(event.addresses)
            statements.append((SUPPRESS, (addresses, event.delivery, now, event_id)))
    await db.batch([*statements, (MARK_SEEN, (event_id, now))])
