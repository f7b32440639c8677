"""The session page and its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import analytics
from auth import access
from db import outcomes
from domain import call_location, rules
from domain.model import Role
from pages import render
from pages.wording import STATUS_LABELS, words_for
from web.messages import html_response, json_response

LEFT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)

if TYPE_CHECKING:
    from auth.access import Visit
    from context import Context
    from domain.model import Reminder, Session
    from web.messages import Request, Response


async def show(request: Request, ctx: Context, session_id: str) -> Response:
    """The page, in the state that this viewer is in."""
    along = [outcomes.of_session(session_id)]
    visit = await access.admit(request, ctx, session_id, along)
    if request.method == "GET":
        analytics.page_view(ctx, session_id, visit.role)
    saved = request.query.get("saved", "")
    response = html_response(render.session_page(visit, ctx.settings, saved=saved))
    response.frames = call_location.frame_origins(visit.session, ctx.settings)
    return response


async def left(_request: Request, _ctx: Context, session_id: str) -> Response:
    """Where a provider's client leads its frame when the call is over for it.

    It says so to the page around it. No sign-in: browsers send no cookies along with a
    navigation that another site begins inside a frame. It knows nothing but the id it was asked.
    """
    response = html_response(render.render("session/left.html", session_id=session_id))
    response.policy = LEFT_POLICY
    return response


async def state(request: Request, ctx: Context, session_id: str) -> Response:
    """What the page shows, as data: scripts follow it, and so may the platform."""
    visit = await access.admit(request, ctx, session_id)
    return json_response(_state(visit))


def _state(visit: Visit) -> dict[str, Any]:
    session, view, now = visit.session, visit.view, visit.now
    return {
        "id": session.id,
        "view": view,
        "status": session.status,
        "role": visit.role,
        "server_time": now,
        "scheduled_start": session.scheduled_start,
        "scheduled_end": session.scheduled_end,
        "opens_at": rules.opens_at(session),
        "no_show_at": rules.no_show_at(session),
        "closes_at": rules.closes_at(session),
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "no_show": rules.absent_role(session, now),
        "can_join": rules.can_join(session, now),
        "provider": session.provider,
        "recording_enabled": session.recording_enabled,
        "course": {"id": session.course.id, "title": session.course.title},
        "reminders": [_reminder(session, reminder) for reminder in session.reminders],
        "reschedule_asked_by": rules.reschedule_requester(session, now),
        "participants": [_participant(session, role) for role in (Role.STUDENT, Role.TEACHER)],
        "words": {**words_for(visit, view)._asdict(), "status": STATUS_LABELS[view]},
    }


def _reminder(session: Session, reminder: Reminder) -> dict[str, Any]:
    return {
        "role": session.role_of(reminder.user_id),
        "kind": reminder.kind,
        "state": reminder.state,
        "sent_at": reminder.sent_at,
    }


def _participant(session: Session, role: Role) -> dict[str, Any]:
    person = session.participant(role)
    return {
        "id": person.id,
        "role": role,
        "name": person.name,
        "avatar": person.avatar,
        "present": person.present,
    }
