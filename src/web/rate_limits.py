"""Limits how often one person may use a costly route, if the optional RATE_LIMIT is bound.

Each location of Cloudflare counts separately, so this is no exact quota. Exact limits are in the
database (`sessions.rescheduling.MAX_REQUESTS`, the quota of uploads).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth import access, links
from errors import TooManyRequestsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context import Context
    from web.messages import Request


async def refuse_too_many(
    request: Request, ctx: Context, route: str, params: Mapping[str, str]
) -> None:
    """Count this request for its person and route, such as `GET /path`.

    Raises: TooManyRequestsError.
    """
    if ctx.count_one is None:
        return
    person = await _person(request, ctx, params)
    who = f"person {person}" if person else f"address {request.headers.get('cf-connecting-ip')}"
    if not await ctx.count_one(f"{route} {who}"):
        raise TooManyRequestsError


async def _person(request: Request, ctx: Context, params: Mapping[str, str]) -> str | None:
    """The id that the request proves. An address is no person: a whole school may share one."""
    if "token" in params:
        found = links.read_followed(params["token"], ctx.settings.link_secrets)
        return found[0].user_id if found else None
    return await access.person_asking(request, ctx, params["session_id"])
