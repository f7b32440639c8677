"""A mail as the mail service gets it: subject, HTML, text, headers and links."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import i18n
from auth import links
from domain import times
from domain.mail_rules import Kind
from domain.model import Role
from i18n import _, languages
from logs import log
from mail.wording import Facts, Words, words_for
from pages import platform_urls, render

if TYPE_CHECKING:
    from domain.mail_rules import DueMail
    from settings import Settings

REMINDERS: Final = (Kind.DAY_BEFORE, Kind.HOUR_BEFORE, Kind.QUARTER_BEFORE, Kind.WAITING)
"""The mails that a person who has switched reminders off does not get."""

# Where the button leads, below the session's page.
_BUTTON_PATHS: Final = {Kind.RESCHEDULE_ASKED: "/reschedule"}


def text_of(mail: DueMail, settings: Settings, now: int) -> str | None:
    """`payload_of`; None if the mail cannot be written: the other mails are sent nevertheless."""
    try:
        return payload_of(mail, settings, now)
    except Exception as error:  # noqa: BLE001
        log("mail_render_failed", mail=mail.id, error=repr(error))
        return None


def payload_of(mail: DueMail, settings: Settings, now: int) -> str:
    """The mail as the JSON object that Resend's API takes."""
    role = mail.role or Role.STUDENT
    session = mail.session
    facts = Facts(mail, session.participant(role), session.participant(role.other), role, now)
    reader = facts.reader
    wishes = (reader.language, reader.locale)
    with i18n.reading(languages.choose(*wishes, everything=settings.development)):
        words = words_for(facts)
        values = _values(facts, words, settings)
        html, text = render.mail(values)
    headers = {"X-Entity-Ref-ID": mail.id}
    if mail.kind in REMINDERS:
        headers["List-Unsubscribe"] = f"<{values['unsubscribe_url']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return json.dumps(
        {
            "from": settings.mail_from,
            "to": [mail.email],
            # A line break in a name must not become one in a header.
            "subject": " ".join(words.subject.split()),
            "html": html,
            "text": text,
            "headers": headers,
            "tags": [{"name": "mail", "value": mail.id}, {"name": "kind", "value": mail.kind}],
        }
    )


def _values(facts: Facts, words: Words, settings: Settings) -> dict[str, Any]:
    session, keys = facts.mail.session, settings.link_secrets
    person = links.RoomLink(session.id, facts.reader.id)
    room_url = f"{settings.public_url}/r/{links.sign(person, keys)}"
    unsubscribe = links.sign(person, keys, purpose=links.UNSUBSCRIBE)
    start = datetime.fromtimestamp(session.scheduled_start, times.zone_of(facts.reader.time_zone))
    cancelled = facts.mail.kind is Kind.CANCELLED
    return {
        "words": words,
        "course": session.course.title,
        "other": facts.other,
        "other_role": _("Student-Teacher") if facts.role is Role.STUDENT else _("Student"),
        "reader": facts.reader,
        "span": facts.span,
        "month": times.short_month(start, facts.reader.locale),
        "day": start.day,
        "cancelled": cancelled,
        "is_missed": facts.is_missed,
        "button_url": platform_urls.dashboard_url(settings, facts.role)
        if cancelled
        else room_url + _BUTTON_PATHS.get(facts.mail.kind, ""),
        "calendar_url": f"{room_url}/calendar",
        "reschedule_url": None if cancelled else _reschedule_url(facts, settings, room_url),
        "unsubscribe_url": f"{settings.public_url}/unsubscribe/{unsubscribe}",
        "is_reminder": facts.mail.kind in REMINDERS,
    }


def _reschedule_url(facts: Facts, settings: Settings, room_url: str) -> str | None:
    if facts.mail.kind is Kind.RESCHEDULE_ASKED:
        return None
    if settings.reschedule_url:
        session_id = quote(facts.mail.session.id, safe="")
        return settings.reschedule_url.replace("{session_id}", session_id)
    return f"{room_url}/reschedule"
