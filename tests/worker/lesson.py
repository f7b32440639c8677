"""A lesson that is over, in the real Worker: two people, files, and the rows in D1 and R2."""

import secrets
import sqlite3
import time
from contextlib import closing
from typing import Any

import httpx

from tests import plain_http
from tests.people import STRANGER, STUDENT, TEACHER, both, token_of
from tools.local_worker import LocalWorker

HOUR = 60 * 60
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


class Lesson:
    """A session that is booked, and then completed by writing to D1. Each person has a client."""

    def __init__(self, worker: LocalWorker, *, ended_ago: int = HOUR, **columns: object) -> None:
        self.worker = worker
        self.id = f"lesson-{secrets.token_hex(6)}"
        self.path = f"/session/{self.id}"
        end = int(time.time()) - ended_ago
        platform = {"Authorization": f"Bearer {worker.settings['PLATFORM_TOKEN']}"}
        self.platform = self._client(platform)
        booking = {
            "course": {"id": "algebra", "title": "Linear Algebra"},
            **both(),
            "scheduled_start": end - HOUR,
            "scheduled_end": end,
        }
        booked = self.platform.put(f"/platform/sessions/{self.id}", json=booking)
        assert booked.is_success, f"{booked.status_code}: {booked.text}\n{worker.logs()}"
        took_place = {"status": "completed", "started_at": end - HOUR, "ended_at": end}
        changed = took_place | columns
        settings = ", ".join(f"{name} = ?" for name in changed)
        self.sql(f"UPDATE sessions SET {settings} WHERE id = ?", *changed.values(), self.id)  # noqa: S608
        self.student = self._client({"Cookie": self._cookie(STUDENT)})
        self.teacher = self._client({"Cookie": self._cookie(TEACHER)})
        self.stranger = self._client({"Cookie": self._cookie(STRANGER)})
        self.nobody = self._client({})

    def close(self) -> None:
        for client in (self.platform, self.student, self.teacher, self.stranger, self.nobody):
            client.close()

    def sql(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """Run a statement in D1 directly, without the Worker."""
        (path,) = self.worker.state.glob("v3/d1/*/[!m]*.sqlite")
        with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(statement, values)]

    def upload(self, name: str = "notes.pdf", content: bytes = PDF) -> dict[str, Any]:
        answer = self.teacher.post(f"{self.path}/resources", params={"name": name}, content=content)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def resources(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.listing()["resources"]
        return found

    def listing(self) -> dict[str, Any]:
        found: dict[str, Any] = self.student.get(f"{self.path}/resources").json()
        return found

    def keys(self) -> list[str]:
        """The keys of this session in the bucket."""
        (path,) = self.worker.state.glob("v3/r2/*/[!m]*.sqlite")
        with closing(sqlite3.connect(path, timeout=20)) as connection:
            rows = connection.execute(
                "SELECT key FROM _mf_objects WHERE key LIKE ?", [f"sessions/{self.id}/%"]
            )
            return [key for (key,) in rows]

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        return plain_http.client(self.worker.url, headers=headers, timeout=120)

    def _cookie(self, who: str) -> str:
        settings = self.worker.settings
        return f"{settings['AUTH_COOKIE']}={token_of(who, settings)}"


def until(read: Any, wanted: Any, seconds: float = 30) -> Any:
    """Wait for an effect. `wanted` is a value, or a function that is True for it."""
    deadline = time.monotonic() + seconds
    while True:
        seen = read()
        if wanted(seen) if callable(wanted) else seen == wanted:
            return seen
        assert time.monotonic() < deadline, f"read {seen!r}"
        time.sleep(0.2)
