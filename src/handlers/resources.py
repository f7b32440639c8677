"""The files of a session: list, download, delete and restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth.access import admit_and_load
from db import outcomes
from db import resources as resources_db
from files import downloads
from sessions import outcome
from web.messages import json_response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def list_all(request: Request, ctx: Context, session_id: str) -> Response:
    """The files for both people, and the state of the recording."""
    access = await admit_and_load(request, ctx, session_id, outcomes.of_session(session_id))
    left = outcome.for_viewer(access)
    return json_response(
        {
            "resources": [resource.to_json() for resource in left.resources],
            "recording": left.recording,
        }
    )


async def download(request: Request, ctx: Context, session_id: str, resource_id: str) -> Response:
    """A file, whole or in part. With `?view=1` the browser shows it, if its type is safe."""
    query = resources_db.find(session_id, resource_id)
    access = await admit_and_load(request, ctx, session_id, query)
    return await downloads.download(
        ctx,
        access,
        request.headers,
        inline=request.query.get("view") == "1",
        head_only=request.method == "HEAD",
    )


async def delete(request: Request, ctx: Context, session_id: str, resource_id: str) -> Response:
    """Delete a file; it can be restored for some minutes."""
    query = resources_db.find(session_id, resource_id)
    access = await admit_and_load(request, ctx, session_id, query)
    until = await downloads.delete(ctx, access)
    return json_response({"id": resource_id, "status": "deleted", "restorable_until": until})


async def restore(request: Request, ctx: Context, session_id: str, resource_id: str) -> Response:
    """Undo a deletion."""
    query = resources_db.find(session_id, resource_id)
    access = await admit_and_load(request, ctx, session_id, query)
    row = await downloads.restore(ctx, access)
    return json_response(outcome.resource_of(row).to_json())
