"""Recordings on their way into R2: announced, queued, copied, or visibly failed.

A message only has a recording's id; what to do follows from the recording's row. So a repeated
message does no harm, and the sweep replaces a lost one.
"""

from __future__ import annotations

import re
import time
import traceback
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from db import recordings as recordings_db
from domain.provider_names import PEER
from errors import AppError, NotFoundError
from files.streams import RecordingError, UnfinishedError
from logs import log
from recordings import finishing, receiving, sources
from recordings.copying import Copy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from context import Context
    from db.database import Row

# The end of the dead-letter queue's name, in wrangler.toml and in every environment.
DEAD_LETTER_SUFFIX: Final = "-dead"
# Longer than any consumer lives.
LEASE_S: Final = 16 * 60
MAX_RETRY_DELAY_S: Final = 60 * 60
# The queue delivers a message nine times. After nine failures without progress the recording has
# failed, also if they belong to several messages.
MAX_ATTEMPTS: Final = 9
# After five failures the copy starts over once, without the parts that have arrived.
START_OVER_AFTER: Final = 5
# A recording is stranded this long after the time at which the queue should have delivered it.
STRANDED_AFTER_S: Final = 10 * 60
# The sweep queries the provider in this period after the session's end.
QUERY_FROM_S: Final = 10 * 60
QUERY_UNTIL_S: Final = 48 * 60 * 60
ROWS_PER_SWEEP: Final = 20
# The id becomes part of a key in R2 and of URLs.
_RECORD_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}\Z")


class Message(NamedTuple):
    """One delivery of the queue. `retry` takes the delay in seconds."""

    body: Any
    attempts: int
    ack: Callable[[], None]
    retry: Callable[[int], None]


async def announce(
    ctx: Context, session_id: str, provider: str, record_id: str, size_bytes: int | None = None
) -> None:
    """Add a recording that can be fetched from the provider, and queue it. Idempotent."""
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
    """Process each message on its own: a failure does not affect the others."""
    for message in messages:
        try:
            await _process(ctx, queue, message)
        except Exception as error:  # noqa: BLE001
            log("recording_message_failed", trace=traceback.format_exception(error))
            message.retry(ctx.settings.recording_retry_s)


async def _process(ctx: Context, queue: str, message: Message) -> None:
    record_id = message.body.get("record_id") if isinstance(message.body, dict) else None
    if not isinstance(record_id, str):
        log("recording_message_invalid", queue=queue)
        message.ack()
    elif queue.endswith(DEAD_LETTER_SUFFIX):
        await _handle_dead_letter(ctx, record_id, message)
    else:
        await _claim_and_copy(ctx, record_id, message)


async def _claim_and_copy(ctx: Context, record_id: str, message: Message) -> None:
    """Copy, unless the recording is ready or failed, or another consumer has the lease."""
    claimed, row, parts = await recordings_db.claim(
        ctx.db, record_id, lease_until=ctx.now + LEASE_S, now=ctx.now
    )
    if row is None or not claimed:
        message.ack()
        return
    about = {"session_id": row["session_id"], "record_id": record_id}
    began = time.monotonic()
    try:
        is_made = await _make(ctx, row, parts)
    except UnfinishedError:
        await recordings_db.release(ctx.db, record_id, now=_now(ctx, began))
        await ctx.queue_recording(record_id)
        message.ack()
    except Exception as error:  # noqa: BLE001
        log("recording_attempt_failed", **about, error=_error_text(error), attempt=row["attempts"])
        if not isinstance(error, (RecordingError, AppError)):
            log("unexpected_error", **about, trace=traceback.format_exception(error))
        await _retry_later(ctx, row, message, _error_text(error), now=_now(ctx, began))
    else:
        if is_made:
            log("recording_copied", **about, attempts=row["attempts"])
        message.ack()


def _now(ctx: Context, began: float) -> int:
    """The present time. `ctx.now` is when the event began, and a copy takes minutes."""
    return ctx.now + int(time.monotonic() - began)


async def _retry_later(ctx: Context, row: Row, message: Message, error: str, *, now: int) -> None:
    """Have the queue deliver the message again, unless this was the last attempt."""
    delay_s = min(MAX_RETRY_DELAY_S, ctx.settings.recording_retry_s * 2 ** (message.attempts - 1))
    is_retried = await recordings_db.postpone(
        ctx.db,
        row["record_id"],
        until=now + delay_s,
        error=error,
        max_attempts=MAX_ATTEMPTS,
        now=now,
    )
    if is_retried:
        message.retry(delay_s)
        return
    about = {"session_id": row["session_id"], "record_id": row["record_id"]}
    log("recording_failed", **about, last_error=error)
    message.ack()


