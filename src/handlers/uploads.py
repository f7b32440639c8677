"""Uploads: in one request, or in parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auth.access import admit, admit_and_load
from db import resources as resources_db
from errors import NotFoundError
from files import uploads
from sessions import outcome
from web import validation
from web.messages import Response, json_response

if TYPE_CHECKING:
    from auth.access import LoadedAccess
    from context import Context
    from db.resources import UploadRows
    from web.messages import Request


async def receive(request: Request, ctx: Context, session_id: str) -> Response:
    """The body is the file, `?name=` its name. 201 with the resource."""
    access = await admit(request, ctx, session_id)
    name = request.query.get("name", "")
    row = await uploads.receive(ctx, access, name=name, size=request.length, body=request.stream())
    return json_response(outcome.resource_of(row).to_json(), 201)


async def list_unfinished(request: Request, ctx: Context, session_id: str) -> Response:
    """The teacher's unfinished uploads."""
    query = resources_db.list_unfinished(session_id)
    access = await admit_and_load(request, ctx, session_id, query)
    return json_response({"uploads": [each.to_json() for each in uploads.unfinished(access)]})


async def start(request: Request, ctx: Context, session_id: str) -> Response:
    """Begin an upload in parts (201), or resume the one with this `key` (200)."""
    query = resources_db.list_unfinished(session_id)
    access = await admit_and_load(request, ctx, session_id, query)
    new = validation.parse(uploads.NewUpload, await request.json())
    upload, is_new = await uploads.start(ctx, access, new)
    return json_response(upload.to_json(), 201 if is_new else 200)


async def put_part(
    request: Request, ctx: Context, session_id: str, resource_id: str, number: str
) -> Response:
    """Store one part. Each has the upload's `part_bytes`, except the last."""
    if not re.fullmatch(r"[0-9]{1,5}", number):
        raise NotFoundError
    access = await _admit_to_upload(request, ctx, session_id, resource_id)
    upload = await uploads.put_part(ctx, access, int(number), request.length, request.stream())
    return json_response(upload.to_json())


async def complete(request: Request, ctx: Context, session_id: str, resource_id: str) -> Response:
    """Combine all parts into one file."""
    access = await _admit_to_upload(request, ctx, session_id, resource_id)
    row = await uploads.complete(ctx, access)
    return json_response(outcome.resource_of(row).to_json(), 201)


async def cancel(request: Request, ctx: Context, session_id: str, resource_id: str) -> Response:
    """Cancel an upload."""
    access = await _admit_to_upload(request, ctx, session_id, resource_id)
    await uploads.cancel(ctx, access)
    return Response(None, 204)


async def _admit_to_upload(
    request: Request, ctx: Context, session_id: str, resource_id: str
) -> LoadedAccess[UploadRows]:
    query = resources_db.find_with_parts(session_id, resource_id)
    return await admit_and_load(request, ctx, session_id, query)
