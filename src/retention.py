"""The daily purge: deletes what is older than docs/privacy.md allows, in D1 and in R2.

Rooms delete their chat by their own alarm (room/reconciler.py). The purge calls only rooms whose
alarm may be missing or wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from db import call_reports, platform_events
from db import retention as retention_db
from errors import ServiceUnavailableError
from files import cleanup
from logs import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from context import Context

HOUR_S: Final = 60 * 60
DAY_S: Final = 24 * HOUR_S
# The trigger runs hourly, at 17 minutes past; a day's purge begins with the run of 03:17 UTC.
DAY_BEGINS_S: Final = 3 * HOUR_S
# Providers repeat a webhook for some days at most.
WEBHOOKS_KEPT_S: Final = 30 * DAY_S
# A platform that missed events reads them from the log.
PLATFORM_EVENTS_KEPT_S: Final = 30 * DAY_S
ROOMS_PER_ROUND: Final = 100
FILES_PER_ROUND: Final = 500
ROWS_PER_ROUND: Final = 2_000
# The bucket's limit for one list.
KEYS_PER_ROUND: Final = 1_000
# For each kind, in one run; the next hour's run continues.
MAX_ROUNDS: Final = 20
# A younger object without a row may get its row soon; an older one is an orphan.
ORPHAN_AFTER_S: Final = DAY_S
# Names of jobs in the table `progress`; they are stored, so they stay.
ROOMS_JOB: Final = "ask-rooms"
SETTING_JOB: Final = "chat-kept-days"
ORPHAN_JOB: Final = "purge-orphans"
# The purge stops calling a silent room after this time.
ROOM_RETRIED_FOR_S: Final = 7 * DAY_S

# The number of removed items, and whether more are left than one run may remove.
Removed = tuple[int, bool]


async def purge(ctx: Context) -> None:
    """Remove expired data: each kind once a day, and again each hour until it is done.

    If one kind fails, the others are purged nevertheless, and the failure is raised in the end.
    """
    day = (ctx.now - DAY_BEGINS_S) // DAY_S
    done = await retention_db.list_done(ctx.db, [_job(name) for name in STEPS], day)
    counts: dict[str, int] = {}
    failure = None
    for name, step in STEPS.items():
        if _job(name) in done:
            continue
        try:
            counts[name], has_more = await step(ctx)
            if has_more:
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
    """The job's name in the table `progress`, in which it is stored."""
    return f"purged-{name}"


def _expired_before(ctx: Context, days: int) -> int:
    """Data from before this time has expired; with 0 days, nothing ever has."""
    return ctx.now - days * DAY_S if days else 0


async def _in_rounds(remove_some: Callable[[], Awaitable[Removed]]) -> Removed:
    """Repeat `remove_some` until nothing is left, at most MAX_ROUNDS times."""
    count = 0
    for _ in range(MAX_ROUNDS):
        removed, has_more = await remove_some()
        count += removed
        if not has_more:
            return count, False
    return count, True


async def _purge_recordings(ctx: Context) -> Removed:
    return await _purge_files(ctx, ctx.settings.recordings_kept_days, recordings=True)


async def _purge_resources(ctx: Context) -> Removed:
    return await _purge_files(ctx, ctx.settings.resources_kept_days, recordings=False)


async def _purge_files(ctx: Context, days: int, *, recordings: bool) -> Removed:
    async def remove_some() -> Removed:
        rows = await retention_db.claim_resources(
            ctx.db,
            ended_before=_expired_before(ctx, days),
            recordings=recordings,
            limit=FILES_PER_ROUND,
            now=ctx.now,
        )
        if rows:
            await cleanup.remove(ctx, rows)
        return len(rows), len(rows) == FILES_PER_ROUND

    return await _in_rounds(remove_some)


async def _purge_pieces(ctx: Context) -> Removed:
    """Delete what browsers have sent of recordings that failed."""
    ended_before = _expired_before(ctx, ctx.settings.recordings_kept_days)

    async def remove_some() -> Removed:
        rows = await retention_db.list_pieces(
            ctx.db, ended_before=ended_before, limit=FILES_PER_ROUND
        )
        keys = [row["r2_key"] for row in rows]
        if keys:
            await ctx.files.delete(keys)
            await retention_db.drop_pieces(ctx.db, keys)
        return len(keys), len(keys) == FILES_PER_ROUND

    return await _in_rounds(remove_some)


async def _purge_boards(ctx: Context) -> Removed:
    """Delete saved boards with their pictures; a room deletes its own board by its alarm."""
    ended_before = _expired_before(ctx, ctx.settings.resources_kept_days)

    async def remove_some() -> Removed:
        boards, images = await retention_db.list_boards(
            ctx.db, ended_before=ended_before, limit=FILES_PER_ROUND
        )
        rows = [*boards, *images]
        if rows:
            await ctx.files.delete([row["r2_key"] for row in rows])
            ids = [row["id"] for row in boards], [row["id"] for row in images]
            await retention_db.drop_boards(ctx.db, *ids)
        return len(rows), FILES_PER_ROUND in (len(boards), len(images))

    return await _in_rounds(remove_some)


