"""/platform/people: the host platform deletes a person, or reads the address of their calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auth import links
from db import people
from errors import InvalidError, PersonNotFoundError
from events import sending
from handlers.platform import require_platform_token
from sessions import changed_rooms, erasure
from web.messages import json_response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response

_CANCEL: Final = {None: False, "false": False, "true": True}


async def erase(request: Request, ctx: Context, person_id: str) -> Response:
    """Delete a person's data; a repeated request gets the same answer."""
    require_platform_token(request, ctx)
    asked = request.query.get("cancel")
    if asked not in _CANCEL:
        raise InvalidError({"cancel": "true or false"})
    cancelled = await erasure.erase(ctx, person_id, cancel=_CANCEL[asked])
    ctx.defer(changed_rooms.refresh(ctx, cancelled))
    ctx.defer(sending.deliver_due(ctx))
    return json_response({"id": person_id, "status": "deleted"})


async def calendar(request: Request, ctx: Context, person_id: str) -> Response:
    """The address of the person's calendar, to which a calendar program can subscribe."""
    require_platform_token(request, ctx)
    if not await people.is_known(ctx.db, person_id):
        raise PersonNotFoundError
    return json_response({"url": links.calendar_address(person_id, ctx.settings)})
