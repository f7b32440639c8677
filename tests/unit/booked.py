"""A booked session in the database, for tests that need its row."""

import sqlite3

from tests.unit.cast import END, START

PEOPLE = ("student", "teacher", "stranger")


def insert(connection: sqlite3.Connection, table: str, **row: object) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
    connection.execute(sql, tuple(row.values()))


def book(connection: sqlite3.Connection, session_id: str = "s1", **changes: object) -> None:
    """Insert a session of the cast that took place."""
    for person in PEOPLE:
        user = {"id": person, "name": f"{person.title()} Example"}
        user |= {"email": f"{person}@example.com", "given_name": person.title()}
        if not connection.execute("SELECT 1 FROM users WHERE id = ?", [person]).fetchall():
            insert(connection, "users", **user, updated_at=START)
    if not connection.execute("SELECT 1 FROM courses").fetchall():
        insert(connection, "courses", id="algebra", title="Linear Algebra", updated_at=START)
        enrollment = {"user_id": "student", "course_id": "algebra", "enrolled_at": START}
        insert(connection, "enrollments", **enrollment)
    session = {
        "id": session_id,
        "course_id": "algebra",
        "student_id": "student",
        "teacher_id": "teacher",
        "scheduled_start": START,
        "scheduled_end": END,
        "status": "completed",
        "started_at": START,
        "ended_at": END,
        "created_at": START,
        "updated_at": START,
    }
    insert(connection, "sessions", **(session | changes))
