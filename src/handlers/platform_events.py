"""/platform/events: the log of what the platform's webhook is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from db import platform_events
from errors import NotFoundError
from events import sending
from handlers.platform import require_platform_token
from web import validation
from web.messages import json_response

if TYPE_CHECKING:
    from context import Context
    from db.database import Row
    from web.messages import Request, Response

MAX_LISTED: Final = 500


class Page(BaseModel):
    """The query of the log."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_LISTED)] = 100
    state: Literal["pending", "delivered", "dead"] | None = None


async def list_after(request: Request, ctx: Context) -> Response:
    """Events in the order in which they were written; `next` is the `after` of the next request."""
    require_platform_token(request, ctx)
    page = validation.parse(Page, dict(request.query))
    rows = await platform_events.list_after(ctx.db, page.after, page.limit, page.state)
    following = rows[-1]["number"] if rows else page.after
    return json_response({"events": [_shown(row) for row in rows], "next": following})


async def retry(request: Request, ctx: Context, event_id: str) -> Response:
    """Deliver an event again: a dead one, or one that was taken and lost."""
    require_platform_token(request, ctx)
    session_id = await platform_events.retry(ctx.db, event_id, now=ctx.now)
    if session_id is None:
        raise NotFoundError("No event of that id is kept, or it is being delivered now.")
    ctx.defer(sending.deliver(ctx, session_id))
    return json_response({"id": event_id, "state": "pending"}, 202)


def _shown(row: Row) -> dict[str, Any]:
    """An event as the webhook gets it, and how its delivery went."""
    delivery = {name: row[name] for name in ("state", "attempts", "last_error", "delivered_at")}
    names = ("type", "id", "sequence", "session_id", "created_at", "data")
    return {name: row[name] for name in names} | {"delivery": delivery}
