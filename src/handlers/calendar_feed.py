"""`/calendar/{token}.ics`: a person's sessions, for a calendar that subscribes to them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import i18n
from auth import access, links
from db import people
from errors import LinkBrokenError
from web import ranges
from web.messages import Response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context import Context
    from domain.model import Session
    from web.messages import Request

SHOWN_S: Final = 90 * 24 * 60 * 60
"""How long a session stays in the calendar after its start."""
MAX_SESSIONS: Final = 1_000


async def show(request: Request, ctx: Context, calendar: str) -> Response:
    """All sessions of the person whose address this is; who has the address may read it."""
    token = calendar.removesuffix(".ics")
    person_id = links.calendar_person(token, ctx.settings.link_secrets)
    if person_id is None or token == calendar:
        raise LinkBrokenError
    since = ctx.now - SHOWN_S
    calendar_of = await people.calendar_since(ctx.db, person_id, since=since, limit=MAX_SESSIONS)
    if calendar_of is None:
        raise LinkBrokenError
    access.use_language_of(calendar_of, request, ctx)
    found = calendar_of.sessions
    etag = _etag(found, f"{ctx.version} {i18n.current()}")
    headers = [("Cache-Control", "private, no-cache"), ("ETag", f"W/{etag}")]
    if ranges.is_unchanged(request.headers, etag):
        return Response(None, 304, headers)
    headers.append(("Content-Type", "text/calendar; charset=utf-8"))
    # icalendar loads slowly, and most requests end above.
    from sessions import calendar_entry  # noqa: PLC0415

    return Response(calendar_entry.feed(found, person_id, ctx.settings, ctx.now), headers=headers)


def _etag(sessions: Sequence[Session], manner: str) -> str:
    """It changes with all that the calendar shows, and with the release and the language."""
    shown = [
        (
            *(each.id, each.sequence, each.status, each.scheduled_start, each.scheduled_end),
            *(each.course.title, each.student.name, each.teacher.name),
        )
        for each in sessions
    ]
    return f'"{hashlib.sha256(repr((manner, shown)).encode()).hexdigest()[:32]}"'
