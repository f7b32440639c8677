"""What browsers report of devices and calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from db.database import Database
    from domain.model import Role

# One report of many: a browser in trouble must not fill the table.
MAX_A_SESSION: Final = 500

ADD: Final = """
INSERT INTO call_reports (session_id, role, what, browser, way, milliseconds, again, reported_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
 WHERE (SELECT count(*) FROM call_reports WHERE session_id = ?1) < ?9
"""

DROP_OLD: Final = """
DELETE FROM call_reports
 WHERE id IN (SELECT id FROM call_reports WHERE reported_at <= ?1 LIMIT ?2)
RETURNING id
"""


async def add(
    db: Database,
    *,
    session_id: str,
    role: Role,
    what: str,
    browser: str,
    now: int,
    way: str | None = None,
    milliseconds: int | None = None,
    again: bool = False,
) -> None:
    about = (session_id, role.value, what, browser, way, milliseconds, int(again), now)
    await db.all(ADD, *about, MAX_A_SESSION)


async def drop_old(db: Database, *, before: int, limit: int) -> tuple[int, bool]:
    """Returns how many were deleted, and whether more may be left."""
    dropped = len(await db.all(DROP_OLD, before, limit))
    return dropped, dropped == limit
