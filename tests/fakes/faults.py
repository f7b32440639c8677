"""Planned failures of a fake service. Standard library only."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import Final

SLOW_S: Final = 4.0
STATUS: Final = {"400": 400, "401": 401, "429": 429, "500": 500, "503": 503}
# Answers of a proxy in front of a service, and malformed answers of a service.
NONSENSE: Final = {"malformed": b'{"status": tru', "html": b"<html>Hello</html>", "empty": b""}
KINDS: Final = ("timeout", "hang-up", "redirect", *STATUS, *NONSENSE)


class Faults:
    """The planned failures by path. `*` means all paths."""

    def __init__(self) -> None:
        self._planned: dict[str, tuple[str, int]] = {}
        self._lock = threading.Lock()

    def plan(self, kind: str, path: str = "*", times: int = 1_000_000) -> None:
        """Plan this failure for the next `times` requests of `path`."""
        assert kind in KINDS
        with self._lock:
            self._planned[path] = (kind, times)

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()

    def strike(self, handler: BaseHTTPRequestHandler, path: str) -> bool:
        """Make the planned failure, if there is one."""
        with self._lock:
            key = path if path in self._planned else "*"
            kind, times = self._planned.get(key, ("", 0))
            if times <= 0:
                return False
            self._planned[key] = (kind, times - 1)
        match kind:
            case "timeout":
                time.sleep(SLOW_S)
                _close(handler)
            case "hang-up":
                _close(handler)
            case "redirect":
                answer(handler, 302, b"", ("Location", "/fault-was-followed"))
            case _ if kind in STATUS:
                answer(handler, STATUS[kind], b"no")
            case _:
                answer(handler, 200, NONSENSE[kind])
        return True


def answer(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, *headers: tuple[str, str]
) -> None:
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


def body_of(handler: BaseHTTPRequestHandler) -> bytes:
    """The request's body, also if it is chunked."""
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    body = b""
    while size := int(handler.rfile.readline(), 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body


def _close(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)
