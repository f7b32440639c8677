"""Product events: seven names, without personal data.

In production a data point is `blobs = [event, session_id, *texts]`, `doubles = numbers`,
`indexes = [session_id]`. In development they are rows in D1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import analytics_events
from logs import log

if TYPE_CHECKING:
    from context import Context


def page_view(ctx: Context, session_id: str, user_role: str) -> None:
    _record(ctx, "page_view", session_id, {"user_role": user_role})


def session_joined(ctx: Context, session_id: str, time_before_start: int) -> None:
    """A person entered the room. `time_before_start` is in seconds, negative after the start."""
    _record(ctx, "session_joined", session_id, {"time_before_start": time_before_start})


def session_started(ctx: Context, session_id: str) -> None:
    """Both people are in the room for the first time."""
    _record(ctx, "session_started", session_id, {})


def session_ended(ctx: Context, session_id: str, *, started_at: int | None, ended_at: int) -> None:
    """A session is over. `duration` is in seconds, zero if the session never started."""
    duration = 0 if started_at is None else max(0, ended_at - started_at)
    _record(ctx, "session_ended", session_id, {"duration": duration})


def feedback_submitted(ctx: Context, session_id: str, rating: int) -> None:
    """A person rated the session, or changed the rating."""
    _record(ctx, "feedback_submitted", session_id, {"rating": rating})


def call_connected(
    ctx: Context, session_id: str, *, user_role: str, way: str, milliseconds: int, again: bool
) -> None:
    """Picture or sound of the other one has come. Each of the two browsers reports it."""
    data: dict[str, str | int] = {
        "user_role": user_role,
        "way": way,
        "milliseconds": milliseconds,
        "again": int(again),
    }
    _record(ctx, "call_connected", session_id, data)


def tech_issue(ctx: Context, session_id: str, error_type: str) -> None:
    _record(ctx, "tech_issue", session_id, {"error_type": error_type})


def _record(ctx: Context, event: str, session_id: str, data: dict[str, str | int]) -> None:
    """Record an event. It never delays or breaks the response of its request."""
    if ctx.write_data_point is None:
        ctx.defer(
            analytics_events.add(ctx.db, event=event, session_id=session_id, data=data, now=ctx.now)
        )
        return
    texts = [value for value in data.values() if isinstance(value, str)]
    numbers = [float(value) for value in data.values() if not isinstance(value, str)]
    try:
        ctx.write_data_point(session_id, [event, session_id, *texts], numbers)
    except Exception as error:  # noqa: BLE001
        log("event_not_counted", event_name=event, error=repr(error))
