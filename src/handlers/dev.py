"""/dev: the demo dashboard, sign-in as a demo person, and the outbox. Development only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import jwt

import demo
from auth import links
from auth.access import Access, signed_in_user
from db import demo as demo_db
from db import outbox as outbox_db
from db import sessions
from domain import times
from errors import BadRequestError, NotFoundError
from pages import render, wording
from recordings import consumer
from sessions import booking
from web import security_headers, validation
from web.bodies import NewRecording
from web.messages import Response, html_response, json_response, redirect

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request

SIGNED_IN_FOR_S = 12 * 60 * 60
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
    cards = [
        {
            "access": access,
            "label": wording.STATUS_LABELS[access.view],
            "countdown": times.distance(access.session.scheduled_start - access.now),
            "link": "/r/"
            + links.sign(
                links.RoomLink(access.session.id, access.viewer.id), ctx.settings.link_secrets
            ),
        }
        for access in accesses
    ]
    return html_response(render.demo_dashboard(demo.PEOPLE, user_id, cards))


async def sign_in(request: Request, ctx: Context) -> Response:
    """Sign in as a demo person. `next` or `return_to` is a path of this site to go to."""
    target = _own_path(request.query.get("next") or request.query.get("return_to"), request)
    user_id = request.query.get("user")
    if user_id is None:
        return html_response(render.demo_sign_in_page(demo.PEOPLE, target))
    if not ctx.settings.auth_jwt_secret:
        raise BadRequestError("Signing in here needs AUTH_JWT_SECRET; only AUTH_JWKS_URL is set.")
    claims = {"sub": user_id, "iat": ctx.now, "exp": ctx.now + SIGNED_IN_FOR_S}
    if ctx.settings.auth_issuer:
        claims["iss"] = ctx.settings.auth_issuer
    if ctx.settings.auth_audience:
        claims["aud"] = ctx.settings.auth_audience
    token = jwt.encode(claims, ctx.settings.auth_jwt_secret, algorithm="HS256")
    return _with_sign_in(redirect(target), ctx, token, SIGNED_IN_FOR_S)


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
    return response


async def seed(request: Request, ctx: Context) -> Response:
    """Reset the demo people and sessions, at times relative to now."""
    await demo_db.replace(ctx.db, people=demo.PEOPLE, sessions=demo.sessions(ctx.now), now=ctx.now)
    if "text/html" in request.headers.get("accept", ""):
        return redirect("/dev")
    return json_response({"sessions": [session.id for session in demo.sessions(ctx.now)]})


async def book(_request: Request, ctx: Context) -> Response:
    """Book a session whose last reminder is due at the next tick."""
    await booking.put(ctx, f"demo-{ctx.now}", demo.soon(ctx.now))
    # A booking accepts only whole addresses, and no browser loads a picture over plain http here.
    await demo_db.replace(ctx.db, people=demo.PEOPLE, sessions=(), now=ctx.now)
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
