"""The runtime as Python sees it: D1, outbound fetch, WebCrypto, clock, requests and responses.

The only module besides entry.py and room.py that touches `js`, `workers` or `pyodide`.
Values cross as one JSON text where they can: a crossing costs more than the work behind it.
"""

from __future__ import annotations

import json
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

import js
from pydantic_core import from_json
from pyodide.ffi import JsException, jsnull, to_js
from workers import import_from_javascript

from context import Context, HTTPAnswer
from errors import ServiceUnavailableError
from logs import log
from recording_sources import Fetched, RecordingError
from recordings import Message
from settings import NAMES, Settings
from storage import R2Files
from web import Request, Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from db.database import Row

FETCH_TIMEOUT_MS = 5_000
STREAM_HEAD_TIMEOUT_MS = 30_000
REDIRECTS = (301, 302, 303, 307, 308)
VISITOR_HEADER = "X-Visitor"
# What D1 says of a statement that no repetition would mend.
FAULTS_OF_OURS = ("SQLITE_CONSTRAINT", "SQLITE_ERROR", "SQLITE_MISMATCH", "SQLITE_TOOBIG")


_env: Any = None
_settings: Settings | None = None


def context(wait_until: Callable[[Any], None], request_id: str) -> Context:
    """Everything an event's handler may use.

    Raises: SettingsError.
    """
    env = _raw_env()
    settings = _settings_of(env)
    return Context(
        settings=settings,
        db=D1(env.DB),
        now=now(),
        request_id=request_id,
        fetch_json=fetch_json,
        verify_signature=verify_signature,
        write_data_point=None if settings.development else _data_point_writer(env),
        defer=lambda work: wait_until(_logged(work, request_id)),
        probe=lambda: _probe(env),
        rooms=DurableRooms(env.ROOMS),
        http=http,
        files=R2Files(env.FILES, _object, to_js),
        fetch_stream=fetch_stream,
        discard=discard,
        queue_recording=lambda record_id: _answer_of(
            "RECORDINGS", env.RECORDINGS.send(_object({"record_id": record_id}))
        ),
        count=_counter(env),
    )


def _raw_env() -> Any:
    """The bindings without the SDK's wrappers, which convert value by value; kept, as settings."""
    global _env  # noqa: PLW0603
    if _env is None:
        _env = import_from_javascript("cloudflare:workers").env
    return _env


def _settings_of(env: Any) -> Settings:
    """The settings, read once an isolate: variables do not change during its life."""
    global _settings  # noqa: PLW0603
    if _settings is None:
        found = {}
        for name in NAMES:
            if value := getattr(env, name, None):
                found[name] = value if isinstance(value, str) else js.JSON.stringify(value)
        _settings = Settings.from_env(found)
    return _settings


def _data_point_writer(env: Any) -> Callable[[str, list[str], list[float]], None] | None:
    """Analytics Engine's door, when that optional binding is there."""
    dataset = getattr(env, "ANALYTICS", None)
    if not dataset:
        return None

    def write(index: str, texts: list[str], numbers: list[float]) -> None:
        point = {"indexes": [index], "blobs": texts, "doubles": numbers}
        dataset.writeDataPoint(js.JSON.parse(json.dumps(point)))

    return write


def _counter(env: Any) -> Callable[[str], Awaitable[bool]] | None:
    """The rate limit's door, when that optional binding is there."""
    binding = getattr(env, "RATE_LIMIT", None)
    if not binding:
        return None

    async def count(key: str) -> bool:
        try:
            return bool((await binding.limit(_object({"key": key}))).success)
        except JsException as error:
            # Rather too often than never.
            log("rate_limit_unavailable", error=str(error))
            return True

    return count


async def _logged(work: Awaitable[Any], request_id: str) -> None:
    """Do deferred work; a failure is logged, since nobody waits for it any more."""
    try:
        await work
    except Exception as error:  # noqa: BLE001
        log("deferred_work_failed", request_id=request_id, error=repr(error))


async def _probe(env: Any) -> dict[str, bool]:
    """Which of the bindings answer. Nothing is written."""
    return {
        "DB": await _answers(lambda: env.DB.prepare("SELECT 1").all()),
        "FILES": await _answers(lambda: env.FILES.head("healthz")),
        "RECORDINGS": bool(getattr(env, "RECORDINGS", None)),
        "ROOMS": bool(getattr(env, "ROOMS", None)),
        "ASSETS": bool(getattr(env, "ASSETS", None)),
    }


