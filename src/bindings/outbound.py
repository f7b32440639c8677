"""Outbound requests over the runtime's fetch."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

import js
from pyodide.ffi import JsException, to_js

from bindings.answers import answer_of
from bindings.conversion import js_object
from context import HTTPAnswer
from errors import ServiceUnavailableError
from files.streams import Fetched, RecordingError

if TYPE_CHECKING:
    from collections.abc import Mapping

FETCH_TIMEOUT_MS: Final = 5_000
STREAM_HEAD_TIMEOUT_MS: Final = 30_000
REDIRECTS: Final = (301, 302, 303, 307, 308)


async def fetch_stream(url: str, headers: Mapping[str, str]) -> Fetched:
    """GET without reading the body, with a timeout for the head, and at most three redirects.

    Raises: RecordingError.
    """
    options = js_object({"Accept-Encoding": "identity", **headers})
    for _ in range(4):
        if urlsplit(url).scheme not in ("http", "https"):
            raise RecordingError("the source's address is not http")
        controller = js.AbortController.new()
        timer = js.setTimeout(controller.abort.bind(controller), STREAM_HEAD_TIMEOUT_MS)
        try:
            answer = await js.fetch(
                url, headers=options, redirect="manual", signal=controller.signal
            )
        except JsException as error:
            raise RecordingError("the source does not answer") from error
        finally:
            js.clearTimeout(timer)
        found = _headers_of(answer)
        if answer.status not in REDIRECTS or "location" not in found:
            return Fetched(answer.status, found, answer.body)
        await discard(answer.body)
        url = urljoin(url, found["location"])
    raise RecordingError("the source redirects for ever")


async def static_file(assets: Any, path: str) -> Fetched:
    """GET a static file from its binding. Raises: ServiceUnavailableError."""
    # The binding looks at the path alone.
    answer = await answer_of("ASSETS", assets.fetch(f"https://assets.local{path}"))
    return Fetched(answer.status, _headers_of(answer), answer.body)


def _headers_of(answer: Any) -> dict[str, str]:
    headers: dict[str, str] = json.loads(js.JSON.stringify(js.Object.fromEntries(answer.headers)))
    return headers


async def discard(body: Any) -> None:
    """Cancel a body that nobody reads. A broken body is closed already."""
    if body:
        with suppress(JsException):
            await body.cancel()


async def fetch_json(url: str) -> Any:
    """GET a JSON document, without redirects, within five seconds.

    Raises: ServiceUnavailableError.
    """
    try:
        answer = await js.fetch(
            url, redirect="manual", signal=js.AbortSignal.timeout(FETCH_TIMEOUT_MS)
        )
        if answer.status != 200:  # noqa: PLR2004
            raise ServiceUnavailableError
        # A late import, as in web/messages.py: it takes longer than all other imports.
        from pydantic_core import from_json  # noqa: PLC0415

        return from_json(await answer.text())
    except (JsException, ValueError) as error:
        raise ServiceUnavailableError from error


async def http(
    method: str,
    url: str,
    headers: list[tuple[str, str]],
    body: bytes,
    timeout_s: float | None,
) -> HTTPAnswer:
    """Send one request and read the whole answer. A redirect is returned as the answer.

    Raises: TimeoutError, ConnectionError.
    """
    options: dict[str, Any] = {"method": method, "redirect": "manual", "headers": to_js(headers)}
    if body:
        options["body"] = to_js(body)
    if timeout_s is not None:
        options["signal"] = js.AbortSignal.timeout(int(timeout_s * 1000))
    try:
        answer = await js.fetch(url, **options)
        content = (await answer.arrayBuffer()).to_bytes()
    except JsException as error:
        if getattr(error, "name", "") in ("TimeoutError", "AbortError"):
            raise TimeoutError(str(error)) from error
        raise ConnectionError(str(error)) from error
    pairs = json.loads(js.JSON.stringify(js.Array.from_(answer.headers)))
    return HTTPAnswer(answer.status, [(name, value) for name, value in pairs], content)
