"""`/unsubscribe/{token}`, in every reminder: GET shows, POST switches reminders off or on again.

Mail programs send the POST by themselves (one-click, RFC 8058), without cookies and from no page
of ours; link scanners send the GET, which therefore changes nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auth import links
from db import preferences
from errors import BadRequestError, LinkBrokenError, NotFoundError
from pages import render
from web.messages import html_response

if TYPE_CHECKING:
    from context import Context
    from db.database import Row
    from web.messages import Request, Response

# RFC 8058 lets mail programs choose between the two kinds of forms.
_NAMED: Final = re.compile(rb'[;\s]name="?List-Unsubscribe"?[;\s]', re.IGNORECASE)


async def show(_request: Request, ctx: Context, token: str) -> Response:
    """Whether this person gets reminders, and the button to change it."""
    return _page(ctx, await preferences.find(ctx.db, _person(ctx, token)), changed=False)


async def switch(request: Request, ctx: Context, token: str) -> Response:
    """On or off, as the page's own form says; off by the one click of a mail program.

    Raises: BadRequestError for anything else, which nobody has clicked.
    """
    person_id = _person(ctx, token)
    enabled = await _wanted(request)
    person = await preferences.set_reminders(ctx.db, person_id, enabled=enabled)
    return _page(ctx, person, changed=True)


async def _wanted(request: Request) -> bool:
    """Whether reminders are to come. Raises: BadRequestError."""
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        if _has_one_click_part(await request.body()):
            return False
        raise BadRequestError
    form = await request.form()
    if form.get("List-Unsubscribe") == "One-Click":
        return False
    if form.get("reminders") not in ("on", "off"):
        raise BadRequestError
    return form["reminders"] == "on"


def _has_one_click_part(body: bytes) -> bool:
    """Whether a part of this multipart body is the field, whatever other headers the part has.

    A line that begins with two hyphens separates the parts: the value that counts has none.
    """
    parts = (b"\n" + body.replace(b"\r\n", b"\n")).split(b"\n--")
    for part in parts:
        headers, _, value = part.partition(b"\n\n")
        if _NAMED.search(headers + b"\n") and value.strip().lower() == b"one-click":
            return True
    return False


def _person(ctx: Context, token: str) -> str:
    link = links.read(token, ctx.settings.link_secrets, purpose=links.UNSUBSCRIBE)
    if link is None:
        raise LinkBrokenError
    return link.user_id


def _page(ctx: Context, person: Row | None, *, changed: bool) -> Response:
    if person is None:
        raise NotFoundError
    enabled = bool(person["reminders_enabled"])
    return html_response(
        render.reminders_page(person["name"], ctx.settings, enabled=enabled, changed=changed)
    )
