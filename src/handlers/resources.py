"""The files of a session: list, download, delete and restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth import access
from db import outcomes
from db import resources as resources_db
from files import downloads
from sessions import outcome
from web.messages import json_response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def list_all(request: Request, ctx: Context, session_id: str) -> Response:
    """What both people can download, and how the recording is doing."""
    visit = await access.admit(request, ctx, session_id, [outcomes.of_session(session_id)])
    left = outcome.read(visit)
    return json_response(
        {
            "resources": [resource.to_json() for resource in left.resources],
            "recording": left.recording,
        }
    )


async def download(request: Request, ctx: Context, session_id: str, resource_id: str) -> Response:
    """A file, whole or in part. With `?view=1` what is safe to show is shown, not saved."""
    along = [resources_db.find(session_id, resource_id)]
    visit = await access.admit(request, ctx, session_id, along)
    return await downloads.download(
        ctx,
        visit,
        request.headers,
        inline=request.query.get("view") == "1",
        head_only=request.method == "HEAD",
    )


async def delete(request: Request, ctx: Context, session_id: str, resource_id: str) -> Response:
    """Delete; for some minutes it can be restored."""
    along = [resources_db.find(session_id, resource_id)]
    visit = await access.admit(request, ctx, session_id, along)
    until = await downloads.delete(ctx, visit)
    return json_response({"id": resource_id, "status": "deleted", "restorable_until": until})


async def restore(request: Request, ctx: Context, session_id: str, resource_id: str) -> Response:
    """Undo a deletion."""
    along = [resources_db.find(session_id, resource_id)]
    visit = await access.admit(request, ctx, session_id, along)
    row = await downloads.restore(ctx, visit)
    return json_response(outcome.resource_of(row).to_json())
