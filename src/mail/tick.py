"""The mail work of each minute: make the rows of due mails, then send them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from db import due_mails, mails
from domain import mail_rules
from logs import log
from mail import sender

if TYPE_CHECKING:
    from context import Context


async def tick(ctx: Context) -> None:
    """Make and send the due mails; log the counts, and warn of late and dead mails."""
    started = time.monotonic()
    made = await due_mails.make_due(ctx.db, now=ctx.now)
    tally = await sender.create(ctx).run()
    waiting, oldest = await mails.count_unsent(ctx.db)
    late_s = max(0, ctx.now - oldest) if oldest is not None else 0
    fields = {
        "made": len(made),
        **tally,
        "waiting": waiting,
        "oldest_late_s": late_s,
        "milliseconds": round((time.monotonic() - started) * 1000),
        "d1_round_trips": getattr(ctx.db, "calls", 0),
        "d1_rows_read": getattr(ctx.db, "rows_read", 0),
        "d1_rows_written": getattr(ctx.db, "rows_written", 0),
    }
    log("mail_tick", request_id=ctx.request_id, **fields)
    if tally["dead"]:
        log("mail_dead", request_id=ctx.request_id, mails=tally["dead"])
    if late_s > mail_rules.LATE_S:
        log("mail_late", request_id=ctx.request_id, oldest_late_s=late_s)
