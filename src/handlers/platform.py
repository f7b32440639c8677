"""/platform: the host platform books, moves, cancels and reads sessions."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from db import bookings as bookings_db
from db import sessions
from domain import rules
from errors import SessionNotFoundError, SignedOutError
from sessions import booking as sessions_booking
from web.messages import json_response

if TYPE_CHECKING:
    from context import Context
    from domain.model import Session
    from web.messages import Request, Response


async def put(request: Request, ctx: Context, session_id: str) -> Response:
    """Create (201) or change (200) a session; repeating a request changes nothing."""
    require_platform_token(request, ctx)
    booking = sessions_booking.parse(session_id, await request.json())
    session, created = await sessions_booking.put(ctx, session_id, booking)
    if not created:
        ctx.defer(ctx.rooms.refresh(session_id))
    return json_response(_summary(session, ctx), 201 if created else 200)


async def cancel(request: Request, ctx: Context, session_id: str) -> Response:
    """Cancel a session; a repeated request gets the same answer."""
    require_platform_token(request, ctx)
    session = await sessions_booking.cancel(ctx, session_id)
    ctx.defer(ctx.rooms.refresh(session_id))
    return json_response(_summary(session, ctx))


async def show(request: Request, ctx: Context, session_id: str) -> Response:
    """All data of a session."""
    require_platform_token(request, ctx)
    session = await sessions.find(ctx.db, session_id)
    if session is None:
        raise SessionNotFoundError
    absent = rules.absent_role(session, ctx.now)
    return json_response(
        {
            **_summary(session, ctx),
            "course": {"id": session.course.id, "title": session.course.title},
            "student": {"id": session.student.id, "name": session.student.name},
            "teacher": {"id": session.teacher.id, "name": session.teacher.name},
            "scheduled_start": session.scheduled_start,
            "scheduled_end": session.scheduled_end,
            "started_at": session.started_at,
            "ended_at": session.ended_at,
            "no_show": absent,
            "sequence": session.sequence,
            "recording_enabled": session.recording_enabled,
            "bbb_meeting_url": session.bbb_meeting_url,
            **await bookings_db.details(ctx.db, session_id),
        }
    )


def _summary(session: Session, ctx: Context) -> dict[str, Any]:
    return {
        "id": session.id,
        "url": f"{ctx.settings.public_url}/session/{session.id}",
        "status": session.status,
    }


def require_platform_token(request: Request, ctx: Context) -> None:
    """Compare the token in constant time. Raises: SignedOutError if it is not the platform's."""
    given = (request.bearer or "").encode()
    if not hmac.compare_digest(given, ctx.settings.platform_token.encode()):
        raise SignedOutError("The platform's token is missing or wrong.")
