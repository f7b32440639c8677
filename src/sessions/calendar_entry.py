"""Sessions as calendar entries (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from domain.human_text import isolated
from domain.model import Status
from i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auth.access import Access
    from domain.model import Participant, Session
    from settings import Settings

# Google asks every few hours whatever it is told; Apple's and Outlook's calendars obey.
ASK_AGAIN_AFTER: Final = timedelta(hours=1)


def ics_file(access: Access, settings: Settings) -> bytes:
    """The .ics file for this participant.

    Its UID never changes and its SEQUENCE rises, so calendars update the entry.
    """
    calendar = _calendar()
    calendar.add_component(_entry(access.session, access.other, settings, access.now))
    return _text_of(calendar)


def feed(sessions: Iterable[Session], person_id: str, settings: Settings, now: int) -> bytes:
    """The calendar of a person, with the entries that the person's `ics_file`s have."""
    calendar = _calendar()
    # Translators: the name of a calendar to which a person subscribes.
    name = _("My sessions")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", ASK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for session in sessions:
        if role := session.role_of(person_id):
            other = session.participant(role.other)
            calendar.add_component(_entry(session, other, settings, now))
    return _text_of(calendar)


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Session Room//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    return calendar


def _text_of(calendar: Calendar) -> bytes:
    text: bytes = calendar.to_ical()
    return text


def _entry(session: Session, other: Participant, settings: Settings, now: int) -> Event:
    address = f"{settings.public_url}/session/{session.id}"
    event = Event()
    event.add("uid", f"session-{session.id}@{urlsplit(settings.public_url).hostname}")
    event.add("sequence", session.sequence)
    event.add("dtstamp", datetime.fromtimestamp(now, UTC))
    event.add("dtstart", datetime.fromtimestamp(session.scheduled_start, UTC))
    event.add("dtend", datetime.fromtimestamp(session.scheduled_end, UTC))
    names = {"course": isolated(session.course.title), "name": isolated(other.name)}
    # Translators: an entry in a calendar: "Linear Algebra with Amara Okafor".
    event.add("summary", _("{course} with {name}", **names))
    event.add("description", _("Open your session: {address}", address=address))
    event.add("location", address)
    event.add("url", address)
    cancelled = session.status is Status.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return event
