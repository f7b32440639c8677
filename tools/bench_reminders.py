"""10,000 reminders due at once, through the real Worker to a Resend that keeps its published rate.

`python -m tools.bench_reminders [SESSIONS] [OTHER_SESSIONS]`: two reminders a session; the other
sessions lie far ahead and must cost nothing.
"""

import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

from tests.conftest import free_port
from tests.fakes.resend import API_KEY, Resend, running
from tools import dev_settings
from tools.local_worker import LocalWorker
from tools.setup import main as set_up

DAY_S = 24 * 60 * 60
TICKS = 10


def main() -> None:
    set_up("test")
    asked = [int(text) for text in sys.argv[1:]]
    sessions, others = (asked + [5_000, 0][len(asked) :])[:2]
    service = Resend()
    with tempfile.TemporaryDirectory() as folder, running(service) as address:
        measure(service, address, Path(folder), sessions, others)


def measure(service: Resend, address: str, state: Path, sessions: int, others: int) -> None:
    port = free_port()
    settings = dev_settings.development(f"http://localhost:{port}") | {
        "RESEND_API_KEY": API_KEY,
        "RESEND_API_URL": address,
        "RESEND_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    }
    worker = LocalWorker(settings, port=port, state=state, ip="localhost")
    worker.apply_migrations()
    fill(state, sessions, others)
    worker.start()
    try:
        began = time.monotonic()
        for _ in range(TICKS):
            worker.scheduled()
            if len(service.mails) >= 2 * sessions:
                break
        took = time.monotonic() - began
        ticks = [json.loads(line) for line in worker.logs().splitlines() if '"mail_tick"' in line]
    finally:
        worker.stop()
    report(service, ticks, took, sessions)


def report(service: Resend, ticks: list[dict[str, object]], took: float, sessions: int) -> None:
    times = service.times_mailed()
    twice = sum(count > 1 for count in times.values())
    print(f"{len(times)} of {2 * sessions} mailed in {took:.1f} s, {twice} of them twice")
    refused = Counter(status for _, status in service.calls if status != HTTPStatus.OK)
    print(f"calls: {len(service.calls)}, refused: {dict(refused)}")
    size = max(len(str(mail["html"])) for mail in service.mails)
    print(f"largest html: {size} characters")
    for tick in ticks:
        print(json.dumps(tick))


def fill(state: Path, sessions: int, others: int) -> None:
    """Write people and sessions straight into the local D1: half a minute before 24 h before."""
    (path,) = [p for p in state.glob("v3/d1/*/*.sqlite") if p.name != "metadata.sqlite"]
    now = int(time.time())
    booked, start = now - 2 * DAY_S, now + DAY_S - 30
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO courses VALUES ('c', 'Linear Algebra', ?)", (now,))
        people = range(2 * sessions)
        db.executemany(
            "INSERT INTO users (id, name, email, time_zone, updated_at)"
            " VALUES (?, ?, ?, 'Europe/Berlin', ?)",
            [(f"u{n}", f"Person{n} Example", f"u{n}@example.com", now) for n in people],
        )
        db.executemany("INSERT INTO enrollments VALUES (?, 'c', ?)", [(f"u{n}", 0) for n in people])
        rows = [(f"s{n}", f"u{2 * n}", f"u{2 * n + 1}", start) for n in range(sessions)]
        rows += [(f"o{n}", "u0", "u1", start + 10 * DAY_S + n * 600) for n in range(others)]
        db.executemany(
            "INSERT INTO sessions (id, course_id, student_id, teacher_id, scheduled_start,"
            " scheduled_end, created_at, updated_at) VALUES (?1, 'c', ?2, ?3, ?4, ?4 + 3600,"
            " ?5, ?5)",
            [(*row, booked) for row in rows],
        )


if __name__ == "__main__":
    main()
