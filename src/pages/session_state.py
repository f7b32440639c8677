"""The session page's state as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain import rules
from domain.model import Role
from i18n import _
from pages.wording import STATUS_LABELS, words_for

if TYPE_CHECKING:
    from auth.access import Access
    from domain.model import Reminder, Session


def to_json(access: Access) -> dict[str, Any]:
    """What this viewer's page shows; times are epoch seconds."""
    session, view, now = access.session, access.view, access.now
    return {
        "id": session.id,
        "view": view,
        "status": session.status,
        "role": access.role,
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
        "can_rate": rules.can_rate(session, access.role, now),
        "provider": session.provider,
        "recording_enabled": session.recording_enabled,
        "course": {"id": session.course.id, "title": session.course.title},
        "reminders": [_reminder(session, reminder) for reminder in session.reminders],
        "reschedule_asked_by": rules.reschedule_requester(session, now),
        "participants": [_participant(session, role) for role in (Role.STUDENT, Role.TEACHER)],
        "words": {**words_for(access, view)._asdict(), "status": _(STATUS_LABELS[view])},
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
