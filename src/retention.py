"""The daily purge: nothing is kept longer than docs/privacy.md says, in D1, in R2 or in a room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cleaning
from db import retention as retention_db
from logs import log

if TYPE_CHECKING:
    from context import Context

DAY_S: Final = 24 * 60 * 60
# Providers repeat a webhook for some days at most.
WEBHOOKS_KEPT_S: Final = 30 * DAY_S
AT_ONCE: Final = 100
MAILS_AT_ONCE: Final = 2_000
# Of each kind, in one run; a larger backlog is worked off on the following days.
MAX_ROUNDS: Final = 20
# An object without a row is a row's that is about to be written, or an orphan.
ORPHAN_AFTER_S: Final = DAY_S
CHAT_JOB: Final = "purge-chat"


async def purge(ctx: Context) -> None:
    """Remove what is past its time. Broken off anywhere, it is done again tomorrow."""
    settings = ctx.settings
    recordings = await _purge_resources(ctx, settings.recordings_kept_days, recordings=True)
    resources = await _purge_resources(ctx, settings.resources_kept_days, recordings=False)
    chats = await _purge_chats(ctx, settings.chat_kept_days)
    mails = await _purge_mails(ctx, settings.mail_kept_days)
    await retention_db.drop_events(
        ctx.db,
        analytics_before=_before(ctx, settings.analytics_kept_days),
        webhooks_before=ctx.now - WEBHOOKS_KEPT_S,
    )
    orphans = await _purge_orphans(ctx)
    log(
        "purged",
        recordings=recordings,
        resources=resources,
        chats=chats,
        mails=mails,
        orphans=orphans,
    )


def _before(ctx: Context, days: int) -> int:
    """What is older is past its time; with 0 days nothing ever is."""
    return ctx.now - days * DAY_S if days else 0


async def _purge_resources(ctx: Context, days: int, *, recordings: bool) -> int:
    count = 0
    for _ in range(MAX_ROUNDS):
        rows = await retention_db.list_resources(
            ctx.db, ended_before=_before(ctx, days), recordings=recordings, limit=AT_ONCE
        )
        if rows:
            await cleaning.remove(ctx, rows)
        count += len(rows)
        if len(rows) < AT_ONCE:
            break
    return count


async def _purge_chats(ctx: Context, days: int) -> int:
    """Rooms do not know the time when they sleep, so they are told."""
    count, seen = 0, (await retention_db.done_until(ctx.db, CHAT_JOB), "")
    for _ in range(MAX_ROUNDS):
        rows = await retention_db.list_ended_between(
            ctx.db, after=seen, until=_before(ctx, days), limit=AT_ONCE
        )
        for row in rows:
            await ctx.rooms.forget_chat(row["id"])
            seen = (row["scheduled_end"], row["id"])
        count += len(rows)
        if len(rows) < AT_ONCE:
            break
    if count:
        await retention_db.set_done_until(ctx.db, CHAT_JOB, seen[0])
    return count


async def _purge_mails(ctx: Context, days: int) -> int:
    count = 0
    for _ in range(MAX_ROUNDS):
        gone = await retention_db.drop_mails(
            ctx.db, ended_before=_before(ctx, days), limit=MAILS_AT_ONCE
        )
        count += gone
        if gone < MAILS_AT_ONCE:
            break
    return count


async def _purge_orphans(ctx: Context) -> int:
    """Objects that no row stands for: what a deleted session or a broken run has left."""
    count, after = 0, ""
    for _ in range(MAX_ROUNDS):
        listed = await ctx.files.list_keys(after, AT_ONCE)
        old = [key for key, uploaded in listed if uploaded <= ctx.now - ORPHAN_AFTER_S]
        known = await retention_db.known_keys(ctx.db, old) if old else set()
        orphans = [key for key in old if key not in known]
        await ctx.files.delete(orphans)
        count += len(orphans)
        if len(listed) < AT_ONCE:
            break
        after = listed[-1][0]
    return count
