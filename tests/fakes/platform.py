"""The platform's webhook: verifies each delivery by Standard Webhooks, and misbehaves on demand.

`faults` has the next answers: a status, or "slow", "silent" (no answer at all), "cut off".
"""

import json
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from tests.fakes.serving import serving

SECRETS = ("whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB", "whsec_AgICAgICAgICAgICAgICAgICAgICAgIC")
SLOW_S = 3


class Platform(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *, takes_s: float = 0) -> None:
        """`takes_s` is how long each answer takes."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hooks"
        self.takes_s = takes_s
        self.events: list[dict[str, Any]] = []
        """What it has taken, in order."""
        self.headers: dict[str, dict[str, str]] = {}
        """The headers of each event's last delivery."""
        self.refused = 0
        """Deliveries without a right signature of each secret."""
        self.faults: deque[int | str] = deque()
        self.down_for: set[str] = set()
        """Sessions whose events get a 500, whatever other sessions have to tell."""
        self.lock = threading.Lock()

    def of(self, session_id: str) -> list[dict[str, Any]]:
        with self.lock:
            return [event for event in self.events if event["session_id"] == session_id]

    def types(self, session_id: str) -> list[str]:
        return [event["type"] for event in self.of(session_id)]


class _Handler(BaseHTTPRequestHandler):
    server: Platform
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        platform = self.server
        with platform.lock:
            fault = platform.faults.popleft() if platform.faults else 204
            if json.loads(body)["session_id"] in platform.down_for:
                fault = 500
        time.sleep(SLOW_S if fault == "slow" else platform.takes_s)
        if fault in ("silent", "cut off"):
            self.close_connection = True
            return
        status = 204 if fault == "slow" else int(fault)
        if not self._is_signed(body):
            platform.refused += 1
            status = 401
        elif status == 204:
            event = json.loads(body)
            with platform.lock:
                platform.events.append(event)
                platform.headers[event["id"]] = dict(self.headers.items())
        self.send_response(status)
        if status == 302:
            self.send_header("Location", platform.url + "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _is_signed(self, body: bytes) -> bool:
        headers = dict(self.headers.items())
        try:
            events = [Webhook(secret).verify(body, headers) for secret in SECRETS]
        except WebhookVerificationError:
            return False
        return all(event["id"] == self.headers["webhook-id"] for event in events)

    def log_message(self, *_args: Any) -> None:
        pass


def running(**given: Any) -> Any:
    """Serve until the end of the block; the block gets the server."""
    return serving(Platform(**given))
