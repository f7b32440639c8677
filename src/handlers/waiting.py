"""The request of a waiting person to e-mail the other one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth.access import admit
from mail import waiting
from web.messages import json_response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def tell_the_other(request: Request, ctx: Context, session_id: str) -> Response:
    """Answers 202; `mail` is the state of the one mail about it."""
    access = await admit(request, ctx, session_id)
    return json_response({"mail": await waiting.request_mail(ctx, access)}, 202)
