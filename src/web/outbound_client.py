"""httpx over the runtime's fetch. Only senders import this module: httpx loads slowly.

httpx from PyPI opens sockets, which the runtime does not have. Its builds for Pyodide follow
redirects by themselves and lose repeated headers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from context import HTTP

# The runtime sets these request headers, and undoes the encoding of responses.
_NOT_SENT: Final = ("accept-encoding", "connection", "content-length", "host")
_NOT_KEPT: Final = ("content-encoding", "content-length", "transfer-encoding")


class RuntimeTransport(httpx.AsyncBaseTransport):
    """One fetch a request, without pool, retry or redirect."""

    def __init__(self, http: HTTP) -> None:
        self._http = http

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        timeouts = request.extensions.get("timeout", {}).values()
        limit = min((seconds for seconds in timeouts if seconds is not None), default=None)
        headers = [(k, v) for k, v in request.headers.multi_items() if k not in _NOT_SENT]
        try:
            answer = await self._http(
                request.method, str(request.url), headers, await request.aread(), limit
            )
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error), request=request) from error
        except ConnectionError as error:
            raise httpx.NetworkError(str(error), request=request) from error
        kept = [(k, v) for k, v in answer.headers if k.lower() not in _NOT_KEPT]
        return httpx.Response(answer.status, headers=kept, content=answer.body, request=request)


def client(http: HTTP, base_url: str, *, timeout_s: float) -> httpx.AsyncClient:
    """A client of one service. It never follows redirects and ignores the environment."""
    return httpx.AsyncClient(
        transport=RuntimeTransport(http),
        base_url=base_url,
        timeout=timeout_s,
        follow_redirects=False,
        trust_env=False,
    )
