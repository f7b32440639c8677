"""Delivers events to the platform: at once after they are written, else by the minute's work.

A session's events go one after another. While one of them is tried again, the later ones of its
session wait, and those of other sessions do not.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Final

from db import platform_events
from logs import log
from providers import platform_webhook
from providers.platform_webhook import NotTakenError

if TYPE_CHECKING:
    from context import Context
    from db.platform_events import Event

# Longer than a delivery may take.
LEASE_S: Final = 60
# The pauses between the attempts at one event, three days together. Then it is dead.
PAUSES_S: Final = (
    *(5, 30, 2 * 60, 10 * 60, 30 * 60),
    *(hours * 60 * 60 for hours in (1, 2, 4, 8, 12, 20, 24)),
)
# A Worker has six connections at once that wait for an answer.
AT_ONCE: Final = 6
# The next minute's work continues.
TIME_LIMIT_S: Final = 50
SESSIONS_PER_SWEEP: Final = 1_000
# After so many failures without a success between them, the platform is down: the sweep stops.
FAILURES_IN_ROW: Final = 12


class _Sweep:
    """The deliveries of one run: whether it may go on."""

    def __init__(self) -> None:
        self.delivered = 0
        self.failures_in_row = 0
        self._stops_at = time.monotonic() + TIME_LIMIT_S

    @property
    def may_go_on(self) -> bool:
        return self.failures_in_row < FAILURES_IN_ROW and time.monotonic() < self._stops_at

    def note(self, *, taken: bool) -> None:
        self.delivered += taken
        self.failures_in_row = 0 if taken else self.failures_in_row + 1


async def deliver(ctx: Context, session_id: str) -> None:
    """Deliver what a session has to tell now."""
    if ctx.settings.platform_webhook_url:
        await _deliver_session(ctx, session_id, _Sweep(), ctx.now)


async def sweep(ctx: Context) -> None:
    """Deliver all that is due."""
    if not ctx.settings.platform_webhook_url:
        return
    run, began = _Sweep(), time.monotonic()
    waiting = await platform_events.list_due(ctx.db, now=ctx.now, limit=SESSIONS_PER_SWEEP)
    waiting.reverse()

    async def work() -> None:
        while waiting and run.may_go_on:
            now = ctx.now + int(time.monotonic() - began)
            await _deliver_session(ctx, waiting.pop(), run, now)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    if run.delivered or run.failures_in_row:
        log("events_swept", delivered=run.delivered, failures_in_row=run.failures_in_row)


async def _deliver_session(ctx: Context, session_id: str, run: _Sweep, now: int) -> None:
    """Deliver one event after another, until none is due or one is not taken."""
    lease_until = now + LEASE_S
    event = await platform_events.claim(ctx.db, session_id, lease_until=lease_until, now=now)
    began = time.monotonic()
    while event is not None:
        at = now + int(time.monotonic() - began)
        try:
            await _send(ctx, event, at)
        except NotTakenError as error:
            run.note(taken=False)
            await _record_failure(ctx, event, error, at)
            return
        run.note(taken=True)
        done = platform_events.delivered(event, now=at)
        if not run.may_go_on:
            await platform_events.write(ctx.db, done)
            return
        event = await platform_events.claim(
            ctx.db, session_id, lease_until=at + LEASE_S, now=at, after=[done]
        )


async def _send(ctx: Context, event: Event, now: int) -> None:
    body = json.dumps(
        {
            "type": event.type,
            "id": event.id,
            "sequence": event.sequence,
            "session_id": event.session_id,
            "created_at": event.created_at,
            "data": event.data,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    settings = ctx.settings
    await platform_webhook.deliver(
        ctx.http,
        settings.platform_webhook_url,
        event.id,
        body,
        settings.platform_webhook_secret,
        now=now,
    )


async def _record_failure(ctx: Context, event: Event, error: NotTakenError, now: int) -> None:
    """Postpone the event, or give it up: the platform said 410, or three days are over."""
    about = {"session_id": event.session_id, "event_id": event.id, "type": event.type}
    if error.is_final or event.attempts > len(PAUSES_S):
        log("event_dead", **about, attempts=event.attempts, error=str(error))
        await platform_events.write(ctx.db, platform_events.given_up(event, error=str(error)))
        return
    log("event_not_taken", **about, attempts=event.attempts, error=str(error))
    until = now + PAUSES_S[event.attempts - 1]
    postponed = platform_events.postponed(event, until=until, error=str(error))
    await platform_events.write(ctx.db, postponed)
