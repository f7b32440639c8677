"""Recordings on their way into R2: announced, queued, copied, or visibly failed.

A message only says which recording to look at; what is to be done follows from its row. So it does
no harm when a message comes twice, and the sweep makes good for one that never comes.
"""

from __future__ import annotations

import re
import time
import traceback
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from db import recordings as recordings_db
from errors import AppError, NotFoundError
from files.streams import RecordingError
from logs import log
from recordings import sources
from recordings.copying import Copy, UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from context import Context
    from db.database import Row

# wrangler.toml's and every environment's name of the queue for what could not be copied ends so.
DEAD_QUEUE_ENDING: Final = "-dead"
# Longer than any consumer lives.
LEASE_S: Final = 16 * 60
LONGEST_WAIT_S: Final = 60 * 60
# So often the queue brings a message. After as many failures without getting further it is an
# operator's, however many messages there were.
MOST_ATTEMPTS: Final = 9
# After so many of them nothing that has arrived is trusted any more, once.
START_OVER_AFTER: Final = 5
STRANDED_S: Final = 10 * 60
ASK_FIRST_S: Final = 10 * 60
ASK_UNTIL_S: Final = 48 * 60 * 60
AT_ONCE: Final = 20
# It becomes part of a key and of addresses.
_RECORD_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}\Z")


class Message(NamedTuple):
    """One delivery of the queue. `retry` takes the seconds to wait."""

    body: Any
    attempts: int
    ack: Callable[[], None]
    retry: Callable[[int], None]


async def announce(
    ctx: Context, session_id: str, provider: str, record_id: str, size_bytes: int | None = None
) -> None:
    """The provider has a recording that can be fetched; hearing it twice is fine."""
    if not _RECORD_ID.match(record_id):
        log("recording_id_refused", session_id=session_id, provider=provider)
        return
    new = await recordings_db.announce(
        ctx.db,
        record_id=record_id,
        session_id=session_id,
        provider=provider,
        announced_bytes=size_bytes,
        now=ctx.now,
    )
    if new:
        log("recording_announced", session_id=session_id, record_id=record_id)
        await ctx.queue_recording(record_id)


async def consume(ctx: Context, queue: str, messages: list[Message]) -> None:
    """Look after each message by itself: one that fails takes no other with it."""
    for message in messages:
        try:
            await _look_after(ctx, queue, message)
        except Exception as error:  # noqa: BLE001
            log("recording_message_failed", trace=traceback.format_exception(error))
            message.retry(ctx.settings.recording_retry_s)


async def _look_after(ctx: Context, queue: str, message: Message) -> None:
    record_id = message.body.get("record_id") if isinstance(message.body, dict) else None
    if not isinstance(record_id, str):
        log("recording_message_not_understood", queue=queue)
        message.ack()
    elif queue.endswith(DEAD_QUEUE_ENDING):
        await _bury(ctx, record_id, message)
    else:
        await _take(ctx, record_id, message)


async def _take(ctx: Context, record_id: str, message: Message) -> None:
    """Copy, unless it has been copied, or somebody else is at it."""
    claimed, row, parts = await recordings_db.claim(
        ctx.db, record_id, lease_until=ctx.now + LEASE_S, now=ctx.now
    )
    if row is None or not claimed:
        message.ack()
        return
    about = {"session_id": row["session_id"], "record_id": record_id}
    began = time.monotonic()
    try:
        await _copy(ctx, row, parts)
    except UnfinishedError:
        await recordings_db.release(ctx.db, record_id, now=_now(ctx, began))
        await ctx.queue_recording(record_id)
        message.ack()
    except Exception as error:  # noqa: BLE001
        log("recording_attempt_failed", **about, error=_reason(error), attempt=row["attempts"])
        if not isinstance(error, (RecordingError, AppError)):
            log("unexpected_error", **about, trace=traceback.format_exception(error))
        await _try_again(ctx, row, message, _reason(error), now=_now(ctx, began))
    else:
        log("recording_copied", **about, attempts=row["attempts"])
        message.ack()


def _now(ctx: Context, began: float) -> int:
    """The event's own time is past: to copy takes minutes."""
    return ctx.now + int(time.monotonic() - began)