async def _make(ctx: Context, row: Row, parts: list[Row]) -> bool:
    """Have the recording in R2; False if there is nothing in it."""
    if row["provider"] == PEER:
        return await finishing.complete(ctx, row, parts)
    await _copy(ctx, row, parts)
    return True


async def _copy(ctx: Context, row: Row, parts: list[Row]) -> None:
    source = sources.of_provider(row["provider"], ctx)
    if row["announced_bytes"] is None and row["provider_room_id"]:
        row["announced_bytes"] = await _announced_bytes(source, row)
    copy = Copy.from_rows(ctx, source, row, parts)
    try:
        await copy.run()
    except Exception:
        if row["attempts"] == START_OVER_AFTER and copy.parts and not copy.has_progress:
            await copy.start_over()
        raise


async def _announced_bytes(source: sources.Source, row: Row) -> int | None:
    """The recording's length by the provider's list; the webhook does not have it."""
    found = await source.list_recordings(row["provider_room_id"])
    return next((each.size_bytes for each in found if each.record_id == row["record_id"]), None)


def _error_text(error: Exception) -> str:
    return str(error) or type(error).__name__


async def _handle_dead_letter(ctx: Context, record_id: str, message: Message) -> None:
    """Fail the recording, but wait for a consumer that still has its lease: it may succeed."""
    leased_until = await _give_up(ctx, record_id)
    if leased_until is None:
        message.ack()
    else:
        message.retry(leased_until - ctx.now)


async def _give_up(ctx: Context, record_id: str) -> int | None:
    """Mark the recording failed. If a consumer has its lease: the end of the lease instead."""
    row, leased_until = await recordings_db.give_up(
        ctx.db, record_id, error="every consumer was killed before its attempt ended", now=ctx.now
    )
    if row is not None:
        log("recording_failed", record_id=record_id, **row)
    return leased_until


async def retry(ctx: Context, record_id: str) -> None:
    """Queue a failed recording again, with all its attempts. Raises: NotFoundError."""
    if await recordings_db.retry(ctx.db, record_id, now=ctx.now) is None:
        raise NotFoundError("No recording of that id waits to be tried again.")
    await ctx.queue_recording(record_id)


async def sweep(ctx: Context) -> None:
    """Replace lost messages of the queue and lost webhooks of the provider."""
    for row in await receiving.list_silent(ctx):
        await _log_failures(receiving.close_silent(ctx, row), row["session_id"])
    stranded = await recordings_db.list_stranded(
        ctx.db, due_before=ctx.now - STRANDED_AFTER_S, now=ctx.now, limit=ROWS_PER_SWEEP
    )
    for row in stranded:
        await _log_failures(_requeue_stranded(ctx, row), row["session_id"])
    sessions = await recordings_db.list_to_query(
        ctx.db,
        ended_after=ctx.now - QUERY_UNTIL_S,
        ended_before=ctx.now - QUERY_FROM_S,
        now=ctx.now,
        limit=ROWS_PER_SWEEP,
    )
    for session in sessions:
        await _log_failures(_query_provider(ctx, session), session["id"])


async def _log_failures(work: Awaitable[None], session_id: str) -> None:
    """Log a failure, so that the sweep goes on with the next row; a later sweep repeats it."""
    try:
        await work
    except Exception as error:  # noqa: BLE001
        about = {"session_id": session_id, "trace": traceback.format_exception(error)}
        log("recording_sweep_failed", **about)


async def _requeue_stranded(ctx: Context, row: Row) -> None:
    """Queue a recording whose message was lost, or whose consumer was killed."""
    if row["attempts"] >= MAX_ATTEMPTS:
        await _give_up(ctx, row["record_id"])
        return
    await recordings_db.mark_queued(ctx.db, row["record_id"], now=ctx.now)
    await ctx.queue_recording(row["record_id"])
    log("recording_requeued", session_id=row["session_id"], record_id=row["record_id"])


async def _query_provider(ctx: Context, session: Row) -> None:
    """Announce the recordings that the provider lists for a session; a later sweep repeats it."""
    await recordings_db.mark_queried(ctx.db, session["id"], now=ctx.now)
    try:
        source = sources.of_provider(session["provider"], ctx)
        found = await source.list_recordings(session["provider_room_id"])
    except (AppError, RecordingError) as error:
        log("recordings_query_failed", session_id=session["id"], error=_error_text(error))
        return
    for each in found:
        await announce(ctx, session["id"], session["provider"], each.record_id, each.size_bytes)