async def _answers(call: Callable[[], Awaitable[Any]]) -> bool:
    try:
        await call()
    except (JsException, AttributeError):
        return False
    return True


def now() -> int:
    """Epoch seconds, UTC."""
    return int(time.time())


def new_id() -> str:
    """A random id of 32 hexadecimal digits."""
    return uuid.uuid4().hex


class D1:
    """`db.database.Database` over a D1 binding. `calls` counts the round trips.

    Raises: ServiceUnavailableError when D1 fails; what a statement does wrong stays as it is.

    `rows_read` and `rows_written` are what D1 says it did, and bills.
    """

    def __init__(self, binding: Any) -> None:
        self._binding = binding
        self.calls = 0
        self.rows_read = 0
        self.rows_written = 0

    async def all(self, sql: str, *params: Any) -> list[Row]:
        self.calls += 1
        answer = await _answer_of("DB", self._prepare(sql, params).all())
        return self._rows(json.loads(js.JSON.stringify(answer)))

    async def batch(self, statements: list[tuple[str, tuple[Any, ...]]]) -> list[list[Row]]:
        self.calls += 1
        prepared = to_js([self._prepare(sql, params) for sql, params in statements])
        answer = await _answer_of("DB", self._binding.batch(prepared))
        results = json.loads(js.JSON.stringify(answer))
        return [self._rows(result) for result in results]

    def _rows(self, result: Any) -> list[Row]:
        self.rows_read += result["meta"]["rows_read"]
        self.rows_written += result["meta"]["rows_written"]
        rows: list[Row] = result["results"]
        return rows

    def _prepare(self, sql: str, params: tuple[Any, ...]) -> Any:
        statement = self._binding.prepare(sql)
        if not params:
            return statement
        return statement.bind(*[jsnull if value is None else value for value in params])


async def _answer_of(binding: str, call: Awaitable[Any]) -> Any:
    """What a binding answers. Raises: ServiceUnavailableError; ours are JsException still."""
    try:
        return await call
    except JsException as error:
        if any(mark in str(error) for mark in FAULTS_OF_OURS):
            raise
        log("binding_failed", binding=binding, error=str(error)[:500])
        raise ServiceUnavailableError from error


class DurableRooms:
    """`context.Rooms` over the Durable Object binding. All raise ServiceUnavailableError."""

    def __init__(self, namespace: Any) -> None:
        self._namespace = namespace

    async def connect(self, session_id: str, visitor: str) -> Any:
        # Headers of our own only: nothing that the browser sent reaches the object.
        headers = [["Upgrade", "websocket"], [VISITOR_HEADER, quote(visitor)]]
        call = self._room(session_id).fetch("https://room/", headers=to_js(headers))
        return await _answer_of("ROOMS", call)

    async def end(self, session_id: str) -> None:
        await _answer_of("ROOMS", self._room(session_id).end(session_id))

    async def refresh(self, session_id: str) -> None:
        await _answer_of("ROOMS", self._room(session_id).refresh())

    async def hear(self, session_id: str, event: dict[str, Any]) -> None:
        await _answer_of("ROOMS", self._room(session_id).hear(session_id, json.dumps(event)))

    async def look(self, session_id: str) -> None:
        await _answer_of("ROOMS", self._room(session_id).look(session_id))

    async def chat(self, session_id: str) -> list[dict[str, Any]]:
        text = await _answer_of("ROOMS", self._room(session_id).chat())
        lines: list[dict[str, Any]] = json.loads(text)
        return lines

    async def forget_chat(self, session_id: str) -> None:
        await _answer_of("ROOMS", self._room(session_id).forget_chat())

    async def shift_clock(self, session_id: str, seconds: int) -> None:
        await _answer_of("ROOMS", self._room(session_id).shift_clock(session_id, seconds))

    def _room(self, session_id: str) -> Any:
        return self._namespace.get(self._namespace.idFromName(session_id))


def incoming(request: Any) -> Request:
    """Our request from the runtime's."""
    headers = json.loads(js.JSON.stringify(js.Object.fromEntries(request.headers)))

    async def read() -> bytes:
        body: bytes = (await request.arrayBuffer()).to_bytes()
        return body

    return Request(request.method, request.url, headers, read, lambda: request.body)


