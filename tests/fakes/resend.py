"""Resend as its documentation describes it, over real HTTP on loopback, and faults on demand.

`Resend` is the service without a network; `running()` serves it on a port. `mails` has the accepted
mails. For 24 hours it accepts a batch once under one key, and answers a repetition like the first
call.
"""

import hashlib
import json
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.serving import serving

API_KEY = "re_test_0123456789abcdef"
KEY_LIFE_S = 24 * 60 * 60
MAX_BATCH = 100
MAX_KEY_CHARACTERS = 256
ADDRESS = re.compile(r"(?:[^<>@\s]+@[^<>@\s]+\.[^<>@\s]+|[^<>]+ <[^<>@\s]+@[^<>@\s]+>)\Z")
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")

# The faults by name: before a mail is accepted, or after it.
STATUS_FAULTS = {
    "rate_limited": (429, "rate_limit_exceeded"),
    "quota": (429, "daily_quota_exceeded"),
    "server_error": (500, "application_error"),
    "unavailable": (503, "service_unavailable"),
    "concurrent": (409, "concurrent_idempotent_requests"),
    "forbidden": (403, "invalid_api_key"),
    "not_json": (502, ""),
}
CONNECTION_FAULTS = ("cut_off", "answer_lost", "slow", "taken_then_error")


class ConnectionLostError(Exception):
    """The connection closes without an answer."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Resend:
    """The service. Each call uses up one of `faults`, in order."""

    def __init__(
        self, *, limit: int = 5, per_s: float = 1.0, clock: Callable[[], float] = time.time
    ) -> None:
        self.limit = limit
        self.per_s = per_s
        self.clock = clock
        self.slow_s = 2.0
        self.faults: deque[str] = deque()
        self.refused_addresses: set[str] = set()
        self.mails: list[dict[str, Any]] = []
        self.calls: list[tuple[float, int]] = []
        self._keys: dict[str, tuple[float, str, Answer]] = {}
        self._window: deque[float] = deque()
        self._lock = threading.RLock()

    def times_mailed(self) -> Counter[str]:
        """How often each of our mails was accepted, by our id of the mail."""
        return Counter(_tag(mail, "mail") for mail in self.mails)

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request. Raises: ConnectionLostError."""
        with self._lock:
            answer = self._call(method, path, headers, body)
            self.calls.append((self.clock(), answer.status))
            return answer

    def _call(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        fault = self.faults.popleft() if self.faults else None
        if fault == "cut_off":
            raise ConnectionLostError
        refused = self._refuse_caller(method, path, headers) or self._refuse_hurry()
        if refused:
            return refused
        if fault in STATUS_FAULTS:
            return self._fail(*STATUS_FAULTS[fault])
        answer = self._once(headers.get("idempotency-key"), headers, body)
        if fault == "answer_lost":
            raise ConnectionLostError
        if fault == "taken_then_error":
            return self._fail(500, "application_error")
        if fault == "slow":
            time.sleep(self.slow_s)
        return Answer(answer.status, answer.body, {**answer.headers, **self._allowance()})

    def _refuse_caller(self, method: str, path: str, headers: Mapping[str, str]) -> Answer | None:
        if not headers.get("user-agent"):
            return Answer(403, b"error code: 1010")
        if (method, path) != ("POST", "/emails/batch"):
            return self._fail(405, "method_not_allowed")
        if headers.get("authorization") != f"Bearer {API_KEY}":
            return self._fail(401, "missing_api_key")
        if not 1 <= len(headers.get("idempotency-key", "")) <= MAX_KEY_CHARACTERS:
            return self._fail(400, "invalid_idempotency_key")
        return None

    def _refuse_hurry(self) -> Answer | None:
        now = self.clock()
        while self._window and self._window[0] <= now - self.per_s:
            self._window.popleft()
        if len(self._window) >= self.limit:
            return self._fail(429, "rate_limit_exceeded")
        self._window.append(now)
        return None

    def _allowance(self) -> dict[str, str]:
        oldest = self._window[0] if self._window else self.clock()
        return {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(max(0, self.limit - len(self._window))),
            "ratelimit-reset": str(max(0.0, round(oldest + self.per_s - self.clock(), 3))),
        }

    def _once(self, key: str | None, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the first answer again for a known key."""
        now, digest = self.clock(), hashlib.sha256(body).hexdigest()
        known = self._keys.get(key or "")
        if known and now - known[0] < KEY_LIFE_S:
            if known[1] != digest:
                return self._fail(409, "invalid_idempotent_request")
            return known[2]
        answer = self._take(headers.get("x-batch-validation", "strict"), body)
        if key and answer.status == 200:
            self._keys[key] = (now, digest, answer)
        return answer

    def _take(self, validation: str, body: bytes) -> Answer:
        try:
            batch = json.loads(body)
        except ValueError:
            return self._fail(400, "validation_error", "The body is not JSON.")
        if not isinstance(batch, list) or not 1 <= len(batch) <= MAX_BATCH:
            return self._fail(422, "validation_error", "Between 1 and 100 mails.")
        errors = [
            {"index": index, "message": problem}
            for index, mail in enumerate(batch)
            if (problem := self._problem(mail))
        ]
        if errors and (validation != "permissive" or len(errors) == len(batch)):
            return self._fail(422, "validation_error", str(errors[0]["message"]))
        wrong = {error["index"] for error in errors}
        ids = []
        for index, mail in enumerate(batch):
            if index not in wrong:
                ids.append({"id": f"resend-{len(self.mails)}"})
                self.mails.append(mail | {"message_id": ids[-1]["id"], "at": self.clock()})
        content = {"data": ids} | ({"errors": errors} if validation == "permissive" else {})
        return Answer(200, json.dumps(content).encode(), {"content-type": "application/json"})

    def _problem(self, mail: Any) -> str | None:
        if not isinstance(mail, dict):
            return "Not an object."
        for name in ("from", "to", "subject"):
            if not mail.get(name):
                return f"Missing `{name}` field."
        if unknown := set(mail) - {"from", "to", "subject", "html", "text", "headers", "tags"}:
            return f"Unknown fields: {unknown}"
        addresses = [mail["to"]] if isinstance(mail["to"], str) else mail["to"]
        if len(addresses) > 50 or not all(map(ADDRESS.match, addresses)):
            return "Invalid `to` field."
        if self.refused_addresses & set(addresses):
            return "Invalid `to` field."
        if not ADDRESS.match(mail["from"]):
            return "Invalid `from` field."
        tags = [text for tag in mail.get("tags", []) for text in (tag["name"], tag["value"])]
        return None if all(map(TAG.match, tags)) else "Invalid tags."

    def _fail(self, status: int, name: str, message: str = "") -> Answer:
        if not name:
            return Answer(status, b"<html>Bad gateway</html>", {"content-type": "text/html"})
        content = {"statusCode": status, "name": name, "message": message or name}
        headers = {"content-type": "application/json", **self._allowance()}
        if status == 429:
            headers["retry-after"] = "3600" if "quota" in name else "1"
        return Answer(status, json.dumps(content).encode(), headers)


def _tag(mail: dict[str, Any], name: str) -> str:
    return next(str(tag["value"]) for tag in mail["tags"] if tag["name"] == name)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, service: Resend) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service = service


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            answer = self.server.service.call(self.command, self.path, headers, body)
        except ConnectionLostError:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def running(service: Resend) -> Iterator[str]:
    """Run the service and give its address."""
    with serving(_Server(service)) as server:
        yield f"http://127.0.0.1:{server.server_port}"
