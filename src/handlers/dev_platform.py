"""/dev/platform: stands in for the host platform's webhook and its own page. Development only."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from standardwebhooks import Webhook, WebhookVerificationError

from auth import links
from errors import WebhookRejectedError
from pages import render
from web.messages import Response, html_response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request

# In this isolate's memory alone: a restart forgets them.
_DELIVERIES: Final[deque[dict[str, Any]]] = deque(maxlen=50)


async def show(_request: Request, ctx: Context) -> Response:
    """The newest deliveries, as the stand-in has received them."""
    deliveries = [{**each, "seconds_ago": ctx.now - each["at"]} for each in reversed(_DELIVERIES)]
    page = render.dev_platform_page(deliveries, ctx.settings.platform_webhook_url)
    return html_response(page)


async def framed(_request: Request, ctx: Context) -> Response:
    """The two lines of docs/integration.md: the student's session, framed, and what is heard of it.

    It is opened under another name of this machine, so that its site is not the session's.
    """
    link = links.RoomLink("demo-joinable", "demo-student")
    address = links.frame_address(link, ctx.settings, now=ctx.now)
    response = html_response(render.dev_framed_page(address))
    response.frames = (ctx.settings.public_url,)
    return response


async def receive(request: Request, ctx: Context) -> Response:
    """Take a delivery whose signature is right, as a platform's own code does; 204."""
    body = await request.body()
    if not ctx.settings.platform_webhook_secret:
        raise WebhookRejectedError
    try:
        newest = Webhook(ctx.settings.platform_webhook_secret[-1])
        event = newest.verify(body, dict(request.headers))
    except (WebhookVerificationError, ValueError) as error:
        raise WebhookRejectedError from error
    _DELIVERIES.append({"at": ctx.now, "event": event})
    return Response(None, 204)