async def _try_again(ctx: Context, row: Row, message: Message, reason: str, *, now: int) -> None:
    """Have the queue bring it once more, unless this was the last attempt."""
    wait = min(LONGEST_WAIT_S, ctx.settings.recording_retry_s * 2 ** (message.attempts - 1))
    goes_on = await recordings_db.postpone(
        ctx.db,
        row["record_id"],
        until=now + wait,
        error=reason,
        most_attempts=MOST_ATTEMPTS,
        now=now,
    )
    if goes_on:
        message.retry(wait)
        return
    about = {"session_id": row["session_id"], "record_id": row["record_id"]}
    log("recording_failed", **about, last_error=reason)
    message.ack()


async def _copy(ctx: Context, row: Row, parts: list[Row]) -> None:
    source = sources.source_named(row["provider"], ctx)
    if row["announced_bytes"] is None and row["provider_room_id"]:
        row["announced_bytes"] = await _announced_bytes(source, row)
    copy = Copy.of(ctx, source, row, parts)
    try:
        await copy.run()
    except Exception:
        if row["attempts"] == START_OVER_AFTER and copy.parts and not copy.got_on:
            await copy.forget()
        raise


async def _announced_bytes(source: sources.Source, row: Row) -> int | None:
    """What the provider says of its length; a webhook does not tell."""
    found = await source.list_recordings(row["provider_room_id"])
    return next((each.size_bytes for each in found if each.record_id == row["record_id"]), None)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


async def _bury(ctx: Context, record_id: str, message: Message) -> None:
    """The queue has tried often enough; but whoever still holds the lease may succeed."""
    leased_until = await _give_up(ctx, record_id)
    if leased_until is None:
        message.ack()
    else:
        message.retry(leased_until - ctx.now)


async def _give_up(ctx: Context, record_id: str) -> int | None:
    """From now on it is an operator's; until when not, while somebody is at it."""
    row, leased_until = await recordings_db.give_up(
        ctx.db, record_id, error="no attempt came to an end", now=ctx.now
    )
    if row is not None:
        log("recording_failed", record_id=record_id, **row)
    return leased_until


async def retry(ctx: Context, record_id: str) -> None:
    """An operator wants it tried again, from now on with all attempts. Raises: NotFoundError."""
    if await recordings_db.retry(ctx.db, record_id, now=ctx.now) is None:
        raise NotFoundError("No recording of that id waits to be tried again.")
    await ctx.queue_recording(record_id)


async def sweep(ctx: Context) -> None:
    """Find what was lost: messages of the queue, and webhooks of the provider."""
    stranded = await recordings_db.list_stranded(
        ctx.db, due_before=ctx.now - STRANDED_S, now=ctx.now, limit=AT_ONCE
    )
    for row in stranded:
        await _by_itself(_look_after_stranded(ctx, row), row["session_id"])
    sessions = await recordings_db.list_unasked(
        ctx.db,
        ended_after=ctx.now - ASK_UNTIL_S,
        ended_before=ctx.now - ASK_FIRST_S,
        now=ctx.now,
        limit=AT_ONCE,
    )
    for session in sessions:
        await _by_itself(_ask(ctx, session), session["id"])


async def _by_itself(work: Awaitable[None], session_id: str) -> None:
    """One that fails keeps no other from its turn; a later sweep comes back to it."""
    try:
        await work
    except Exception as error:  # noqa: BLE001
        about = {"session_id": session_id, "trace": traceback.format_exception(error)}
        log("recording_sweep_failed", **about)


async def _look_after_stranded(ctx: Context, row: Row) -> None:
    """Its message was lost, or its consumers were killed each time."""
    if row["attempts"] >= MOST_ATTEMPTS:
        await _give_up(ctx, row["record_id"])
        return
    await recordings_db.mark_queued(ctx.db, row["record_id"], now=ctx.now)
    await ctx.queue_recording(row["record_id"])
    log("recording_queued_again", session_id=row["session_id"], record_id=row["record_id"])


async def _ask(ctx: Context, session: Row) -> None:
    """Ask the provider what it has of one session; the next sweep makes good for a failure."""
    await recordings_db.mark_asked(ctx.db, session["id"], now=ctx.now)
    try:
        source = sources.source_named(session["provider"], ctx)
        found = await source.list_recordings(session["provider_room_id"])
    except (AppError, RecordingError) as error:
        log("recordings_not_listed", session_id=session["id"], error=_reason(error))
        return
    for each in found:
        await announce(ctx, session["id"], session["provider"], each.record_id, each.size_bytes)
