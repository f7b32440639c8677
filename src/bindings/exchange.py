"""A request of ours from the runtime's, and the runtime's response from ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import to_js

from web.messages import Request

if TYPE_CHECKING:
    from web.messages import Response


def incoming(request: Any) -> Request:
    """Our request from the runtime's."""
    headers = json.loads(js.JSON.stringify(js.Object.fromEntries(request.headers)))

    async def read(limit: int) -> bytes:
        return await _at_most(request, headers, limit)

    return Request(request.method, request.url, headers, read, lambda: request.body)


async def _at_most(request: Any, headers: dict[str, str], limit: int) -> bytes:
    """Read the body.

    For a body longer than `limit` it may return slightly more than `limit` bytes, never all of it:
    that could fill our memory.
    """
    if not request.body:
        return b""
    if headers.get("content-length", "").isdigit():
        # The runtime enforces the announced length, and our caller has refused too large ones.
        body: bytes = (await request.arrayBuffer()).to_bytes()
        return body
    reader, pieces, size = request.body.getReader(), [], 0
    while size <= limit and not (piece := await reader.read()).done:
        pieces.append(piece.value.to_bytes())
        size += len(pieces[-1])
    await reader.cancel()
    return b"".join(pieces)


def outgoing(response: Response) -> Any:
    """The runtime's response from ours."""
    if response.upgrade is not None:
        return response.upgrade
    body = response.body
    # Bytes are copied in one piece; a str is copied by character, a quarter of a page's time.
    if isinstance(body, str):
        body = body.encode()
    if isinstance(body, bytes):
        body = to_js(body)
    return js.Response.new(
        body, status=response.status, headers=to_js([list(pair) for pair in response.headers])
    )
