"""Demo people and sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from db.database import Database


class DemoPerson(NamedTuple):
    id: str
    name: str
    given_name: str
    email: str
    avatar: str | None
    time_zone: str
    locale: str
    description: str


class DemoSession(NamedTuple):
    """Times are epoch seconds. A stay is (joined, left); `left` is None if the person is there."""

    id: str
    course: str
    scheduled_start: int
    scheduled_end: int
    status: str = "scheduled"
    no_show: str | None = None
    started_at: int | None = None
    ended_at: int | None = None
    student_stay: tuple[int, int | None] | None = None
    teacher_stay: tuple[int, int | None] | None = None


PUT_USER: Final = """
INSERT INTO users (id, name, given_name, email, avatar, time_zone, locale, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (id) DO UPDATE SET
  name = excluded.name, given_name = excluded.given_name, avatar = excluded.avatar,
  time_zone = excluded.time_zone, locale = excluded.locale
"""
PUT_COURSE: Final = """
INSERT INTO courses (id, title, updated_at) VALUES (?1, ?1, ?2) ON CONFLICT DO NOTHING
"""
PUT_ENROLLMENT: Final = """
INSERT INTO enrollments (user_id, course_id, enrolled_at) VALUES ('demo-student', ?1, ?2)
ON CONFLICT DO NOTHING
"""
# All rows that refer to the session are deleted with it.
DROP_SESSION: Final = "DELETE FROM sessions WHERE id = ?1"
ADD_SESSION: Final = """
INSERT INTO sessions (id, course_id, student_id, teacher_id, scheduled_start, scheduled_end,
                      status, no_show, started_at, ended_at, has_chat, created_at, updated_at)
VALUES (?1, ?2, 'demo-student', 'demo-teacher', ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?9)
"""
ADD_ATTENDANCE: Final = """
INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at, left_at)
VALUES (?1, ?2, ?3, ?3, ?4)
"""


async def replace(
    db: Database, *, people: Iterable[DemoPerson], sessions: Iterable[DemoSession], now: int
) -> None:
    """Replace the demo people and sessions, in one transaction."""
    statements: list[tuple[str, tuple[Any, ...]]] = [
        (
            PUT_USER,
            (
                *(person.id, person.name, person.given_name, person.email, person.avatar),
                *(person.time_zone, person.locale, now),
            ),
        )
        for person in people
    ]
    for session in sessions:
        statements += _session(session, now)
    await db.batch(statements)


def _session(session: DemoSession, now: int) -> list[tuple[str, tuple[Any, ...]]]:
    times = (session.scheduled_start, session.scheduled_end)
    outcome = (session.status, session.no_show, session.started_at, session.ended_at)
    stays = {"demo-student": session.student_stay, "demo-teacher": session.teacher_stay}
    return [
        (PUT_COURSE, (session.course, now)),
        (PUT_ENROLLMENT, (session.course, now)),
        (DROP_SESSION, (session.id,)),
        (ADD_SESSION, (session.id, session.course, *times, *outcome, now)),
        *[(ADD_ATTENDANCE, (session.id, id_, *stay)) for id_, stay in stays.items() if stay],
    ]
