"""The migrations: their numbers, strict tables, and rejection of invalid rows."""

import re
import sqlite3

import pytest

from tests.unit.cast import END, START
from tools.paths import MIGRATIONS

NAMES = sorted(path.name for path in MIGRATIONS.iterdir())

SESSION = {
    "id": "s1",
    "course_id": "algebra",
    "student_id": "student",
    "teacher_id": "teacher",
    "scheduled_start": START,
    "scheduled_end": END,
    "created_at": START,
    "updated_at": START,
}
USER = {"id": "new", "name": "New Person", "email": "new@example.com", "updated_at": START}
ATTENDANCE = {
    "session_id": "s1",
    "user_id": "student",
    "first_joined_at": START,
    "last_joined_at": START,
}
FEEDBACK = {
    "session_id": "s1",
    "user_id": "student",
    "rating": 5,
    "created_at": START,
    "updated_at": START,
}
MAIL = {
    "id": "m1",
    "session_id": "s1",
    "user_id": "student",
    "kind": "24h",
    "scheduled_start": START,
    "due_at": START,
    "created_at": START,
}
RESOURCE = {
    "id": "f1",
    "session_id": "s1",
    "name": "notes.pdf",
    "type": "application/pdf",
    "r2_key": "sessions/s1/f1",
    "size_bytes": 1,
    "created_at": START,
    "updated_at": START,
}
RECORDING = {
    "record_id": "rec1",
    "session_id": "s1",
    "provider": "plugnmeet",
    "created_at": START,
    "updated_at": START,
}
SENT = RECORDING | {
    "provider": "peer",
    "state": "receiving",
    "sender_id": "student",
    "device": "0123456789abcdef",
    "format": "webm",
}
EVENT = {"event": "page_view", "session_id": "s1", "data": "{}", "created_at": START}
GOOD_ROWS = {
    "users": USER,
    "sessions": SESSION | {"id": "s2"},
    "attendance": ATTENDANCE,
    "feedback": FEEDBACK,
    "mails": MAIL,
    "session_resources": RESOURCE,
    "recordings": RECORDING,
    "analytics_events": EVENT,
}

BAD_ROWS = [
    ("users", USER | {"id": ""}),
    ("users", USER | {"id": "x" * 129}),
    ("users", USER | {"name": ""}),
    ("users", USER | {"email": "nobody"}),
    ("users", USER | {"reminders_enabled": 2}),
    ("users", USER | {"updated_at": "today"}),
    ("sessions", SESSION | {"id": "s2", "scheduled_end": START}),
    ("sessions", SESSION | {"id": "s2", "teacher_id": "student"}),
    ("sessions", SESSION | {"id": "s2", "status": "over"}),
    ("sessions", SESSION | {"id": "s2", "status": "no_show"}),
    ("sessions", SESSION | {"id": "s2", "no_show": "student"}),
    ("sessions", SESSION | {"id": "s2", "status": "no_show", "no_show": "stranger"}),
    ("sessions", SESSION | {"id": "s2", "status": "in_progress"}),
    ("sessions", SESSION | {"id": "s2", "recording_enabled": 2}),
    ("sessions", SESSION | {"id": "s2", "provider": "zoom"}),
    ("sessions", SESSION | {"id": "s2", "scheduled_start": None}),
    ("sessions", SESSION | {"id": "s2", "student_id": "stranger"}),
    ("sessions", SESSION | {"id": "s2", "teacher_id": "nobody"}),
    ("sessions", SESSION | {"id": "s2", "course_id": "unknown"}),
    ("sessions", SESSION),
    ("attendance", ATTENDANCE | {"session_id": "unknown"}),
    ("attendance", ATTENDANCE | {"user_id": "nobody"}),
    ("feedback", FEEDBACK | {"rating": 0}),
    ("feedback", FEEDBACK | {"rating": 6}),
    ("feedback", FEEDBACK | {"tags": "not JSON"}),
    ("mails", MAIL | {"kind": "2h"}),
    ("mails", MAIL | {"state": "lost"}),
    ("mails", MAIL | {"payload": "not JSON"}),
    ("mails", MAIL | {"session_id": "unknown"}),
    ("session_resources", RESOURCE | {"size_bytes": -1}),
    ("session_resources", RESOURCE | {"duration_seconds": -1}),
    ("session_resources", RESOURCE | {"status": "lost"}),
    ("session_resources", RESOURCE | {"name": ""}),
    ("recordings", RECORDING | {"provider": "zoom"}),
    ("recordings", RECORDING | {"provider": "peer"}),
    ("recordings", RECORDING | {"sender_id": "student"}),
    ("recordings", RECORDING | {"state": "receiving"}),
    ("recordings", SENT | {"device": None}),
    ("recordings", SENT | {"format": "avi"}),
    ("recordings", SENT | {"sender_id": "unknown"}),
    ("recordings", RECORDING | {"state": "lost"}),
    ("recordings", RECORDING | {"resource_id": "unknown"}),
    ("analytics_events", EVENT | {"data": "not JSON"}),
]


