"""Product events, in deployments without Analytics Engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from db.database import Database

ADD: Final = """
INSERT INTO analytics_events (event, session_id, data, created_at) VALUES (?1, ?2, ?3, ?4)
"""


async def add(db: Database, *, event: str, session_id: str, data: dict[str, Any], now: int) -> None:
    await db.all(ADD, event, session_id, json.dumps(data), now)
