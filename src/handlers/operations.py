"""/ops: pages for operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from auth.operators import require_operator
from db import operations as operations_db
from db import platform_events
from errors import NotFoundError, SessionNotFoundError
from events import sending
from pages import ops_page
from recordings import consumer
from sessions import timeline as sessions_timeline
from web.messages import html_response, redirect

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response

SHOWN: Final = 100
NEXT_S: Final = 2 * 60 * 60
# Work that waits for longer is stuck.
LATE_S: Final = 10 * 60
CALLS_OF_S: Final = 7 * 24 * 60 * 60


async def show(request: Request, ctx: Context) -> Response:
    """Sessions now and next, what is stuck, and how calls went; or to the timeline of `session`."""
    await require_operator(request, ctx)
    if asked := request.query.get("session", "").strip().rstrip("/"):
        # Also the address of its page.
        session_id = asked.partition("?")[0].rpartition("/")[2]
        return redirect(f"/ops/sessions/{quote(session_id, safe='')}")
    rows = await operations_db.load(
        ctx.db,
        now=ctx.now,
        until=ctx.now + NEXT_S,
        late_since=ctx.now - LATE_S,
        reports_after=ctx.now - CALLS_OF_S,
        limit=SHOWN,
    )
    done = request.query.get("done", "")
    return html_response(ops_page.overview(rows, ctx.now, ctx.settings, done))


async def session(request: Request, ctx: Context, session_id: str) -> Response:
    """The timeline of one session."""
    await require_operator(request, ctx)
    entries = await sessions_timeline.of_session(ctx.db, session_id)
    if entries is None:
        raise SessionNotFoundError
    return html_response(ops_page.session(session_id, entries, ctx.settings))


async def retry_mail(request: Request, ctx: Context, mail_id: str) -> Response:
    """Send a dead mail again, if its rules still allow it."""
    await require_operator(request, ctx)
    if not await operations_db.revive_mail(ctx.db, mail_id, now=ctx.now):
        raise NotFoundError("This mail is not dead any more.")
    return redirect("/ops?done=mail")


async def retry_event(request: Request, ctx: Context, event_id: str) -> Response:
    """Deliver an event again."""
    await require_operator(request, ctx)
    session_id = await platform_events.retry(ctx.db, event_id, now=ctx.now)
    if session_id is None:
        raise NotFoundError("This event is not kept any more, or it is being delivered now.")
    ctx.defer(sending.deliver(ctx, session_id))
    return redirect("/ops?done=event")


async def retry_recording(request: Request, ctx: Context, record_id: str) -> Response:
    """Retry a failed recording."""
    await require_operator(request, ctx)
    await consumer.retry(ctx, record_id)
    return redirect("/ops?done=recording")