def insert(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
    connection.execute(sql, tuple(row.values()))


def count(connection: sqlite3.Connection, table: str) -> int:
    (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return number


@pytest.fixture
def booked(connection):
    """A student, a teacher, a stranger and one session."""
    prepare(connection)
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    for user_id in ("student", "teacher", "stranger"):
        insert(connection, "users", USER | {"id": user_id})
    insert(connection, "courses", {"id": "algebra", "title": "Algebra", "updated_at": START})
    enrollment = {"user_id": "student", "course_id": "algebra", "enrolled_at": START}
    insert(connection, "enrollments", enrollment)
    insert(connection, "sessions", SESSION)


def test_migrations_are_numbered_without_gaps():
    numbers = [int(re.fullmatch(r"(\d{4})_[a-z0-9_]+\.sql", name)[1]) for name in NAMES]

    assert numbers == list(range(1, len(NAMES) + 1))


def test_every_table_is_strict(connection):
    tables = connection.execute("PRAGMA table_list").fetchall()
    ours = [
        row for row in tables if row["type"] == "table" and not row["name"].startswith("sqlite_")
    ]

    assert ours
    assert [row["name"] for row in ours if not row["strict"]] == []


@pytest.mark.parametrize(("table", "row"), GOOD_ROWS.items(), ids=GOOD_ROWS.keys())
def test_schema_accepts_valid_row(booked, table, row):
    before = count(booked, table)
    insert(booked, table, row)

    assert count(booked, table) == before + 1


@pytest.mark.parametrize(("table", "row"), BAD_ROWS)
def test_schema_rejects_invalid_row(booked, table, row):
    with pytest.raises(sqlite3.IntegrityError):
        insert(booked, table, row)


def test_mail_is_unique_for_person_kind_and_time(booked):
    insert(booked, "mails", MAIL)

    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        insert(booked, "mails", MAIL | {"id": "m2"})


def test_schema_accepts_a_recording_of_a_browser(booked):
    insert(booked, "recordings", SENT)

    assert count(booked, "recordings") == 1


def test_delete_of_a_session_deletes_its_rows(booked):
    dependent = sorted(set(GOOD_ROWS) - {"users", "sessions", "analytics_events"})
    for table in dependent:
        insert(booked, table, GOOD_ROWS[table])
    booked.execute("DELETE FROM sessions WHERE id = 's1'")

    assert {table: count(booked, table) for table in dependent} == dict.fromkeys(dependent, 0)


def test_migration_keeps_recordings_with_every_column():
    """The table of recordings was built anew, to allow those of browsers."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    for name in NAMES:
        if name.startswith("0013"):
            prepare(connection)
            row = RECORDING | {"state": "failed", "attempts": 9, "last_error": "gone"}
            row |= {"lease_until": 5, "retry_at": 6, "announced_bytes": 7, "source": "8 tag"}
            insert(connection, "recordings", row | {"most_parts": 9})
            before = dict(connection.execute("SELECT * FROM recordings").fetchone())
            indexes = indexes_of(connection, "recordings")
        connection.executescript((MIGRATIONS / name).read_text(encoding="utf-8"))
    after = dict(connection.execute("SELECT * FROM recordings").fetchone())

    assert {name: after[name] for name in before} == before
    assert None not in (before["last_error"], before["announced_bytes"], before["source"])
    assert indexes_of(connection, "recordings") == indexes
    assert len(indexes) == 3
    connection.close()


def indexes_of(connection: sqlite3.Connection, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
        [table],
    )
    return sorted(row["sql"] for row in rows)
