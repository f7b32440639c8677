"""/platform: the host platform books, moves, cancels and reads sessions."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from auth import links
from db import bookings as bookings_db
from db import sessions
from domain import rules
from domain.model import Role
from errors import AppError, SessionNotFoundError, SignedOutError
from events import sending
from sessions import booking as sessions_booking
from sessions import booking_body, changed_rooms
from web.messages import json_response

if TYPE_CHECKING:
    from context import Context
    from domain.model import Status
    from sessions.booking import Stored
    from web.messages import Request, Response


async def put(request: Request, ctx: Context, session_id: str) -> Response:
    """Create (201) or change (200) a session; repeating a request changes nothing."""
    require_platform_token(request, ctx)
    booking = booking_body.parse(session_id, await request.json())
    stored = await sessions_booking.put(ctx, session_id, booking)
    if stored.change != "new":
        ctx.defer(ctx.rooms.refresh(session_id))
    return json_response(_summary(session_id, stored.status, ctx), _status_of(stored))


async def put_many(request: Request, ctx: Context) -> Response:
    """Create or change sessions, each by itself; repeating a request changes nothing."""
    require_platform_token(request, ctx)
    data = await request.json(booking_body.MAX_BODY_BYTES)
    outcomes = await sessions_booking.put_many(ctx, data)
    ctx.defer(changed_rooms.refresh(ctx, sessions_booking.rooms_to_wake(outcomes)))
    ctx.defer(sending.deliver_due(ctx))
    return json_response({"results": [_result(id_, found, ctx) for id_, found in outcomes]})


async def cancel(request: Request, ctx: Context, session_id: str) -> Response:
    """Cancel a session; a repeated request gets the same answer."""
    require_platform_token(request, ctx)
    session = await sessions_booking.cancel(ctx, session_id)
    ctx.defer(ctx.rooms.refresh(session_id))
    return json_response(_summary(session.id, session.status, ctx))


async def make_links(request: Request, ctx: Context, session_id: str) -> Response:
    """A link for each of the two people, with which the platform shows them the session in a frame.

    The link replaces the sign-in, which browsers often keep from a frame of another site.
    """
    require_platform_token(request, ctx)
    session = await sessions.find(ctx.db, session_id)
    if session is None:
        raise SessionNotFoundError
    people = {role: links.RoomLink(session.id, session.participant(role).id) for role in Role}
    return json_response(
        {
            role: links.frame_address(link, ctx.settings, now=ctx.now)
            for role, link in people.items()
        }
    )


async def show(request: Request, ctx: Context, session_id: str) -> Response:
    """All data of a session."""
    require_platform_token(request, ctx)
    session = await sessions.find(ctx.db, session_id)
    if session is None:
        raise SessionNotFoundError
    absent = rules.absent_role(session, ctx.now)
    return json_response(
        {
            **_summary(session.id, session.status, ctx),
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


def _summary(session_id: str, status: Status, ctx: Context) -> dict[str, Any]:
    return {"id": session_id, "url": _url(session_id, ctx), "status": status}


def _url(session_id: str, ctx: Context) -> str:
    return f"{ctx.settings.public_url}/session/{session_id}"


def _status_of(stored: Stored) -> int:
    return 201 if stored.change == "new" else 200


def _result(session_id: str | None, outcome: Stored | AppError, ctx: Context) -> dict[str, Any]:
    if isinstance(outcome, AppError):
        return {"id": session_id, "status": outcome.status, "error": outcome.as_json()}
    return {"id": session_id, "status": _status_of(outcome), "url": _url(str(session_id), ctx)}


def require_platform_token(request: Request, ctx: Context) -> None:
    """Compare the token in constant time. Raises: SignedOutError if it is not the platform's."""
    given = (request.bearer or "").encode()
    if not hmac.compare_digest(given, ctx.settings.platform_token.encode()):
        raise SignedOutError("The platform's token is missing or wrong.")
