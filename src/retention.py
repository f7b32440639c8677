"""The daily purge: nothing is kept longer than docs/privacy.md says, in D1 and in R2.

Rooms forget by their own alarm (reconciler.py). The purge asks only those that may have no alarm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from db import retention as retention_db
from errors import ServiceUnavailableError
from files import cleanup
from logs import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from context import Context

HOUR_S: Final = 60 * 60
DAY_S: Final = 24 * HOUR_S
# The trigger is hourly, at 17 minutes past; what a day has to purge begins with that of 03:17 UTC.
DAY_BEGINS_S: Final = 3 * HOUR_S
# Providers repeat a webhook for some days at most.
WEBHOOKS_KEPT_S: Final = 30 * DAY_S
AT_ONCE: Final = 100
FILES_AT_ONCE: Final = 500
ROWS_AT_ONCE: Final = 2_000
# The bucket lists no more.
KEYS_AT_ONCE: Final = 1_000
# Of each kind, in one run; the next hour's run goes on where this one stops.
MAX_ROUNDS: Final = 20
# An object without a row is a row's that is about to be written, or an orphan.
ORPHAN_AFTER_S: Final = DAY_S
ROOMS_JOB: Final = "ask-rooms"
SETTING_JOB: Final = "chat-kept-days"
ORPHAN_JOB: Final = "purge-orphans"
# A room that fails for so long is asked no more.
ROOM_TRIED_FOR_S: Final = 7 * DAY_S

# How many have gone, and whether more are left than one run may take.
Taken = tuple[int, bool]


async def purge(ctx: Context) -> None:
    """Remove what is past its time: each kind once a day, and again each hour until it is done.

    A kind that fails keeps no other from going; the failure is raised in the end.
    """
    day = (ctx.now - DAY_BEGINS_S) // DAY_S
    done = await retention_db.list_done(ctx.db, [_job(name) for name in STEPS], day)
    counts: dict[str, int] = {}
    failure = None
    for name, step in STEPS.items():
        if _job(name) in done:
            continue
        try:
            counts[name], is_more_left = await step(ctx)
            if is_more_left:
                log("purge_backlog", what=name)
            else:
                await retention_db.set_progress(ctx.db, _job(name), day, "")
        except Exception as error:  # noqa: BLE001
            log("purge_failed", what=name, error=repr(error))
            failure = error
    if counts:
        log("purged", **counts)
    if failure:
        raise failure


def _job(name: str) -> str:
    return f"purged-{name}"


def _before(ctx: Context, days: int) -> int:
    """What is older is past its time; with 0 days nothing ever is."""
    return ctx.now - days * DAY_S if days else 0


async def _in_rounds(some: Callable[[], Awaitable[Taken]]) -> Taken:
    """Remove some, and again while more is left."""
    count = 0
    for _ in range(MAX_ROUNDS):
        gone, is_more_left = await some()
        count += gone
        if not is_more_left:
            return count, False
    return count, True


async def _purge_recordings(ctx: Context) -> Taken:
    return await _purge_files(ctx, ctx.settings.recordings_kept_days, recordings=True)


async def _purge_resources(ctx: Context) -> Taken:
    return await _purge_files(ctx, ctx.settings.resources_kept_days, recordings=False)


async def _purge_files(ctx: Context, days: int, *, recordings: bool) -> Taken:
    async def some() -> Taken:
        rows = await retention_db.claim_resources(
            ctx.db,
            ended_before=_before(ctx, days),
            recordings=recordings,
            limit=FILES_AT_ONCE,
            now=ctx.now,
        )
        if rows:
            await cleanup.remove(ctx, rows)
        return len(rows), len(rows) == FILES_AT_ONCE

    return await _in_rounds(some)


async def _ask_rooms(ctx: Context) -> Taken:
    """Ask rooms to look at their time, whose alarm may not say when that is.

    Rooms that were entered in an older release have no such alarm; others have one by the setting
    as it was. So the rooms of all sessions that were booked before a change of the setting are
    asked once, when they are due. One that does not answer is asked again with the deleted ones.
    """
    days = ctx.settings.chat_kept_days
    booked_before, until = await _booked_before(ctx, days), _before(ctx, days)
    count, seen = 0, await retention_db.progress(ctx.db, ROOMS_JOB)
    for _ in range(MAX_ROUNDS):
        rows = await retention_db.list_ended_between(
            ctx.db, after=seen, until=until, booked_before=booked_before, limit=AT_ONCE
        )
        silent = [row["id"] for row in rows if not await _ask_room(ctx, row["id"])]
        is_more_left = len(rows) == AT_ONCE
        seen = (
            (rows[-1]["scheduled_end"], rows[-1]["id"])
            if is_more_left
            else max(seen, (until + 1, ""))
        )
        await retention_db.note_asked(ctx.db, ROOMS_JOB, seen, silent=silent, now=ctx.now)
        count += len(rows)
        if not is_more_left:
            return count, False
    return count, True


async def _booked_before(ctx: Context, days: int) -> int:
    """Up to which time of booking a session's room may not know the setting."""
    booked_before, known = await retention_db.progress(ctx.db, SETTING_JOB)
    if known == str(days):
        return booked_before
    # Rooms take up a new release, and with it the setting, some minutes after the Worker.
    booked_before = ctx.now + DAY_S
    await retention_db.set_progress(ctx.db, SETTING_JOB, booked_before, str(days))
    return booked_before


