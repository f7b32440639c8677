"""From a request to a response: the route, its checks, the handler, errors and headers."""

from __future__ import annotations

import time
import traceback
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import i18n
import routes
from errors import (
    AppError,
    LinkBrokenError,
    LinkExpiredError,
    NotConfiguredError,
    NotParticipantError,
    SignedOutError,
)
from logs import log
from pages import render
from settings import SettingsError
from web import csrf, kept_form, rate_limits, security_headers
from web.messages import Response, html_response, json_response, redirect

if TYPE_CHECKING:
    from collections.abc import Callable

    from context import Context
    from web.messages import Request


async def respond(
    request: Request, request_id: str, make_context: Callable[[], Context]
) -> Response:
    """Answer a request. Never raises: every exception becomes an error answer and a log line."""
    started = time.monotonic()
    route_path, ctx, route = "unknown", None, None
    try:
        ctx = make_context()
        # Until it is known who asks (`auth.access`).
        i18n.use(request.language(everything=ctx.settings.development))
        route, params = routes.match(
            request.method, request.pieces, development=ctx.settings.development
        )
        route_path = route.path
        if not route.cross_site:
            csrf.refuse_cross_site(request)
        if route.limited:
            await rate_limits.refuse_too_many(request, ctx, f"{route.method} {route.path}", params)
        response = await route.handle(request, ctx, **params)
        if ctx.settings.platform_webhook_url and request.method not in ("GET", "HEAD"):
            _tell_platform(ctx, params)
    except Exception as error:  # noqa: BLE001
        response = await _error_response(error, request, ctx, route, request_id)
    if request.method == "HEAD":
        response.body = None
    framers = ctx.settings.embed_origins if ctx and route and route.framed else ()
    security_headers.add(request, response, framers)
    response.headers.append(("X-Request-Id", request_id))
    calls = getattr(ctx.db, "calls", 0) if ctx else 0
    if ctx and ctx.settings.development:
        response.headers.append(("Server-Timing", f'd1;desc="round trips: {calls}"'))
    log(
        "request",
        request_id=request_id,
        method=request.method,
        route=route_path,
        status=response.status,
        milliseconds=round((time.monotonic() - started) * 1000, 1),
        d1_round_trips=calls,
    )
    return response


def _tell_platform(ctx: Context, params: dict[str, str]) -> None:
    """Deliver what this request has made happen, after the answer."""
    if session_id := params.get("session_id"):
        from events import sending  # noqa: PLC0415

        ctx.defer(sending.deliver(ctx, session_id))


async def _error_response(
    error: Exception,
    request: Request,
    ctx: Context | None,
    route: routes.Route | None,
    request_id: str,
) -> Response:
    if isinstance(error, SettingsError):
        log("not_configured", request_id=request_id, problems=error.problems)
        if request.pieces == ["", "healthz"]:
            return json_response({"ok": False, "problems": error.problems}, 503)
        failure: AppError = NotConfiguredError()
    elif isinstance(error, AppError):
        failure = error
    else:
        log("unexpected_error", request_id=request_id, trace=traceback.format_exception(error))
        failure = AppError()
    wants_page = _wants_page(request, route)
    signs_in = isinstance(failure, SignedOutError) and wants_page and route and route.page
    # Pages for signing in refuse to be framed: inside a frame, ours has a link to it.
    if signs_in and ctx and not request.is_framed:
        return redirect(_sign_in_url(request.url.removeprefix(request.origin), ctx), 302)
    unexpected_id = request_id if failure.status == AppError.status else None
    if wants_page:
        kept = await kept_form.keep(request, failure) if ctx else None
        sign_in_url = _sign_in_offer(failure, request, ctx, kept) if ctx else ""
        settings = ctx.settings if ctx else None
        body = render.error_page(failure, settings, unexpected_id, kept, sign_in_url)
        response = html_response(body, failure.status)
    else:
        numbered = {"request_id": unexpected_id} if unexpected_id else {}
        response = json_response({"error": failure.as_json() | numbered}, failure.status)
    response.headers += failure.headers
    return response


def _wants_page(request: Request, route: routes.Route | None) -> bool:
    if route is not None and route.page:
        return not request.accepts_json
    return "text/html" in request.headers.get("accept", "")


def _sign_in_url(place: str, ctx: Context) -> str:
    """The sign-in page, with the address of ours to which it leads back."""
    separator = "&" if urlsplit(ctx.settings.sign_in_url).query else "?"
    return_to = quote(ctx.settings.public_url + place, safe="")
    return f"{ctx.settings.sign_in_url}{separator}return_to={return_to}"


def _sign_in_offer(
    failure: AppError, request: Request, ctx: Context, kept: kept_form.KeptForm | None
) -> str:
    """The sign-in page, if signing in may help, perhaps with another account; else empty.

    It leads back to the address of the request, or to the page of a `kept` form.
    """
    if kept:
        helps = isinstance(failure, (SignedOutError, NotParticipantError))
        return _sign_in_url(f"{kept.page}?saved=elsewhere", ctx) if helps else ""
    if isinstance(failure, LinkBrokenError):
        return ctx.settings.sign_in_url
    if isinstance(failure, SignedOutError) and request.is_framed:
        return _sign_in_url(request.url.removeprefix(request.origin), ctx)
    if isinstance(failure, (LinkExpiredError, NotParticipantError)):
        if failure.session_id:
            return _sign_in_url(f"/session/{quote(failure.session_id, safe='')}", ctx)
        return _sign_in_url(request.url.removeprefix(request.origin), ctx)
    return ""
