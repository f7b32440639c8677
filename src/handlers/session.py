"""The session page and its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import admission
import analytics
import pages
import places
import rules
from db import aftermath as aftermath_db
from model import Role
from web import html_response, json_response
from wording import STATUS_LABELS, words_for

LEFT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)

if TYPE_CHECKING:
    from admission import Visit
    from context import Context
    from model import Reminder, Session
    from web import Request, Response


async def show(request: Request, ctx: Context, session_id: str) -> Response:
    """The page, in the state that this viewer is in."""
    along = [aftermath_db.of_session(session_id)]
    visit = await admission.admit(request, ctx, session_id, along)
    if request.method == "GET":
        analytics.page_view(ctx, session_id, visit.role)
    saved = request.query.get("saved", "")
    response = html_response(pages.session_page(visit, ctx.settings, saved=saved))
    response.frames = places.frame_origins(visit.session, ctx.settings)
    return response


async def left(_request: Request, _ctx: Context, session_id: str) -> Response:
    """Where a provider's client leads its frame when the call is over for it.

    It says so to the page around it. No sign-in: browsers send no cookies along with a
    navigation that another site begins inside a frame. It knows nothing but the id it was asked.
    """
    response = html_response(pages.render("session/left.html", session_id=session_id))
    response.policy = LEFT_POLICY
    return response


async def state(request: Request, ctx: Context, session_id: str) -> Response:
    """What the page shows, as data: scripts follow it, and so may the platform."""
    visit = await admission.admit(request, ctx, session_id)
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
        "reschedule_asked_by": rules.asks_to_move(session, now),
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
