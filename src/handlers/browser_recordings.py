"""Recordings that a participant's browser makes and sends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auth.access import admit_and_load
from db import receiving as receiving_db
from errors import NotFoundError
from recordings import receiving
from web import validation
from web.messages import json_response

if TYPE_CHECKING:
    from auth.access import LoadedAccess
    from context import Context
    from db.database import Row
    from web.messages import Request, Response


async def start(request: Request, ctx: Context, session_id: str) -> Response:
    """Begin a recording (201), or continue the one of this browser (200)."""
    access = await admit_and_load(request, ctx, session_id, receiving_db.for_start(session_id))
    new = validation.parse(receiving.NewRecording, await request.json())
    begun, is_new = await receiving.start(ctx, access, new)
    return json_response(begun, 201 if is_new else 200)


async def put(
    request: Request, ctx: Context, session_id: str, record_id: str, start_byte: str
) -> Response:
    """Store the next bytes of a recording."""
    if not re.fullmatch(r"[0-9]{1,12}", start_byte):
        raise NotFoundError
    query = receiving_db.for_piece(session_id, record_id)
    access = await admit_and_load(request, ctx, session_id, query)
    times = validation.parse(receiving.PieceTimes, request.query)
    piece = receiving.Piece(int(start_byte), request.length, times)
    received = await receiving.put(ctx, access, piece, request.stream())
    return json_response({"received_bytes": received})


async def show(request: Request, ctx: Context, session_id: str, record_id: str) -> Response:
    """Return how much has arrived, and what becomes of it."""
    access = await _admit(request, ctx, session_id, record_id)
    return json_response(receiving.state(access))


async def finish(request: Request, ctx: Context, session_id: str, record_id: str) -> Response:
    """Take no more bytes, and complete the recording."""
    access = await _admit(request, ctx, session_id, record_id)
    return json_response(await receiving.finish(ctx, access), 202)


async def _admit(
    request: Request, ctx: Context, session_id: str, record_id: str
) -> LoadedAccess[Row | None]:
    return await admit_and_load(request, ctx, session_id, receiving_db.find(session_id, record_id))
