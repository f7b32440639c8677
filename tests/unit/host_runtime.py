"""As much of the runtime as `bindings`, `room` and `entry` need on the host: no more than they ask.

Importing this makes `js`, `pyodide.ffi` and `workers` importable.
"""

import sqlite3
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any


class JsException(Exception):  # noqa: N818 (the runtime's name)
    """What a rejected promise becomes."""


class WebSocket:
    """The room's end of a socket. `said` is what its browser has heard, `closed` the code."""

    silent_since: float | None = None
    """Its browser's last ping, in epoch seconds; None while the browser pings."""

    def __init__(self) -> None:
        self.readyState = 1
        self.sent: list[str] = []
        self.closed: int | None = None
        self._attachment: str | None = None

    def serializeAttachment(self, text: str) -> None:  # noqa: N802
        self._attachment = text

    def deserializeAttachment(self) -> str | None:  # noqa: N802
        return self._attachment

    def send(self, text: str) -> None:
        if self.readyState != 1:
            raise JsException("Can't call WebSocket send() after close().")
        self.sent.append(text)

    def close(self, code: int, _reason: str) -> None:
        self.readyState, self.closed = 3, code


class _Pair:
    @staticmethod
    def new() -> Any:
        server = WebSocket()
        return SimpleNamespace(object_values=lambda: (server, server))


@dataclass
class _Sql:
    connection: sqlite3.Connection
    check: Callable[[], None]

    def exec(self, sql: str, *params: Any) -> Any:
        self.check()
        # The runtime binds every number as REAL.
        given = [float(each) if isinstance(each, int) else each for each in params]
        rows = [dict(row) for row in self.connection.execute(sql, given)]
        return SimpleNamespace(toArray=lambda: rows)


@dataclass
class ObjectState:
    """What is left of a Durable Object when it is evicted: its storage, alarm, and sockets."""

    clock: Callable[[], float]
    check: Callable[[], None]
    """Raises when the object has been killed: then it writes nothing more."""
    alarm: float | None = None
    """Epoch seconds."""
    sockets: list[tuple[str, WebSocket]] = field(default_factory=list)
    storage: Any = None
    _is_ringing: bool = False

    def __post_init__(self) -> None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.row_factory = sqlite3.Row
        self.storage = SimpleNamespace(
            sql=_Sql(connection, self.check),
            setAlarm=self._set_alarm,
            deleteAlarm=self._delete_alarm,
        )

    async def _set_alarm(self, milliseconds: int) -> None:
        self.check()
        moment = milliseconds / 1000
        # workerd clears an alarm that alarm() sets at or before now (cloudflare/workerd#6866).
        is_cleared = self._is_ringing and moment <= self.clock()
        self.alarm = None if is_cleared else moment

    async def _delete_alarm(self) -> None:
        self.check()
        self.alarm = None

    async def ring(self, handler: Callable[[], Awaitable[Any]]) -> None:
        """Call `handler` as the runtime calls `alarm()`: the alarm that rings is set no more."""
        self.alarm, self._is_ringing = None, True
        try:
            await handler()
        finally:
            self._is_ringing = False

    def close(self) -> None:
        self.storage.sql.connection.close()

    def setWebSocketAutoResponse(self, _pair: Any) -> None:  # noqa: N802
        pass

    def acceptWebSocket(self, socket: WebSocket) -> None:  # noqa: N802
        self.sockets.append(socket)

    def getWebSockets(self) -> list[WebSocket]:  # noqa: N802
        return [socket for socket in self.sockets if socket.readyState < 3]

    def getWebSocketAutoResponseTimestamp(self, socket: WebSocket) -> Any:  # noqa: N802
        """When the runtime last answered a ping of this socket."""
        pinged_at = self.clock() if socket.silent_since is None else socket.silent_since
        return SimpleNamespace(getTime=lambda: pinged_at * 1000)


class _DurableObject:
    def __init__(self, ctx: Any, env: Any) -> None:
        self.ctx, self.env = ctx, env


class _WorkerEntrypoint:
    def __init__(self, ctx: Any, env: Any) -> None:
        self.ctx, self.env = ctx, env


def _module(name: str, **content: Any) -> None:
    module = ModuleType(name)
    vars(module).update(content)
    sys.modules.setdefault(name, module)


_module(
    "js",
    WebSocketRequestResponsePair=SimpleNamespace(new=lambda *_: None),
    WebSocketPair=_Pair,
    Response=SimpleNamespace(new=lambda _body, **about: SimpleNamespace(**about)),
    JSON=SimpleNamespace(stringify=lambda text: text),
    Object=SimpleNamespace(fromEntries=dict),
    console=SimpleNamespace(log=print, warn=print, error=print),
)
_module("pyodide")
_module(
    "pyodide.ffi",
    JsException=JsException,
    jsnull=None,
    to_js=lambda value, **_: value,
)
_module(
    "workers",
    DurableObject=_DurableObject,
    WorkerEntrypoint=_WorkerEntrypoint,
    import_from_javascript=lambda _: None,
)
