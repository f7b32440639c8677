"""`/session/{id}/calendar.ics`. Only this route imports icalendar, which loads slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth.access import admit
from sessions import calendar_entry
from web.messages import Response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request


async def download(request: Request, ctx: Context, session_id: str) -> Response:
    """The session as a calendar file."""
    access = await admit(request, ctx, session_id)
    return Response(
        calendar_entry.ics_file(access, ctx.settings),
        headers=[
            ("Content-Type", "text/calendar; charset=utf-8; method=PUBLISH"),
            ("Content-Disposition", f'attachment; filename="session-{session_id}.ics"'),
        ],
    )
