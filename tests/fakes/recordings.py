"""A server with recordings for the tests of copying: with and without Range, with addresses that
expire, and with planned faults. Real HTTP on loopback.
"""

import json
import re
import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.films import Film
from tests.fakes.serving import serving

CHUNK = 1 << 18


@dataclass
class Recording:
    """A recording of the server. Each request uses up one of `faults`; see `_Handler.do_GET`."""

    film: Film
    room: str = ""
    ranges: bool = True
    announced_bytes: int | None = None
    faults: list[str] = field(default_factory=list)
    always: str = ""
    seconds_a_chunk: float = 0.0


class RecordingServer(ThreadingHTTPServer):
    """The server. `asked` has the requests for bytes: (record id, Range or None, status)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.recordings: dict[str, Recording] = {}
        self.asked: list[tuple[str, str | None, int]] = []
        self.listed: list[str] = []
        self.opened = 0

    def add(self, record_id: str, film: Film, **options: Any) -> Recording:
        self.recordings[record_id] = Recording(film, **options)
        return self.recordings[record_id]

    def requests_for(self, record_id: str) -> list[tuple[str | None, int]]:
        return [(range_, status) for asked, range_, status in self.asked if asked == record_id]


class _Handler(BaseHTTPRequestHandler):
    server: RecordingServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/recordings":
            room = parse_qs(parts.query).get("room", [""])[0]
            self.server.listed.append(room)
            self._json(
                [
                    {"record_id": name, "size_bytes": each.announced_bytes}
                    for name, each in self.server.recordings.items()
                    if each.room == room
                ]
            )
        elif parts.path.startswith("/open/"):
            name = parts.path.removeprefix("/open/")
            self.server.opened += 1
            known = name in self.server.recordings
            self._json({"url": f"{self.server.url}/files/{name}" if known else None})
        elif parts.path.startswith("/moved/"):
            self._send(307, {"Location": parts.path.replace("/moved/", "/files/")}, b"")
        else:
            # Also at the address at which BigBlueButton publishes videos.
            name = re.sub(r"^/playback/video/(.+)/video-0\.m4v$", r"\1", parts.path)
            self._file(name.removeprefix("/files/"))

    def _file(self, name: str) -> None:
        recording = self.server.recordings[name]
        fault = recording.faults.pop(0) if recording.faults else recording.always
        asked = self.headers.get("Range")
        film, start, status = recording.film, 0, 200
        stop = film.size
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", asked or "") if recording.ranges else None
        headers = {"Content-Type": "video/mp4"}
        if found:
            start, stop, status = int(found[1]), min(int(found[2]) + 1, film.size), 206
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{film.size}"
            headers["ETag"] = f'"{film.salt}-{film.size}"'
        if fault.isdigit():
            self.server.asked.append((name, asked, int(fault)))
            self._send(int(fault), {}, b"no")
            return
        if fault == "redirect":
            self.server.asked.append((name, asked, 307))
            self._send(307, {"Location": f"/moved/{name}"}, b"")
            return
        if fault == "short":  # a file that is not written to its end, served as complete
            stop = start + (stop - start) * 6 // 10
        self.server.asked.append((name, asked, status))
        headers["Content-Length"] = str(stop - start)
        end = start + (stop - start) * 6 // 10 if fault == "cut" else stop
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.end_headers()
        # The client may close the connection at any time.
        with suppress(OSError):
            while start < end:
                content = film.read(start, min(CHUNK, end - start))
                self.wfile.write(content)
                start += len(content)
                if recording.seconds_a_chunk:
                    time.sleep(recording.seconds_a_chunk)
        if end != stop:
            self.close_connection = True

    def _json(self, data: object) -> None:
        self._send(200, {"Content-Type": "application/json"}, json.dumps(data).encode())

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def running() -> AbstractContextManager[RecordingServer]:
    return serving(RecordingServer())