async def _purge_chats(ctx: Context) -> Removed:
    """Have rooms delete an expired chat if their alarm may be missing or wrong.

    A room that was last entered in an older release has no such alarm; others have an alarm by the
    setting of that time. So after a change of the setting, each session that was booked before the
    change has its room called once, when its chat expires. `_retry_rooms` repeats a failed call.
    """
    days = ctx.settings.chat_kept_days
    booked_before, until = await _booked_before(ctx, days), _expired_before(ctx, days)
    count, seen = 0, await retention_db.progress(ctx.db, ROOMS_JOB)
    for _ in range(MAX_ROUNDS):
        rows = await retention_db.list_ended_between(
            ctx.db, after=seen, until=until, booked_before=booked_before, limit=ROOMS_PER_ROUND
        )
        failed = [row["id"] for row in rows if not await _purge_chat(ctx, row["id"])]
        has_more = len(rows) == ROOMS_PER_ROUND
        seen = (
            (rows[-1]["scheduled_end"], rows[-1]["id"]) if has_more else max(seen, (until + 1, ""))
        )
        await retention_db.record_called(ctx.db, ROOMS_JOB, seen, failed=failed, now=ctx.now)
        count += len(rows)
        if not has_more:
            return count, False
    return count, True


async def _booked_before(ctx: Context, days: int) -> int:
    """The rooms of sessions booked before this time may have an alarm by an older setting."""
    booked_before, known = await retention_db.progress(ctx.db, SETTING_JOB)
    if known == str(days):
        return booked_before
    # Rooms get a new release, and with it the setting, some minutes after the Worker.
    booked_before = ctx.now + DAY_S
    await retention_db.set_progress(ctx.db, SETTING_JOB, booked_before, str(days))
    return booked_before


async def _retry_rooms(ctx: Context) -> Removed:
    """Call the rooms of deleted sessions, and those whose call failed, until each has answered."""
    count, seen = 0, ""
    for _ in range(MAX_ROUNDS):
        rows = await retention_db.list_deleted(ctx.db, after=seen, limit=ROOMS_PER_ROUND)
        done = [
            row["id"]
            for row in rows
            if await _purge_chat(ctx, row["id"])
            or row["deleted_at"] <= ctx.now - ROOM_RETRIED_FOR_S
        ]
        if done:
            await retention_db.drop_deleted(ctx.db, done)
        count += len(done)
        if len(rows) < ROOMS_PER_ROUND:
            return count, False
        seen = rows[-1]["id"]
    return count, True


async def _purge_chat(ctx: Context, session_id: str) -> bool:
    """True if the room has answered. A room that cannot read its session's row retries itself."""
    try:
        await ctx.rooms.forget_chat(session_id)
    except ServiceUnavailableError:
        log("chat_purge_failed", session_id=session_id)
        return False
    return True


async def _purge_mails(ctx: Context) -> Removed:
    ended_before = _expired_before(ctx, ctx.settings.mail_kept_days)
    return await _in_rounds(
        lambda: retention_db.drop_mails(ctx.db, ended_before=ended_before, limit=ROWS_PER_ROUND),
    )


async def _purge_events(ctx: Context) -> Removed:
    return await _in_rounds(
        lambda: retention_db.drop_events(
            ctx.db,
            analytics_before=_expired_before(ctx, ctx.settings.analytics_kept_days),
            webhooks_before=ctx.now - WEBHOOKS_KEPT_S,
            limit=ROWS_PER_ROUND,
        ),
    )


async def _purge_orphans(ctx: Context) -> Removed:
    """Delete objects without a row: those of a deleted session or of an interrupted run.

    A run continues where the last one stopped; after the last object it starts at the first.
    """
    count, (_, seen) = 0, await retention_db.progress(ctx.db, ORPHAN_JOB)
    for _ in range(MAX_ROUNDS):
        listed = await ctx.files.list_keys(seen, KEYS_PER_ROUND)
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


async def _purge_platform_events(ctx: Context) -> Removed:
    before = ctx.now - PLATFORM_EVENTS_KEPT_S
    return await _in_rounds(
        lambda: platform_events.drop_old(ctx.db, before=before, limit=ROWS_PER_ROUND)
    )


async def _purge_call_reports(ctx: Context) -> Removed:
    before = _expired_before(ctx, ctx.settings.analytics_kept_days)
    return await _in_rounds(
        lambda: call_reports.drop_old(ctx.db, before=before, limit=ROWS_PER_ROUND)
    )


# Rooms come last: each is a request of its own, and one event has a limit of them. The names are
# stored (see `_job`), so they stay.
STEPS: Final[dict[str, Callable[[Context], Awaitable[Removed]]]] = {
    "recordings": _purge_recordings,
    "pieces": _purge_pieces,
    "resources": _purge_resources,
    "boards": _purge_boards,
    "mails": _purge_mails,
    "events": _purge_events,
    "platform_events": _purge_platform_events,
    "call_reports": _purge_call_reports,
    "orphans": _purge_orphans,
    "rooms_again": _retry_rooms,
    "rooms": _purge_chats,
}
