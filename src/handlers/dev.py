"""/dev: the demo dashboard, sign-in as a demo person, and mail "sent". Development only."""

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
# Browsers read `//`, `/\` and `/` + tab + `/` as the start of another site's address.
_OWN_PATH: Final = re.compile(r"/(?![/\\])[\x21-\x7e]*\Z")


async def dashboard(request: Request, ctx: Context) -> Response:
    """The demo sessions as the signed-in demo person sees them, and ways to be another one."""
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
    """Become a demo person, or choose one. `next` and `return_to` lead on, within this site."""
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
    """Be nobody again."""
    return _with_sign_in(redirect("/dev"), ctx, "", 0)


async def outbox(_request: Request, ctx: Context) -> Response:
    """Mail that was written while no mail service is configured, newest first."""
    mails = await outbox_db.list_newest(ctx.db)
    for mail in mails:
        mail["minutes_ago"] = (ctx.now - mail["created_at"]) // 60
    response = html_response(render.outbox_page(mails))
    response.policy = security_headers.OUTBOX
    return response


async def outbox_mail(_request: Request, ctx: Context, mail_id: str) -> Response:
    """One mail's html, for the frame on that page: no scripts, no forms, nothing of this site.

    Its links open new tabs, where they work as they do from a mail program.
    """
    mail = await outbox_db.find(ctx.db, mail_id)
    if mail is None:
        raise NotFoundError
    html = mail["html"].replace("<head>", '<head><base target="_blank">', 1)
    response = html_response(html)
    response.policy = security_headers.OUTBOX_MAIL
    return response


async def seed(request: Request, ctx: Context) -> Response:
    """Put the demo people and sessions back, at times relative to now."""
    await demo_db.replace(ctx.db, people=demo.PEOPLE, sessions=demo.sessions(ctx.now), now=ctx.now)
    if "text/html" in request.headers.get("accept", ""):
        return redirect("/dev")
    return json_response({"sessions": [session.id for session in demo.sessions(ctx.now)]})


async def book(_request: Request, ctx: Context) -> Response:
    """Book a session whose last reminder is due with the next tick, to see it arrive."""
    await booking.put(ctx, f"demo-{ctx.now}", demo.soon(ctx.now))
    # A booking can only give whole addresses, and no browser loads a picture over plain http here.
    await demo_db.replace(ctx.db, people=demo.PEOPLE, sessions=(), now=ctx.now)
    return redirect("/dev")


async def announce_recording(request: Request, ctx: Context) -> Response:
    """What a provider's webhook would say: this session has a recording."""
    said = validation.parse(NewRecording, await request.json())
    await consumer.announce(ctx, said.session_id, "plugnmeet", said.record_id)
    return Response(None, 204)


def _own_path(target: str | None, request: Request) -> str:
    """A path of this site; anything else becomes the dashboard."""
    path = (target or "").removeprefix(request.origin)
    return path if _OWN_PATH.match(path) else "/dev"


def _with_sign_in(response: Response, ctx: Context, token: str, max_age: int) -> Response:
    # Not Secure: a demo cookie on plain http has to reach phones and scripts as well.
    cookie = (
        f"{ctx.settings.auth_cookie}={token}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax"
    )
    response.headers.append(("Set-Cookie", cookie))
    return response
