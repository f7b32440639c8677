"""A site for attacks: every service is configured, and all its data is made for the tests."""

import sqlite3
import time
import uuid
from dataclasses import dataclass
from typing import Any

from auth import links
from tests.fakes import bigbluebutton, plugnmeet
from tests.worker.lesson import PDF
from tests.worker.site import DAY, HOUR, Site, booking, person
from tests.worker.webhook_messages import RESEND_SECRET

# Calls are peer to peer, but providers' webhooks are verified too. Nothing listens there.
SETTINGS = {
    "MAIL_FROM": "Attacked <attacked@localhost>",
    "PLUGNMEET_URL": "http://localhost:9",
    "PLUGNMEET_API_KEY": plugnmeet.KEY,
    "PLUGNMEET_API_SECRET": plugnmeet.SECRET,
    "BBB_URL": "http://localhost:9/bigbluebutton/api",
    "BBB_SECRET": bigbluebutton.SECRET,
    "RESEND_WEBHOOK_SECRET": RESEND_SECRET,
    "OPS_ACCESS_TEAM": "http://localhost:9",
    "OPS_ACCESS_AUD": "operations",
}
# Rooms and queues still work there after the last request.
BUSY_TABLES = (
    *("sessions", "attendance", "stays", "analytics_events", "call_reports", "platform_events"),
    "recordings",
)


@dataclass(frozen=True)
class Prey:
    """The target: sessions in each state, with their files. All ids end in `name`."""

    name: str
    early: str
    joinable: str
    ended: str
    cancelled: str
    ready: str
    """A file of the ended session."""
    uploading: str
    """An upload of the ended session that has begun."""
    deleted: str
    """A file of the ended session that can still be restored."""
    recording: str
    """A failed recording, which can be retried."""
    sent: str
    """A recording that the student's browser sends, of the session that can be joined."""
    mail: str

    @property
    def sessions(self) -> tuple[str, ...]:
        return self.early, self.joinable, self.ended, self.cancelled

    @property
    def student(self) -> str:
        return f"student-{self.name}"

    @property
    def teacher(self) -> str:
        return f"teacher-{self.name}"

    @property
    def people(self) -> dict[str, Any]:
        return {"student": person(self.student), "teacher": person(self.teacher)}


def lay_out(site: Site) -> Prey:
    """Book the sessions and write all rows again."""
    name = uuid.uuid4().hex[:12]
    ids = {
        each: f"{each}-{name}"
        for each in ("early", "joinable", "ended", "cancelled", "recording", "sent", "mail")
    }
    prey = Prey(name, **ids, ready="", uploading="", deleted="")
    for session_id, starts_in in (
        (prey.early, 2 * DAY),
        (prey.joinable, HOUR // 12),
        (prey.ended, -2 * HOUR),
        (prey.cancelled, HOUR // 12),
    ):
        assert site.put(session_id, booking(starts_in=starts_in, **prey.people)).is_success
    assert site.cancel(prey.cancelled).is_success
    files = {each: upload(site, prey, f"{each}.pdf") for each in ("ready", "deleted")}
    begun = site.post(
        f"/session/{prey.ended}/uploads",
        user=prey.teacher,
        json={"name": "begun.pdf", "size_bytes": len(PDF), "key": f"key-{name}"},
    )
    gone = site.request(
        "DELETE", f"/session/{prey.ended}/resources/{files['deleted']}", user=prey.teacher
    )
    assert (begun.status_code, gone.status_code) == (201, 200)
    with site.d1() as db:
        _write(db, prey)
    return Prey(name, **ids, **files, uploading=begun.json()["id"])


def upload(site: Site, prey: Prey, file_name: str) -> str:
    """The id of a new file of the ended session."""
    answer = site.post(
        f"/session/{prey.ended}/resources",
        user=prey.teacher,
        params={"name": file_name},
        content=PDF,
    )
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def _write(db: sqlite3.Connection, prey: Prey) -> None:
    """Rows that otherwise appear only after hours."""
    db.execute(
        "UPDATE sessions SET status = 'completed', started_at = scheduled_start,"
        " ended_at = scheduled_end WHERE id = ?",
        [prey.ended],
    )
    db.execute(
        "INSERT INTO recordings (record_id, session_id, provider, state, attempts, last_error,"
        " created_at, updated_at) VALUES (?, ?, 'plugnmeet', 'failed', 8, 'no answer', 0, 0)",
        [prey.recording, prey.ended],
    )
    db.execute("UPDATE sessions SET recording_enabled = 1 WHERE id = ?", [prey.joinable])
    for role, user_id in (("student", prey.student), ("teacher", prey.teacher)):
        db.execute(
            "INSERT INTO recording_consents (session_id, user_id, role, agreed, words, decided_at)"
            " VALUES (?, ?, ?, 1, '1', 0)",
            [prey.joinable, user_id, role],
        )
    db.execute(
        "INSERT INTO recordings (record_id, session_id, provider, state, sender_id, device,"
        " format, created_at, updated_at) VALUES (?, ?, 'peer', 'receiving', ?, ?, 'mp4', ?, ?)",
        [prey.sent, prey.joinable, prey.student, "0" * 16, int(time.time()), int(time.time())],
    )
    db.execute(
        "INSERT INTO outbox (id, to_email, subject, html, text, created_at)"
        " VALUES (?, ?, 'Hello', '<head></head>Hello', 'Hello', 0)",
        [prey.mail, f"{prey.student}@example.com"],
    )


def dump(site: Site, prey: Prey) -> dict[str, list[str]]:
    """All of D1: each table with its rows; of the busy tables, the rows of this prey.

    Without recordings that are being copied: the queue tries them again at any time.
    """
    with site.d1() as db:
        tables = [
            name
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith(("sqlite_", "_cf_", "d1_"))
        ]
        rows = {
            name: sorted(repr(tuple(row)) for row in db.execute(f"SELECT * FROM {name}"))  # noqa: S608
            for name in tables
        }
    return {
        name: [
            row
            for row in found
            if (name not in BUSY_TABLES or prey.name in row)
            and (name != "recordings" or "'copying'" not in row)
        ]
        for name, found in rows.items()
    }


def address(site: Site, prey: Prey, path: str) -> str:
    """The route's path with the ids of this prey."""
    about_files = "resource" in path or "upload" in path or "feedback" in path
    session_id = prey.early if "reschedule" in path else prey.joinable
    values = {
        "session_id": prey.ended if about_files else session_id,
        "resource_id": prey.uploading if "uploads" in path else prey.ready,
        "person_id": prey.student,
        "calendar": site.calendar_file(prey.student),
        "number": "1",
        "token": site.link(prey.joinable, prey.student),
        "record_id": prey.sent if path.startswith("/session/") else prey.recording,
        "start_byte": "0",
        "mail_id": prey.mail,
        "event_id": "evt_0",
        "release": "0123456789abcdef",
        "kind": "css",
        "folder": "shared",
        "file": "app.css",
        "image_id": "0123456789abcdef0123456789abcdef",
        "page": "page0000.svg",
    }
    if path.endswith("/restore"):
        values["resource_id"] = prey.deleted
    if path.startswith("/unsubscribe"):
        values["token"] = unsubscribe_link(site, prey.joinable, prey.student)
    return path.format_map(values)


def unsubscribe_link(site: Site, session_id: str, user_id: str) -> str:
    return site.link(session_id, user_id, purpose=links.UNSUBSCRIBE)
