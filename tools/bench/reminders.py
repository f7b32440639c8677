"""10,000 reminders due at once, through the real Worker to a Resend that keeps its published rate.

Two reminders a session; SESSIONS and OTHERS in the environment are how many are due, and how many
lie far ahead and must cost nothing.
"""

import os
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

from tests.fakes.resend import API_KEY, Resend, running
from tools import dev_settings
from tools.bench.report import Table
from tools.local_worker import LocalWorker, free_port

DAY_S = 24 * 60 * 60
TICKS = 10


def main() -> list[Table]:
    sessions = int(os.environ.get("SESSIONS") or 5_000)
    others = int(os.environ.get("OTHERS") or 0)
    service = Resend()
    with tempfile.TemporaryDirectory() as folder, running(service) as address:
        return [measure(service, address, Path(folder), sessions, others)]


def measure(service: Resend, address: str, state: Path, sessions: int, others: int) -> Table:
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
        ticks = worker.logged("mail_tick")
    finally:
        worker.stop()
    return table(service, ticks, took, sessions)


def table(service: Resend, ticks: list[dict[str, int]], took: float, sessions: int) -> Table:
    times = service.times_mailed()
    refused = Counter(status for _, status in service.calls if status != HTTPStatus.OK)
    largest = max(len(str(mail["html"])) for mail in service.mails)
    rows = [
        ["mailed, of those due", f"{len(times)} of {2 * sessions}", "all"],
        ["mailed twice", f"{sum(count > 1 for count in times.values())}", "0"],
        ["seconds", f"{took:.1f}", "60"],
        ["calls to the mail service", f"{len(service.calls)}", ""],
        ["refused by it, by status", f"{dict(refused) or 'none'}", ""],
        ["runs of the cron", f"{len(ticks)}", ""],
        ["D1 rows read", f"{sum(tick['d1_rows_read'] for tick in ticks)}", ""],
        ["D1 rows written", f"{sum(tick['d1_rows_written'] for tick in ticks)}", ""],
        ["largest HTML, KB", f"{largest / 1000:.1f}", "102"],
    ]
    note = "The fake service keeps Resend's published rate, and refuses what goes beyond it."
    return Table("Reminders due at once", ["", "measured", "budget"], rows, note)


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
