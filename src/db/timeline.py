"""The rows of which a session's timeline is made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from db import consents

if TYPE_CHECKING:
    from db.database import Database, Row

EXISTS: Final = "SELECT id, student_id, teacher_id FROM sessions WHERE id = ?1"

LIST_EVENTS: Final = """
SELECT type, data, created_at, state, attempts FROM platform_events
 WHERE session_id = ?1 ORDER BY number
"""

LIST_MAILS: Final = """
SELECT m.kind, m.state, m.delivery, m.attempts, m.user_id,
       coalesce(m.sent_at, max(m.due_at, m.created_at)) AS at
  FROM mails m WHERE m.session_id = ?1 ORDER BY m.created_at, m.id
"""

LIST_REPORTS: Final = """
SELECT role, what, browser, way, milliseconds, again, reported_at FROM call_reports
 WHERE session_id = ?1 ORDER BY id
"""

LIST_RECORDINGS: Final = """
SELECT provider, state, attempts, created_at, updated_at FROM recordings
 WHERE session_id = ?1 ORDER BY created_at
"""


async def load(db: Database, session_id: str) -> dict[str, list[Row]] | None:
    """All rows, in one round trip; None if the session does not exist."""
    queries = {
        "session": EXISTS,
        "events": LIST_EVENTS,
        "mails": LIST_MAILS,
        "reports": LIST_REPORTS,
        "recordings": LIST_RECORDINGS,
        "consents": consents.LIST,
    }
    results = await db.batch([(query, (session_id,)) for query in queries.values()])
    found = dict(zip(queries, results, strict=True))
    for event in found["events"]:
        event["data"] = json.loads(event["data"])
    return found if found["session"] else None
