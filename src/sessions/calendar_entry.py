"""The session as a calendar entry (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from domain.human_text import isolated
from domain.model import Status

if TYPE_CHECKING:
    from auth.access import Access
    from settings import Settings


def ics_file(access: Access, settings: Settings) -> bytes:
    """The .ics file for this participant.

    Its UID never changes and its SEQUENCE rises, so calendars update the entry.
    """
    session = access.session
    address = f"{settings.public_url}/session/{session.id}"
    event = Event()
    event.add("uid", f"session-{session.id}@{urlsplit(settings.public_url).hostname}")
    event.add("sequence", session.sequence)
    event.add("dtstamp", datetime.fromtimestamp(access.now, UTC))
    event.add("dtstart", datetime.fromtimestamp(session.scheduled_start, UTC))
    event.add("dtend", datetime.fromtimestamp(session.scheduled_end, UTC))
    event.add("summary", f"{isolated(session.course.title)} with {isolated(access.other.name)}")
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
