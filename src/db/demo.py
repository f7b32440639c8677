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


class DemoReport(NamedTuple):
    """What a browser has reported; `milliseconds` of a call that connected, else trouble."""

    role: str
    what: str
    browser: str
    at: int
    way: str | None = None
    milliseconds: int | None = None
    again: int = 0


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
    no_show_at: int | None = None
    student_stay: tuple[int, int | None] | None = None
    teacher_stay: tuple[int, int | None] | None = None
    reports: tuple[DemoReport, ...] = ()


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
# Booked a week before. Its times count as set now: no reminder of the past is sent.
ADD_SESSION: Final = """
INSERT INTO sessions (id, course_id, student_id, teacher_id, scheduled_start, scheduled_end,
                      has_chat, timed_at, created_at, updated_at)
VALUES (?1, ?2, 'demo-student', 'demo-teacher', ?3, ?4, 0, ?5,
        min(?3, ?5) - 604800, min(?3, ?5) - 604800)
"""
# One change after another, as a room writes them: the triggers tell of each.
ADD_ATTENDANCE: Final = """
INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at)
VALUES (?1, ?2, ?3, ?3)
"""
START_SESSION: Final = """
UPDATE sessions SET status = 'in_progress', started_at = ?2, updated_at = ?2
 WHERE id = ?1 AND ?2 IS NOT NULL
"""
FINISH_SESSION: Final = """
UPDATE sessions SET status = ?2, no_show = ?3, ended_at = ?4,
       updated_at = coalesce(?4, ?5, updated_at)
 WHERE id = ?1 AND status <> ?2
"""
END_STAY: Final = """
UPDATE attendance SET left_at = ?3 WHERE session_id = ?1 AND user_id = ?2 AND ?3 IS NOT NULL
"""
ADD_REPORT: Final = """
INSERT INTO call_reports (session_id, role, what, browser, way, milliseconds, again, reported_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
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
    id_, times = session.id, (session.scheduled_start, session.scheduled_end)
    outcome = (session.status, session.no_show, session.ended_at, session.no_show_at)
    both = {"demo-student": session.student_stay, "demo-teacher": session.teacher_stay}
    stays = [(user, *stay) for user, stay in both.items() if stay]
    return [
        (PUT_COURSE, (session.course, now)),
        (PUT_ENROLLMENT, (session.course, now)),
        (DROP_SESSION, (id_,)),
        (ADD_SESSION, (id_, session.course, *times, now)),
        *[(ADD_ATTENDANCE, (id_, user, joined)) for user, joined, _ in stays],
        (START_SESSION, (id_, session.started_at)),
        (FINISH_SESSION, (id_, *outcome)),
        *[(END_STAY, (id_, user, left)) for user, _, left in stays],
        *[
            (
                ADD_REPORT,
                (
                    *(id_, each.role, each.what, each.browser),
                    *(each.way, each.milliseconds, each.again, each.at),
                ),
            )
            for each in session.reports
        ],
    ]
