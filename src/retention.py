"""The daily purge: nothing is kept longer than docs/privacy.md says, in D1, in R2 or in a room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cleaning
from db import retention as retention_db
from errors import ServiceUnavailableError
from logs import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from context import Context

DAY_S: Final = 24 * 60 * 60
# Providers repeat a webhook for some days at most.
WEBHOOKS_KEPT_S: Final = 30 * DAY_S
AT_ONCE: Final = 100
FILES_AT_ONCE: Final = 500
ROWS_AT_ONCE: Final = 2_000
# The bucket lists no more.
KEYS_AT_ONCE: Final = 1_000
# Of each kind, in one run; a larger backlog is worked off on the following days, and logged.
MAX_ROUNDS: Final = 20
# An object without a row is a row's that is about to be written, or an orphan.
ORPHAN_AFTER_S: Final = DAY_S
CHAT_JOB: Final = "purge-chat"
ORPHAN_JOB: Final = "purge-orphans"
# A room that fails for so long holds up nobody else's any more.
ROOM_TRIED_FOR_S: Final = 7 * DAY_S


async def purge(ctx: Context) -> None:
    """Remove what is past its time. Broken off anywhere, it is done again tomorrow.

    A class of data that cannot go keeps no other from going; the failure is raised in the end.
    """
    counts: dict[str, int] = {}
    failure = None
    for name, step in STEPS.items():
        try:
            count = await step(ctx)
        except Exception as error:  # noqa: BLE001
            log("purge_failed", what=name, error=repr(error))
            failure = error
        else:
            counts |= {} if count is None else {name: count}
    log("purged", **counts)
    if failure:
        raise failure


def _before(ctx: Context, days: int) -> int:
    """What is older is past its time; with 0 days nothing ever is."""
    return ctx.now - days * DAY_S if days else 0


def _say_that_more_is_left(what: str) -> None:
    log("purge_backlog", what=what)


async def _in_rounds(what: str, some: Callable[[], Awaitable[tuple[int, bool]]]) -> int:
    """Remove some, and again while more is left; how many that were."""
    count = 0
    for _ in range(MAX_ROUNDS):
        gone, is_more_left = await some()
        count += gone
        if not is_more_left:
            break
    else:
        _say_that_more_is_left(what)
    return count


async def _purge_recordings(ctx: Context) -> int:
    return await _purge_files(ctx, ctx.settings.recordings_kept_days, recordings=True)


async def _purge_resources(ctx: Context) -> int:
    return await _purge_files(ctx, ctx.settings.resources_kept_days, recordings=False)


async def _purge_files(ctx: Context, days: int, *, recordings: bool) -> int:
    async def some() -> tuple[int, bool]:
        rows = await retention_db.claim_resources(
            ctx.db,
            ended_before=_before(ctx, days),
            recordings=recordings,
            limit=FILES_AT_ONCE,
            now=ctx.now,
        )
        if rows:
            await cleaning.remove(ctx, rows)
        return len(rows), len(rows) == FILES_AT_ONCE

    return await _in_rounds("recordings" if recordings else "resources", some)


async def _purge_chats(ctx: Context) -> int:
    """Rooms do not know the time when they sleep, so they are told.

    From one that fails on, all are told again tomorrow, until it has failed for days.
    """
    until = _before(ctx, ctx.settings.chat_kept_days)
    count, seen = 0, await retention_db.progress(ctx.db, CHAT_JOB)
    failed_at = None
    for _ in range(MAX_ROUNDS):
        rows = await retention_db.list_ended_between(ctx.db, after=seen, until=until, limit=AT_ONCE)
        for row in rows:
            seen = (row["scheduled_end"], row["id"])
            if not await _forget_chat(ctx, row["id"]) and failed_at is None:
                failed_at = max(seen[0], until - ROOM_TRIED_FOR_S)
        count += len(rows)
        if len(rows) < AT_ONCE:
            break
    else:
        _say_that_more_is_left("chats")
    if count:
        done = seen if failed_at is None else min(seen, (failed_at, ""))
        await retention_db.set_progress(ctx.db, CHAT_JOB, *done)
    return count


async def _purge_chats_of_deleted(ctx: Context) -> int:
    """Rooms of sessions that somebody has deleted, each told until it has forgotten its chat."""
    count, seen = 0, ""
    for _ in range(MAX_ROUNDS):
        rows = await retention_db.list_deleted(ctx.db, after=seen, limit=AT_ONCE)
        done = [
            row["id"]
            for row in rows
            if await _forget_chat(ctx, row["id"]) or row["deleted_at"] <= ctx.now - ROOM_TRIED_FOR_S
        ]
        if done:
            await retention_db.drop_deleted(ctx.db, done)
        count += len(done)
        if len(rows) < AT_ONCE:
            break
        seen = rows[-1]["id"]
    else:
        _say_that_more_is_left("chats_of_deleted")
    return count


async def _forget_chat(ctx: Context, session_id: str) -> bool:
    try:
        await ctx.rooms.forget_chat(session_id)
    except ServiceUnavailableError:
        log("chat_not_forgotten", session_id=session_id)
        return False
    return True


async def _purge_mails(ctx: Context) -> int:
    ended_before = _before(ctx, ctx.settings.mail_kept_days)
    return await _in_rounds(
        "mails",
        lambda: retention_db.drop_mails(ctx.db, ended_before=ended_before, limit=ROWS_AT_ONCE),
    )


async def _purge_events(ctx: Context) -> None:
    await _in_rounds(
        "events",
        lambda: retention_db.drop_events(
            ctx.db,
            analytics_before=_before(ctx, ctx.settings.analytics_kept_days),
            webhooks_before=ctx.now - WEBHOOKS_KEPT_S,
            limit=ROWS_AT_ONCE,
        ),
    )


async def _purge_orphans(ctx: Context) -> int:
    """Objects that no row stands for: what a deleted session or a broken run has left.

    Goes on where the last run stopped; after the last object the next one begins at the first.
    """
    count, (_, seen) = 0, await retention_db.progress(ctx.db, ORPHAN_JOB)
    for _ in range(MAX_ROUNDS):
        listed = await ctx.files.list_keys(seen, KEYS_AT_ONCE)
        count += await _delete_orphans(ctx, listed)
        seen = listed[-1][0] if listed else ""
        await retention_db.set_progress(ctx.db, ORPHAN_JOB, 0, seen)
        if not seen:
            break
    return count


async def _delete_orphans(ctx: Context, listed: list[tuple[str, int]]) -> int:
    old = [key for key, uploaded in listed if uploaded <= ctx.now - ORPHAN_AFTER_S]
    known = await retention_db.known_keys(ctx.db, old) if old else set()
    orphans = [key for key in old if key not in known]
    await ctx.files.delete(orphans)
    return len(orphans)


# Rooms come last: each is a request of its own, of which one event may make only so many.
STEPS: Final[dict[str, Callable[[Context], Awaitable[int | None]]]] = {
    "recordings": _purge_recordings,
    "resources": _purge_resources,
    "mails": _purge_mails,
    "events": _purge_events,
    "orphans": _purge_orphans,
    "chats_of_deleted": _purge_chats_of_deleted,
    "chats": _purge_chats,
}
