"""The steps of docs/privacy.md with which an operator removes a person's data."""

import re

import pytest

from db import erasure
from tests.unit.booked import book, insert
from tests.unit.cast import END, START
from tools.paths import ROOT

DOCUMENT = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
ERASE = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)


def leave_traces(connection, session_id, user_id):
    """All data that a person can leave in a lesson."""
    about = {"session_id": session_id, "user_id": user_id}
    stay = {"first_joined_at": START, "last_joined_at": START, "left_at": END}
    insert(connection, "attendance", **about, **stay)
    times = {"created_at": END, "updated_at": END}
    insert(connection, "feedback", **about, rating=5, comment="Good", **times)
    mail = {"kind": "1h", "state": "sent", "scheduled_start": START, "due_at": START}
    insert(connection, "mails", id=f"{session_id}-{user_id}", **about, **mail, created_at=START)
    asked = {"asked_by": user_id, "scheduled_start": START, "proposed_starts": "[]"}
    names = {"id": f"{session_id}-{user_id}", "session_id": session_id}
    insert(connection, "reschedules", **names, **asked, state="declined", created_at=START)
    file = {"name": "a.pdf", "type": "application/pdf", "r2_key": names["id"], "size_bytes": 1}
    insert(connection, "session_resources", **names, uploaded_by=user_id, **file, **times)
    taken = {"record_id": names["id"], "session_id": session_id, "provider": "plugnmeet"}
    insert(connection, "recordings", **taken, resource_id=names["id"], **times)
    said = {"role": "student", "agreed": 1, "words": "1", "decided_at": START}
    insert(connection, "recording_consents", **about, **said)
    sent = {"record_id": f"sent-{names['id']}", "session_id": session_id, "provider": "peer"}
    browser = {"sender_id": user_id, "device": "0" * 16, "format": "mp4", "state": "failed"}
    insert(connection, "recordings", **sent, **browser, **times)


def mentions(connection, *texts):
    """Each table and column that holds one of these. A role is called like the ids of tests."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return [
        (table, column)
        for (table,) in tables
        for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608
        for column, value in dict(row).items()
        if value in texts and column != "role"
    ]


def test_all_that_the_browser_keeps_is_listed():
    found = set()
    for script in (ROOT / "public" / "js").rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"indexedDB|document\.cookie|\bcaches\.", text), script.name
        if uses := set(re.findall(r"\b(local|session)Storage\b", text)):
            keys = re.findall(r"[\"`](session-room:[a-z-]+)", text)
            assert keys, f"{script.name} keeps something under another name"
            found |= {(f"{use}Storage", key) for use in uses for key in keys}
    listed = set(re.findall(r"`((?:local|session)Storage)`, `([^`]+)`", DOCUMENT))

    assert listed == found


@pytest.mark.parametrize("who", ["student", "teacher"])
async def test_nothing_of_the_person_is_left_and_all_of_the_others(connection, db, who):
    """First the platform deletes the person, then an operator deletes the lessons."""
    book(connection)
    insert(connection, "enrollments", user_id="stranger", course_id="algebra", enrolled_at=START)
    helper = {"id": "helper", "name": "Helper", "email": "helper@example.com", "updated_at": START}
    insert(connection, "users", **helper)
    book(connection, "others", student_id="stranger", teacher_id="helper")
    for session_id in ("s1", "others"):
        leave_traces(connection, session_id, who)
    leave_traces(connection, "others", "stranger")
    for name in (who, "stranger"):
        address = f"{name}@example.com"
        insert(connection, "suppressions", email=address, reason="bounced", since=START)
        mail = {"to_email": address, "subject": "s", "html": "h", "text": "t"}
        insert(connection, "outbox", id=name, **mail, created_at=START)
    others = mentions(connection, "stranger", "stranger@example.com", "others")
    await erasure.erase(db, who, now=END)
    [script] = ERASE
    connection.executescript(script.replace("THE-ID", who))

    assert mentions(connection, who, f"{who}@example.com") == []
    # The lesson remains, and its room is asked to delete the id of the replaced person.
    asked = ("deleted_sessions", "id")
    left = mentions(connection, "stranger", "stranger@example.com", "others")
    assert set(left) == {*others, asked}
    assert mentions(connection, "s1") == [("deleted_sessions", "id")]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
