"""/dev: the demo dashboard, sign-in as a demo person, and the outbox. Development only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import demo
from auth.access import Access, signed_in_user
from db import outbox as outbox_db
from db import sessions
from errors import NotFoundError
from events import sending
from pages import render
from pages.demo_cards import demo_cards
from recordings import consumer
from web import security_headers, validation
from web.bodies import NewRecording
from web.messages import Response, html_response, json_response, redirect

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request

# Browsers take `//`, `/\` and `/` + tab + `/` for the start of another site's address.
_OWN_PATH: Final = re.compile(r"/(?![/\\])[\x21-\x7e]*\Z")


async def dashboard(request: Request, ctx: Context) -> Response:
    """The demo sessions of the signed-in demo person, and links to sign in as another."""
    user_id = await signed_in_user(request, ctx)
    booked = await sessions.list_of_person(ctx.db, user_id) if user_id else []
    accesses = [
        Access(session, role, ctx.now)
        for session in booked
        if user_id and (role := session.role_of(user_id))
    ]
    cards = demo_cards(accesses, ctx.settings)
    return html_response(render.demo_dashboard(demo.PEOPLE, user_id, cards, ctx.settings))


async def sign_in(request: Request, ctx: Context) -> Response:
    """Sign in as a demo person. `next` or `return_to` is a path of this site to go to."""
    target = _own_path(request.query.get("next") or request.query.get("return_to"), request)
    user_id = request.query.get("user")
    if user_id is None:
        return html_response(render.demo_sign_in_page(demo.PEOPLE, target))
    token = demo.sign_in_token(ctx, user_id)
    return _with_sign_in(redirect(target), ctx, token, demo.SIGNED_IN_FOR_S)


async def sign_out(_request: Request, ctx: Context) -> Response:
    """Sign out."""
    return _with_sign_in(redirect("/dev"), ctx, "", 0)


async def outbox(_request: Request, ctx: Context) -> Response:
    """The mails of a deployment without a mail service, newest first."""
    mails = await outbox_db.list_newest(ctx.db)
    for mail in mails:
        mail["minutes_ago"] = (ctx.now - mail["created_at"]) // 60
    response = html_response(render.outbox_page(mails))
    response.policy = security_headers.OUTBOX
    return response


async def outbox_mail(_request: Request, ctx: Context, mail_id: str) -> Response:
    """One mail's html for the frame in the outbox, without scripts and forms.

    Its links open in a new tab, as from a mail program.
    """
    mail = await outbox_db.find(ctx.db, mail_id)
    if mail is None:
        raise NotFoundError
    html = mail["html"].replace("<head>", '<head><base target="_blank">', 1)
    response = html_response(html)
    response.policy = security_headers.OUTBOX_MAIL
    response.in_own_frame = True
    return response


async def seed(request: Request, ctx: Context) -> Response:
    """Reset the demo people and sessions, at times relative to now."""
    session_ids = await demo.reset(ctx)
    ctx.defer(sending.deliver_due(ctx))
    if "text/html" in request.headers.get("accept", ""):
        return redirect("/dev")
    return json_response({"sessions": session_ids})


async def book(_request: Request, ctx: Context) -> Response:
    """Book a session whose last reminder is due at the next tick."""
    await demo.book(ctx)
    ctx.defer(sending.deliver_due(ctx))
    return redirect("/dev")


async def announce_recording(request: Request, ctx: Context) -> Response:
    """Announce a recording of a session, as a provider's webhook would."""
    recording = validation.parse(NewRecording, await request.json())
    await consumer.announce(ctx, recording.session_id, "plugnmeet", recording.record_id)
    return Response(None, 204)


def _own_path(target: str | None, request: Request) -> str:
    """A path of this site; the dashboard for any other address."""
    path = (target or "").removeprefix(request.origin)
    return path if _OWN_PATH.match(path) else "/dev"


def _with_sign_in(response: Response, ctx: Context, token: str, max_age: int) -> Response:
    # Not Secure: the demo cookie must also reach phones and scripts over plain http.
    cookie = (
        f"{ctx.settings.auth_cookie}={token}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax"
    )
    response.headers.append(("Set-Cookie", cookie))
    return response
