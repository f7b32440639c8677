"""The runtime's bindings in Python: it makes the context of an event.

Only this package, entry.py and durable_object.py use `js`, `workers` or `pyodide`.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import js
import workers
from pyodide.ffi import JsException

import logs
from bindings import outbound, signatures
from bindings.answers import answer_of
from bindings.conversion import js_object
from bindings.d1 import D1
from bindings.r2 import R2Files
from bindings.rooms import DurableRooms
from context import Context
from settings import NAMES, Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_env: Any = None
_settings: Settings | None = None


def _to_console(level: logs.Level, line: str) -> None:
    # Cloudflare's counts and alerts depend on the console's method. It is looked up each time: a
    # snapshot cannot contain an object of JavaScript.
    if level == "info":
        js.console.log(line)
    elif level == "warning":
        js.console.warn(line)
    else:
        js.console.error(line)


logs.write = _to_console


def context(request_id: str, *, wait_until: Callable[[Any], None] | None = None) -> Context:
    """The context of an event. `wait_until` gets deferred work; by default it is the runtime's.

    Raises: SettingsError.
    """
    env = _raw_env()
    settings = _settings_of(env)
    return Context(
        settings=settings,
        db=D1(env.DB),
        now=now(),
        request_id=request_id,
        fetch_json=outbound.fetch_json,
        verify_signature=signatures.verify_signature,
        write_data_point=None if settings.development else _data_point_writer(env),
        defer=lambda work: (wait_until or workers.wait_until)(_logged(work, request_id)),
        probe=lambda: _probe(env),
        rooms=DurableRooms(env.ROOMS, settings.rooms_jurisdiction),
        http=outbound.http,
        files=R2Files(env.FILES),
        fetch_stream=outbound.fetch_stream,
        static_file=lambda path: outbound.static_file(env.ASSETS, path),
        discard=outbound.discard,
        queue_recording=lambda record_id: answer_of(
            "RECORDINGS", env.RECORDINGS.send(js_object({"record_id": record_id}))
        ),
        count_one=_counter(env),
        version=logs.version,
    )


def _raw_env() -> Any:
    """The bindings without the SDK's wrappers, which convert value by value. They are cached."""
    global _env  # noqa: PLW0603
    if _env is None:
        _env = workers.import_from_javascript("cloudflare:workers").env
        logs.version = version_of(_env)
    return _env


def version_of(env: Any) -> str:
    """Return the tag of the running version and the start of its id; "" in development."""
    version = getattr(env, "VERSION", None)
    return " ".join(filter(None, (version.tag, version.id[:8]))) if version else ""


def _settings_of(env: Any) -> Settings:
    """The settings, read once in each isolate: variables do not change during its life."""
    global _settings  # noqa: PLW0603
    if _settings is None:
        found = {}
        for name in NAMES:
            if value := getattr(env, name, None):
                found[name] = value if isinstance(value, str) else js.JSON.stringify(value)
        _settings = Settings.from_env(found)
        if weaknesses := _settings.weaknesses():
            logs.log("weak_settings", problems=weaknesses)
    return _settings


def _data_point_writer(env: Any) -> Callable[[str, list[str], list[float]], None] | None:
    """The writer to Analytics Engine; None without that optional binding."""
    dataset = getattr(env, "ANALYTICS", None)
    if not dataset:
        return None

    def write(index: str, texts: list[str], numbers: list[float]) -> None:
        point = {"indexes": [index], "blobs": texts, "doubles": numbers}
        dataset.writeDataPoint(js.JSON.parse(json.dumps(point)))

    return write


def _counter(env: Any) -> Callable[[str], Awaitable[bool]] | None:
    """The counter of the rate limit; None without that optional binding."""
    binding = getattr(env, "RATE_LIMIT", None)
    if not binding:
        return None

    async def count(key: str) -> bool:
        try:
            return bool((await binding.limit(js_object({"key": key}))).success)
        except JsException as error:
            # Fail open when the rate limiter is down.
            logs.log("rate_limit_unavailable", error=str(error))
            return True

    return count


async def _logged(work: Awaitable[Any], request_id: str) -> None:
    """Run deferred work and log its failure, since nobody waits for the result."""
    try:
        await work
    except Exception as error:  # noqa: BLE001
        logs.log("deferred_work_failed", request_id=request_id, error=repr(error))


async def _probe(env: Any) -> dict[str, bool]:
    """Whether each binding answers. Writes nothing."""
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
    return os.urandom(16).hex()
