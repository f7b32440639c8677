"""httpx over the runtime's own fetch.

Plain httpx would open sockets, and its wasm fork follows redirects, loses repeated headers and
fails on answers without a body. Imported by `bindings.http_client` alone, and only when needed:
httpx takes its time to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httpx
import js
from pyodide.ffi import JsException, to_js

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# The runtime sets these itself, from the URL and the body.
NOT_OURS_TO_SEND: Final = {"host", "content-length", "transfer-encoding", "connection"}
# It also unpacks what it has negotiated; httpx would try to unpack it a second time.
UNPACKED: Final = {"gzip", "br"}


def client() -> httpx.AsyncClient:
    """A client for one event; streams must not outlive the event that made them."""
    return httpx.AsyncClient(transport=FetchTransport(), follow_redirects=False)


class FetchTransport(httpx.AsyncBaseTransport):
    """The request's `read` timeout bounds the whole exchange, the body included."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        seconds = request.extensions.get("timeout", {}).get("read")
        options: dict[str, Any] = {"method": request.method, "redirect": "manual"}
        options["headers"] = to_js(
            [
                [name, value]
                for name, value in request.headers.multi_items()
                if name.lower() not in NOT_OURS_TO_SEND
            ]
        )
        if content:
            options["body"] = to_js(content)
        if seconds is not None:
            options["signal"] = js.AbortSignal.timeout(int(seconds * 1000))
        try:
            answer = await js.fetch(str(request.url), **options)
        except JsException as error:
            raise _failure(error, request, httpx.ConnectError) from error
        headers = httpx.Headers([tuple(pair) for pair in js.Array.from_(answer.headers)])
        if headers.get("content-encoding", "").lower() in UNPACKED:
            del headers["content-encoding"]
            headers.pop("content-length", None)
        body = _Body(answer.body, request, headers.get("content-length", ""))
        return httpx.Response(answer.status, headers=headers, stream=body, request=request)


class _Body(httpx.AsyncByteStream):
    """A body as it arrives; one that is cut off raises instead of ending early."""

    def __init__(self, stream: Any, request: httpx.Request, length: str) -> None:
        # Answers to HEAD and those of status 204 or 304 have none.
        self._reader = stream.getReader() if stream else None
        self._request = request
        self._missing = int(length) if length.isdigit() else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._reader is not None:
            try:
                step = await self._reader.read()
            except JsException as error:
                raise _failure(error, self._request, httpx.ReadError) from error
            if step.done:
                break
            chunk: bytes = step.value.to_bytes()
            if self._missing is not None:
                self._missing -= len(chunk)
            yield chunk
        if self._reader is not None and self._missing:
            raise httpx.RemoteProtocolError("The body was cut off.", request=self._request)

    async def aclose(self) -> None:
        """Let go of the connection, whether or not the body was read to its end."""
        reader, self._reader = self._reader, None
        if reader is None:
            return
        try:
            await reader.cancel()
        except JsException:
            return


def _failure(
    error: JsException, request: httpx.Request, kind: type[httpx.TransportError]
) -> httpx.TransportError:
    """The httpx error of a runtime's error. Its text may name addresses: keep it out of pages."""
    if error.name in ("TimeoutError", "AbortError"):
        return httpx.ReadTimeout("The exchange took too long.", request=request)
    return kind(str(error), request=request)
