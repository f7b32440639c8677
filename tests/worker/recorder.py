"""A browser that records a session: it sends its recording piece by piece."""

import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx

from tests.people import STUDENT, TEACHER
from tests.worker.lesson import HOUR, Lesson, until
from tools.local_worker import LocalWorker

PART = 8 * 1024 * 1024


def open_lesson(worker: LocalWorker, *, agreed: bool = True, **columns: object) -> Lesson:
    """A session that goes on, is booked with a recording, and that both have agreed to record."""
    now = int(time.time())
    going_on = {"status": "in_progress", "started_at": now - 60, "ended_at": None}
    recorded = {"recording_enabled": 1, "provider": "peer"}
    lesson = Lesson(worker, ended_ago=-HOUR // 2, **(going_on | recorded | columns))
    if agreed:
        for role in ("student", "teacher"):
            answer(lesson, role, agreed=True)
    return lesson


def answer(lesson: Lesson, role: str, *, agreed: bool, at: int = 0) -> None:
    who = {"student": STUDENT, "teacher": TEACHER}[role]
    lesson.sql(
        "INSERT INTO recording_consents (session_id, user_id, role, agreed, words, decided_at)"
        " VALUES (?, ?, ?, ?, '1', ?)",
        *(lesson.id, who, role, int(agreed), at),
    )


class Recorder:
    """Of the teacher, unless it is told otherwise."""

    def __init__(self, lesson: Lesson, client: httpx.Client | None = None) -> None:
        self.lesson = lesson
        self.client = client or lesson.teacher
        self.device = secrets.token_hex(16)
        self.id = ""
        self.sent = 0

    @property
    def path(self) -> str:
        return f"{self.lesson.path}/recordings/{self.id}"

    def begin(self, format_: str = "mp4") -> httpx.Response:
        answer = self.client.post(
            f"{self.lesson.path}/recordings", json={"device": self.device, "format": format_}
        )
        if answer.is_success:
            self.id, self.sent = answer.json()["id"], answer.json()["received_bytes"]
        return answer

    def put(self, start: int, content: bytes, client: httpx.Client | None = None) -> httpx.Response:
        return (client or self.client).put(f"{self.path}/bytes/{start}", content=content)

    def send(self, content: bytes, piece: int = PART) -> None:
        """Send more bytes in pieces, none across the end of a part."""
        for each in pieces_of(content, self.sent, piece):
            sent = self.put(self.sent, each)
            assert sent.status_code == 200, sent.text
            self.sent += len(each)
            assert sent.json() == {"received_bytes": self.sent}

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(self.path).json()
        return found

    def finish(self) -> httpx.Response:
        return self.client.post(f"{self.path}/finish")

    def finished(self, seconds: float = 120) -> list[dict[str, Any]]:
        """The recordings that both people see, once the queue has completed this one."""
        assert self.finish().status_code == 202
        found = until(self.lesson.listing, lambda each: each["recording"] != "preparing", seconds)
        assert found["recording"] != "failed", self.lesson.worker.logs()[-3000:]
        return self.lesson.resources()


def pieces_of(content: bytes, start: int, piece: int) -> Iterator[bytes]:
    position = 0
    while position < len(content):
        room = PART - (start + position) % PART
        each = content[position : position + min(piece, room)]
        yield each
        position += len(each)