async def _ask_rooms_again(ctx: Context) -> Taken:
    """Ask the rooms of deleted sessions, and those that did not answer, until each has answered."""
    count, seen = 0, ""
    for _ in range(MAX_ROUNDS):
        rows = await retention_db.list_deleted(ctx.db, after=seen, limit=AT_ONCE)
        done = [
            row["id"]
            for row in rows
            if await _ask_room(ctx, row["id"]) or row["deleted_at"] <= ctx.now - ROOM_TRIED_FOR_S
        ]
        if done:
            await retention_db.drop_deleted(ctx.db, done)
        count += len(done)
        if len(rows) < AT_ONCE:
            return count, False
        seen = rows[-1]["id"]
    return count, True


async def _ask_room(ctx: Context, session_id: str) -> bool:
    """Whether the room has answered; one that cannot read its record tries again by itself."""
    try:
        await ctx.rooms.forget_chat(session_id)
    except ServiceUnavailableError:
        log("chat_not_forgotten", session_id=session_id)
        return False
    return True


async def _purge_mails(ctx: Context) -> Taken:
    ended_before = _before(ctx, ctx.settings.mail_kept_days)
    return await _in_rounds(
        lambda: retention_db.drop_mails(ctx.db, ended_before=ended_before, limit=ROWS_AT_ONCE),
    )


async def _purge_events(ctx: Context) -> Taken:
    return await _in_rounds(
        lambda: retention_db.drop_events(
            ctx.db,
            analytics_before=_before(ctx, ctx.settings.analytics_kept_days),
            webhooks_before=ctx.now - WEBHOOKS_KEPT_S,
            limit=ROWS_AT_ONCE,
        ),
    )


async def _purge_orphans(ctx: Context) -> Taken:
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
            return count, False
    return count, True


async def _delete_orphans(ctx: Context, listed: list[tuple[str, int]]) -> int:
    old = [key for key, uploaded in listed if uploaded <= ctx.now - ORPHAN_AFTER_S]
    known = await retention_db.known_keys(ctx.db, old) if old else set()
    orphans = [key for key in old if key not in known]
    await ctx.files.delete(orphans)
    return len(orphans)


# Rooms come last: each is a request of its own, of which one event may make only so many.
STEPS: Final[dict[str, Callable[[Context], Awaitable[Taken]]]] = {
    "recordings": _purge_recordings,
    "resources": _purge_resources,
    "mails": _purge_mails,
    "events": _purge_events,
    "orphans": _purge_orphans,
    "rooms_again": _ask_rooms_again,
    "rooms": _ask_rooms,
}
