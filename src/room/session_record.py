"""The room's writes to the session's record in D1, and the product events that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import analytics
from db import attendance, sessions, transitions
from domain import rules
from domain.model import Status
from domain.reconcile import Came, ChatNoted, Completed, Left, Missed, Started, missing_changes
from logs import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from context import Context
    from domain.model import Session
    from domain.reconcile import Change
    from room.storage import Memory

# Other writers may change the record between the reading and the writing.
MAX_ATTEMPTS: Final = 4


async def reconcile(
    ctx: Context, memory: Memory, *, has_chat: bool, tell_platform: Callable[[], None]
) -> Session | None:
    """Write what the record lacks. Returns the session as read last; None if it is deleted.

    `tell_platform` is called after a write, which the platform hears of.
    """
    session = None
    for _ in range(MAX_ATTEMPTS):
        session = await sessions.find(ctx.db, memory.session_id)
        if session is None:
            return None
        changes = missing_changes(session, memory.seats, ctx.now, has_chat=has_chat)
        if not changes:
            return session
        written = await ctx.db.batch([_statement(session, change, ctx.now) for change in changes])
        for change, rows in zip(changes, written, strict=True):
            if rows:
                _report(ctx, session, change)
        if any(written):
            tell_platform()
    return session


async def end(ctx: Context, session_id: str) -> None:
    """End the session for the teacher. A repeated end changes nothing."""
    row = await transitions.end(ctx.db, session_id, now=ctx.now)
    if row is None:
        return
    log("session_ended_by_teacher", session_id=session_id, status=row["status"])
    if row["status"] == Status.COMPLETED:
        analytics.session_ended(
            ctx, session_id, started_at=row["started_at"], ended_at=row["ended_at"]
        )


async def mark_chat_forgotten(ctx: Context, session_id: str) -> None:
    """Note in the record that the room deletes a chat that has lines."""
    statement, given = transitions.forget_chat(session_id, ctx.now)
    await ctx.db.all(statement, *given)


def session_fields(session: Session) -> dict[str, Any]:
    """The fields of the `session` message, without its `now` (docs/protocol.md)."""
    return {
        "status": session.status,
        "provider": session.provider,
        "no_show": session.no_show,
        "started_at": session.started_at,
        "scheduled_start": session.scheduled_start,
        "scheduled_end": session.scheduled_end,
        "opens_at": rules.opens_at(session),
        "no_show_at": rules.no_show_at(session),
        "closes_at": rules.closes_at(session),
    }


def _statement(session: Session, change: Change, now: int) -> tuple[str, tuple[Any, ...]]:
    match change:
        case Came():
            return attendance.came(session, change, now)
        case Left():
            return attendance.left(session, change)
        case Started():
            return transitions.start(session, change)
        case Missed():
            return transitions.miss(session, change, now)
        case Completed():
            return transitions.complete(session, change)
        case ChatNoted():
            return transitions.set_has_chat(session.id, has_chat=change.has_chat)


def _report(ctx: Context, session: Session, change: Change) -> None:
    """Log a change that was written, and count it as a product event."""
    match change:
        case Came() if session.participant(change.role).joined_at is None:
            analytics.session_joined(ctx, session.id, session.scheduled_start - change.at)
        case Started():
            analytics.session_started(ctx, session.id)
        case Completed():
            analytics.session_ended(
                ctx, session.id, started_at=session.started_at, ended_at=change.at
            )
        case Came() | Left() | Missed() | ChatNoted():
            pass
    log("session_change", session_id=session.id, change=type(change).__name__.lower())
