"""`/unsubscribe/{token}`, in every reminder: GET shows, POST switches reminders off or on again.

Mail programs send the POST by themselves (one-click, RFC 8058), without cookies and from no page
of ours; link scanners send the GET, which therefore changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import links
import pages
from db import preferences
from errors import NotFoundError
from web import html_response

if TYPE_CHECKING:
    from context import Context
    from db.database import Row
    from web import Request, Response


async def show(_request: Request, ctx: Context, token: str) -> Response:
    """Whether this person gets reminders, and the button to change it."""
    return _page(ctx, await preferences.find(ctx.db, _person(ctx, token)), changed=False)


async def switch(request: Request, ctx: Context, token: str) -> Response:
    """Off, unless the page's own form says `reminders=on`."""
    person_id = _person(ctx, token)
    enabled = (await request.form()).get("reminders") == "on"
    person = await preferences.switch(ctx.db, person_id, enabled=enabled)
    return _page(ctx, person, changed=True)


def _person(ctx: Context, token: str) -> str:
    link = links.read(token, ctx.settings.link_secrets, purpose=links.UNSUBSCRIBE)
    if link is None:
        raise NotFoundError
    return link.user_id


def _page(ctx: Context, person: Row | None, *, changed: bool) -> Response:
    if person is None:
        raise NotFoundError
    return html_response(
        pages.render(
            "email/preferences.html",
            title="Reminders",
            name=person["name"],
            enabled=bool(person["reminders_enabled"]),
            changed=changed,
            ways_back=pages.ways_back(ctx.settings),
        )
    )
