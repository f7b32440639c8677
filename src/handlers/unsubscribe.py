"""`/unsubscribe/{token}`, in every reminder: GET shows the page, POST saves one of its two forms.

One form switches reminders, the other chooses the language. Mail programs send the POST of the
first themselves (one-click, RFC 8058), without cookies and from no page of ours. Link scanners send
the GET, so it changes nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import i18n
from auth import links
from db import preferences
from errors import BadRequestError, LinkBrokenError, NotFoundError
from pages import language_choice, render
from web.messages import html_response

if TYPE_CHECKING:
    from context import Context
    from db.database import Row
    from web.messages import Request, Response

# RFC 8058 allows a multipart form too.
_NAMED: Final = re.compile(rb'[;\s]name="?List-Unsubscribe"?[;\s]', re.IGNORECASE)


async def show(request: Request, ctx: Context, token: str) -> Response:
    """The page that shows whether this person gets reminders, with a button to change it."""
    person = await preferences.find(ctx.db, _person(ctx, token))
    return _page(request, ctx, person, changed=False)


async def save(request: Request, ctx: Context, token: str) -> Response:
    """Switch reminders: on or off by the page's form, off by a mail program's one-click POST.

    Or set the language, by the page's other form. Raises: BadRequestError for any other body.
    """
    person_id = _person(ctx, token)
    form = await _fields(request)
    if "language" in form:
        language = language_choice.chosen(form, ctx.settings)
        person = await preferences.set_language(ctx.db, person_id, language)
        return _page(request, ctx, person, changed=False)
    person = await preferences.set_reminders(ctx.db, person_id, enabled=_switches_on(form))
    return _page(request, ctx, person, changed=True)


async def _fields(request: Request) -> dict[str, str]:
    """Raises: BadRequestError."""
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        if _has_one_click_part(await request.body()):
            return {"List-Unsubscribe": "One-Click"}
        raise BadRequestError
    return await request.form()


def _switches_on(form: dict[str, str]) -> bool:
    """Whether the form switches reminders on. Raises: BadRequestError."""
    if form.get("List-Unsubscribe") == "One-Click":
        return False
    if form.get("reminders") not in ("on", "off"):
        raise BadRequestError
    return form["reminders"] == "on"


def _has_one_click_part(body: bytes) -> bool:
    """Whether a part of this multipart body is the one-click field; its other headers are ignored.

    A line that begins with two hyphens separates parts. The field's value contains no hyphens.
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


def _page(request: Request, ctx: Context, person: Row | None, *, changed: bool) -> Response:
    if person is None:
        raise NotFoundError
    wishes = (person["language"], person["locale"])
    i18n.use(request.language(*wishes, everything=ctx.settings.development))
    enabled = bool(person["reminders_enabled"])
    return html_response(
        render.reminders_page(person["name"], ctx.settings, enabled=enabled, changed=changed)
    )
