"""Closes overdue sessions each minute, in case their room has not done it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import analytics
from db import transitions
from domain import rules
from domain.model import Status
from logs import log

if TYPE_CHECKING:
    from context import Context


async def close_overdue(ctx: Context) -> None:
    """Close every session that is past its overtime and still open."""
    closed = await transitions.close_overdue(
        ctx.db, ended_before=ctx.now - rules.OVERTIME_S, now=ctx.now
    )
    for row in closed:
        log("session_closed_by_sweep", session_id=row["id"], status=row["status"])
        if row["status"] == Status.COMPLETED:
            analytics.session_ended(
                ctx, row["id"], started_at=row["started_at"], ended_at=row["ended_at"]
            )
