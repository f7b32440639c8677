"""The session as a calendar entry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auth import access
from domain.human_text import isolated
from domain.model import Status
from web.messages import Response

if TYPE_CHECKING:
    from auth.access import Visit
    from context import Context
    from settings import Settings
    from web.messages import Request


async def download(request: Request, ctx: Context, session_id: str) -> Response:
    """An .ics file. Its UID never changes and its SEQUENCE rises, so calendars update the entry."""
    visit = await access.admit(request, ctx, session_id)
    return Response(
        calendar_of(visit, ctx.settings),
        headers=[
            ("Content-Type", "text/calendar; charset=utf-8; method=PUBLISH"),
            ("Content-Disposition", f'attachment; filename="session-{session_id}.ics"'),
        ],
    )


def calendar_of(visit: Visit, settings: Settings) -> bytes:
    """RFC 5545 text for this participant."""
    # Only this route needs the library, and it takes long to import.
    from icalendar import Calendar, Event  # noqa: PLC0415

    session = visit.session
    address = f"{settings.public_url}/session/{session.id}"
    event = Event()
    event.add("uid", f"session-{session.id}@{urlsplit(settings.public_url).hostname}")
    event.add("sequence", session.sequence)
    event.add("dtstamp", datetime.fromtimestamp(visit.now, UTC))
    event.add("dtstart", datetime.fromtimestamp(session.scheduled_start, UTC))
    event.add("dtend", datetime.fromtimestamp(session.scheduled_end, UTC))
    event.add("summary", f"{isolated(session.course.title)} with {isolated(visit.other.name)}")
    event.add("description", f"Open your session: {address}")
    event.add("location", address)
    event.add("url", address)
    cancelled = session.status is Status.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//Session Room//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text