def outgoing(response: Response) -> Any:
    """The runtime's response from ours."""
    if response.upgrade is not None:
        return response.upgrade
    body = response.body
    # As bytes it is copied whole, as a str character by character: a quarter of a page's time.
    if isinstance(body, str):
        body = body.encode()
    if isinstance(body, bytes):
        body = to_js(body)
    return js.Response.new(
        body, status=response.status, headers=to_js([list(pair) for pair in response.headers])
    )


async def fetch_stream(url: str, headers: Mapping[str, str]) -> Fetched:
    """GET without reading the body: some seconds for the head, three redirects at most.

    Raises: RecordingError.
    """
    asked = _object({"Accept-Encoding": "identity", **headers})
    for _ in range(4):
        if urlsplit(url).scheme not in ("http", "https"):
            raise RecordingError("the source's address is not http")
        controller = js.AbortController.new()
        timer = js.setTimeout(controller.abort.bind(controller), STREAM_HEAD_TIMEOUT_MS)
        try:
            answer = await js.fetch(url, headers=asked, redirect="manual", signal=controller.signal)
        except JsException as error:
            raise RecordingError("the source does not answer") from error
        finally:
            js.clearTimeout(timer)
        found = json.loads(js.JSON.stringify(js.Object.fromEntries(answer.headers)))
        if answer.status not in REDIRECTS or "location" not in found:
            return Fetched(answer.status, found, answer.body)
        await discard(answer.body)
        url = urljoin(url, found["location"])
    raise RecordingError("the source redirects for ever")


async def discard(body: Any) -> None:
    """Let go of a body that nobody will read; one that has broken is let go of already."""
    if body:
        with suppress(JsException):
            await body.cancel()


def messages(batch: Any) -> list[Message]:
    """The queue's deliveries, from the SDK's."""
    return [
        Message(
            each.body,
            each.attempts,
            each.ack,
            lambda wait, each=each: each.retry(delaySeconds=wait),  # type: ignore[misc]
        )
        for each in batch.messages
    ]


async def fetch_json(url: str) -> Any:
    """GET a JSON document: no redirects, five seconds.

    Raises: ServiceUnavailableError.
    """
    try:
        answer = await js.fetch(
            url, redirect="manual", signal=js.AbortSignal.timeout(FETCH_TIMEOUT_MS)
        )
        if answer.status != 200:  # noqa: PLR2004
            raise ServiceUnavailableError
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
    """One request over the runtime's fetch, its whole answer read; redirects are answers too.

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


_IMPORT_PARAMETERS: Mapping[str, dict[str, str]] = {
    "RS256": {"name": "RSASSA-PKCS1-v1_5", "hash": "SHA-256"},
    "ES256": {"name": "ECDSA", "namedCurve": "P-256"},
    "EdDSA": {"name": "Ed25519"},
}
_VERIFY_PARAMETERS: Mapping[str, dict[str, str]] = {
    "RS256": {"name": "RSASSA-PKCS1-v1_5"},
    "ES256": {"name": "ECDSA", "hash": "SHA-256"},
    "EdDSA": {"name": "Ed25519"},
}


async def verify_signature(
    jwk: dict[str, Any], algorithm: str, signature: bytes, data: bytes
) -> bool:
    """Whether `signature` over `data` was made by the owner of the public key `jwk`.

    `algorithm` is RS256, ES256 or EdDSA. PyPI has no wasm build of `cryptography`, so the
    runtime's own WebCrypto does it. A key that cannot be read verifies nothing.
    """
    public: dict[str, Any] = {
        name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk
    }
    subtle = js.crypto.subtle
    try:
        key = await subtle.importKey(
            "jwk",
            _object(public),
            _object(_IMPORT_PARAMETERS[algorithm]),
            False,
            to_js(["verify"]),
        )
        verified = await subtle.verify(
            _object(_VERIFY_PARAMETERS[algorithm]), key, to_js(signature), to_js(data)
        )
    except JsException:
        return False
    return bool(verified)


def _object(values: Mapping[str, Any]) -> Any:
    return to_js(dict(values), dict_converter=js.Object.fromEntries)
