"""Delivers events to the platform: at once after they are written, else by the minute's work.

A session's events go one after another. While one of them is tried again, the later ones of its
session wait, and those of other sessions do not.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from db import platform_events
from logs import log
from providers import platform_webhook
from providers.platform_webhook import TIMEOUT_S, NotTakenError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from context import Context
    from db.database import Statement
    from db.platform_events import Event

# A Worker has six connections at once that wait for an answer.
AT_ONCE: Final = 6
# One round claims so many events, of different sessions, and delivers them one after another. D1
# takes 1,000 queries of one run of a Worker: a round has two, and one for each failure.
TOGETHER: Final = 5
ROUNDS: Final = 400
# Longer than a round may take.
LEASE_S: Final = int(TOGETHER * TIMEOUT_S) + 15
# The pauses between the attempts at one event, three days together. Then it is dead.
PAUSES_S: Final = (
    *(5, 30, 2 * 60, 10 * 60, 30 * 60),
    *(hours * 60 * 60 for hours in (1, 2, 4, 8, 12, 20, 24)),
)
# No delivery begins later than this. The next minute's work continues; after an answer a Worker may
# work for 30 s, a delivery that has just begun included.
CRON_LIMIT_S: Final = 50
ANSWERED_LIMIT_S: Final = 14
SESSIONS_PER_SWEEP: Final = 2_000
# After so many failures without a success between them, the platform is down: the run stops.
FAILURES_IN_ROW: Final = 12


async def deliver(ctx: Context, session_id: str) -> None:
    """Deliver what a session has to tell now."""
    if ctx.settings.platform_webhook_url:
        await _Run(ctx, [session_id], ANSWERED_LIMIT_S).finish()


async def deliver_due(ctx: Context, limit_s: float = ANSWERED_LIMIT_S) -> None:
    """Deliver all that is due, of all sessions."""
    if not ctx.settings.platform_webhook_url:
        return
    due = await platform_events.list_due(ctx.db, now=ctx.now, limit=SESSIONS_PER_SWEEP)
    run = _Run(ctx, due, limit_s)
    await run.finish()
    if due:
        log(
            "events_swept",
            delivered=run.delivered,
            failures_in_row=run.failures_in_row,
            d1_round_trips=getattr(ctx.db, "calls", 0),
            d1_rows_read=getattr(ctx.db, "rows_read", 0),
            d1_rows_written=getattr(ctx.db, "rows_written", 0),
        )


async def sweep(ctx: Context) -> None:
    """The minute's work."""
    await deliver_due(ctx, CRON_LIMIT_S)


class _Run:
    """The deliveries of one run of the Worker."""

    def __init__(self, ctx: Context, session_ids: Iterable[str], limit_s: float) -> None:
        self.delivered = 0
        self.failures_in_row = 0
        self._ctx = ctx
        self._waiting = deque(session_ids)
        self._rounds = 0
        self._began = time.monotonic()
        self._limit_s = limit_s

    async def finish(self) -> None:
        """Deliver until nothing is due, the time is over, or the platform is down."""
        workers = min(AT_ONCE, len(self._waiting))
        await asyncio.gather(*(self._work() for _ in range(workers)))

    @property
    def _passed_s(self) -> float:
        return time.monotonic() - self._began

    @property
    def _now(self) -> int:
        return self._ctx.now + int(self._passed_s)

    @property
    def _may_go_on(self) -> bool:
        return self.failures_in_row < FAILURES_IN_ROW and self._passed_s < self._limit_s

    async def _work(self) -> None:
        """Go from round to round. What came of one is written with the claim of the next."""
        results: list[Statement] = []
        sessions = self._next_sessions([])
        while sessions and self._may_go_on and self._rounds < ROUNDS:
            self._rounds += 1
            now = self._now
            events = await platform_events.claim(
                self._ctx.db, sessions, lease_until=now + LEASE_S, now=now, after=results
            )
            taken, results = await self._deliver_each(events)
            sessions = self._next_sessions([event.session_id for event in taken])
        await platform_events.write(self._ctx.db, results)

    def _next_sessions(self, same: list[str]) -> list[str]:
        """The sessions whose event was taken, which may have more; and a fair part of the rest."""
        fair = -(-len(self._waiting) // AT_ONCE)
        count = min(TOGETHER - len(same), fair)
        return same + [self._waiting.popleft() for _ in range(count)]

    async def _deliver_each(self, events: Sequence[Event]) -> tuple[list[Event], list[Statement]]:
        """Deliver one event after another. Returns those that were taken, and what to write."""
        taken, others = [], []
        for event in events:
            if not self._may_go_on:
                others.append(platform_events.released(event))
                continue
            try:
                await self._send(event)
            except NotTakenError as error:
                self.failures_in_row += 1
                others.append(_after_failure(event, error, self._now))
            else:
                self.failures_in_row = 0
                self.delivered += 1
                taken.append(event)
        if taken:
            others.append(platform_events.delivered(taken, now=self._now))
        return taken, others

    async def _send(self, event: Event) -> None:
        settings = self._ctx.settings
        await platform_webhook.deliver(
            self._ctx.http,
            settings.platform_webhook_url,
            event.id,
            _body(event),
            settings.platform_webhook_secret,
            now=self._now,
        )


def _body(event: Event) -> str:
    return json.dumps(
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


def _after_failure(event: Event, error: NotTakenError, now: int) -> Statement:
    """Postpone the event, or give it up: the platform said 410, or three days are over."""
    about = {"session_id": event.session_id, "event_id": event.id, "type": event.type}
    if error.is_final or event.attempts > len(PAUSES_S):
        log("event_dead", **about, attempts=event.attempts, error=str(error))
        return platform_events.given_up(event, error=str(error))
    log("event_not_taken", **about, attempts=event.attempts, error=str(error))
    until = now + PAUSES_S[event.attempts - 1]
    return platform_events.postponed(event, until=until, error=str(error))
