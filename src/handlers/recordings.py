"""/platform/recordings, for operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import recordings as recordings_db
from handlers.platform import require_platform_token
from recordings import consumer
from web.messages import json_response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def list_unready(request: Request, ctx: Context) -> Response:
    """Unfinished recordings, with their attempts and last errors."""
    require_platform_token(request, ctx)
    return json_response({"recordings": await recordings_db.list_unready(ctx.db)})


async def retry(request: Request, ctx: Context, record_id: str) -> Response:
    """Retry a failed recording."""
    require_platform_token(request, ctx)
    await consumer.retry(ctx, record_id)
    return json_response({"record_id": record_id, "state": "announced"}, 202)
