"""A web server on loopback with all faults that a client must survive. The path selects one."""

import gzip
import socket
import time
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.fakes.serving import serving

SLOW_S = 3


class MisbehavingServer(ThreadingHTTPServer):
    """Records the requests, with headers and body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked: list[tuple[str, str, list[tuple[str, str]], bytes]] = []


class _Handler(BaseHTTPRequestHandler):
    server: MisbehavingServer
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, self.headers.items(), body))
        getattr(self, self.path.split("?")[0].strip("/").replace("-", "_"), self.plain)()

    do_GET = do_POST = do_HEAD = handle_any  # noqa: N815

    def plain(self) -> None:
        self._answer(200, b"plain")

    def nothing(self) -> None:
        self.send_response(204)
        self.end_headers()

    def elsewhere(self) -> None:
        self._answer(302, b"", ("Location", "/secret"))

    def repeated(self) -> None:
        self._answer(200, b"", ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Via", "x"))

    def packed(self) -> None:
        self._answer(200, gzip.compress(b"unpacked"), ("Content-Encoding", "gzip"))

    def slow(self) -> None:
        time.sleep(SLOW_S)
        self._answer(200, b"late")

    def stalled(self) -> None:
        self._begin(("Content-Length", "100"))
        self.wfile.write(b"x" * 10)
        self.wfile.flush()
        time.sleep(SLOW_S)

    def cut_off(self) -> None:
        self._begin(("Content-Length", "100"))
        self._cut(b"x" * 10)

    def cut_off_chunked(self) -> None:
        self._begin(("Transfer-Encoding", "chunked"))
        self._cut(b"a\r\n" + b"x" * 10 + b"\r\n")

    def hang_up(self) -> None:
        self._cut(b"")

    def _begin(self, *headers: tuple[str, str]) -> None:
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def _cut(self, part: bytes) -> None:
        self.wfile.write(part)
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def running() -> AbstractContextManager[MisbehavingServer]:
    return serving(MisbehavingServer())
