"""A due mail, for tests of the mails' words."""

from domain.mail_rules import DueMail, Kind, Request
from domain.model import Role, Session
from tests.unit.cast import DAY


def due_mail(kind: Kind, role: Role, booked: Session, request: Request) -> DueMail:
    """Return a mail of this kind to this person; kinds about a request get `request`."""
    reader = booked.participant(role)
    return DueMail(
        id="m1",
        kind=kind,
        user_id=reader.id,
        email=f"{reader.id}@example.com",
        session=booked,
        role=role,
        scheduled_start=booked.scheduled_start,
        created_at=booked.scheduled_start - DAY,
        attempts=1,
        payload=None,
        wants_reminders=True,
        suppressed=None,
        request=request if kind.startswith("reschedule") else None,
    )
