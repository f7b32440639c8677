"""Queries of the platform's API: store, cancel and read bookings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from db import consents, due_mails
from domain import rules
from domain.consent import WORDS

if TYPE_CHECKING:
    from db.database import Database, Row, Statement
    from domain.booked import Account, Booked, Change
    from domain.model import Session

_WINDOW: Final = (rules.JOIN_WINDOW_S, rules.OVERTIME_S)

PUT_USER: Final = """
INSERT INTO users (id, name, email, avatar, time_zone, locale, updated_at, given_name)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (id) DO UPDATE SET
  name = excluded.name, email = excluded.email, avatar = excluded.avatar,
  time_zone = excluded.time_zone, locale = excluded.locale, updated_at = excluded.updated_at,
  given_name = excluded.given_name
"""

PUT_COURSE: Final = """
INSERT INTO courses (id, title, updated_at) VALUES (?1, ?2, ?3)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, updated_at = excluded.updated_at
"""

PUT_ENROLLMENT: Final = """
INSERT INTO enrollments (user_id, course_id, enrolled_at) VALUES (?1, ?2, ?3)
ON CONFLICT DO NOTHING
"""

ADD_SESSION: Final = """
INSERT INTO sessions (id, course_id, student_id, teacher_id, scheduled_start, scheduled_end,
                      recording_enabled, bbb_meeting_url, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
ON CONFLICT DO NOTHING
RETURNING id
"""

# ?10 and ?11 are the status and sequence that the decision is based on: compare and set, so that
# two writes at once cannot mix. A new end alone does not change who had come. ?12 and ?13 are
# rules.JOIN_WINDOW_S and rules.OVERTIME_S: while the room is open the call goes on, so the columns
# that decide where it is held must not change.
CHANGE_SESSION: Final = """
UPDATE sessions
   SET course_id = ?2, student_id = ?3, teacher_id = ?4, scheduled_start = ?5, scheduled_end = ?6,
       recording_enabled = ?7, bbb_meeting_url = ?8, updated_at = ?9,
       sequence = sequence + (scheduled_start <> ?5 OR scheduled_end <> ?6),
       timed_at = CASE WHEN scheduled_start <> ?5 THEN ?9 ELSE timed_at END,
       status = CASE WHEN scheduled_start <> ?5 AND status = 'no_show' THEN 'scheduled'
                     ELSE status END,
       no_show = CASE WHEN scheduled_start <> ?5 THEN NULL ELSE no_show END,
       ended_at = CASE WHEN scheduled_start <> ?5 THEN NULL ELSE ended_at END,
       provider_room_over = CASE WHEN provider_room_id IS NOT NULL
                                  AND ((scheduled_start <> ?5 AND ended_at IS NOT NULL)
                                       OR recording_enabled <> ?7 OR bbb_meeting_url IS NOT ?8
                                       OR ?9 < ?5 - ?12 OR ?9 >= ?6 + ?13)
                                 THEN 1 ELSE provider_room_over END
 WHERE id = ?1 AND status = ?10 AND sequence = ?11
   AND ((recording_enabled = ?7 AND bbb_meeting_url IS ?8)
        OR ?9 < ?5 - ?12 OR ?9 >= ?6 + ?13
        OR NOT EXISTS (SELECT 1 FROM attendance a WHERE a.session_id = ?1 AND a.left_at IS NULL))
RETURNING id
"""

# The attendance of the old time does not count for the new one, except for a person in a room that
# stays open. Runs after the change of the start, with the sequence that this change has set.
_DELETE_ATTENDANCE: Final = """
DELETE FROM attendance
 WHERE session_id = ?1
   AND EXISTS (SELECT 1 FROM sessions s
                WHERE s.id = ?1 AND s.status = 'scheduled' AND s.sequence = ?2
                  AND (attendance.left_at IS NOT NULL
                       OR ?3 < s.scheduled_start - ?4 OR ?3 >= s.scheduled_end + ?5))
"""

_CLEAR_WAITING: Final = """
UPDATE attendance SET began_waiting_at = NULL
 WHERE session_id = ?1 AND began_waiting_at IS NOT NULL
   AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = ?1 AND s.sequence = ?2)
"""

# End the stay of a person who was replaced while in the room.
END_STAYS_OF_OTHERS: Final = """
UPDATE attendance SET left_at = max(?2, last_joined_at)
 WHERE session_id = ?1 AND left_at IS NULL
   AND user_id NOT IN (SELECT student_id FROM sessions WHERE id = ?1
                       UNION ALL SELECT teacher_id FROM sessions WHERE id = ?1)
"""

CANCEL: Final = """
UPDATE sessions SET status = 'cancelled', sequence = sequence + 1, ended_at = ?2, updated_at = ?2
 WHERE id = ?1 AND status IN ('scheduled', 'in_progress')
"""

LIST_ATTENDANCE: Final = """
SELECT user_id, first_joined_at, last_joined_at, left_at FROM attendance
 WHERE session_id = ?1 ORDER BY first_joined_at
"""

LIST_FEEDBACK: Final = """
SELECT user_id, rating, comment, tags, created_at, updated_at FROM feedback
 WHERE session_id = ?1 ORDER BY created_at
"""

LIST_RESOURCES: Final = """
SELECT id, name, type, size_bytes, duration_seconds, status, created_at FROM session_resources
 WHERE session_id = ?1 AND status <> 'deleted' ORDER BY created_at
"""

LIST_REMINDERS: Final = """
SELECT user_id, kind, scheduled_start, due_at, state, sent_at, delivery FROM mails
 WHERE session_id = ?1 AND kind IN ('24h', '1h', '15min') ORDER BY due_at
"""


async def store(
    db: Database,
    session_id: str,
    booked: Booked,
    *,
    known: Session | None,
    change: Change,
    now: int,
) -> bool:
    """Write a booking in one transaction; False if the session was changed in the meantime."""
    values = (
        session_id,
        booked.course_id,
        booked.student.id,
        booked.teacher.id,
        booked.scheduled_start,
        booked.scheduled_end,
        int(booked.recording_enabled),
        booked.bbb_meeting_url,
        now,
    )
    statements = [
        _put_user(booked.student, now),
        _put_user(booked.teacher, now),
        (PUT_COURSE, (booked.course_id, booked.course_title, now)),
        (PUT_ENROLLMENT, (booked.student.id, booked.course_id, now)),
    ]
    if known is None:
        statements.append((ADD_SESSION, values))
    else:
        based_on = (known.status.value, known.sequence, *_WINDOW)
        statements.append((CHANGE_SESSION, (*values, *based_on)))
    written = len(statements) - 1
    if known is not None:
        if change == "moved":
            statements += delete_attendance(session_id, known.sequence + 1, now)
        statements.append((END_STAYS_OF_OTHERS, (session_id, now)))
    statements += due_mails.follow_booking(session_id, now)
    results = await db.batch(statements)
    return bool(results[written])


def delete_attendance(session_id: str, sequence: int, now: int) -> list[Statement]:
    """The statements to run after a change of the start, which has set this `sequence`."""
    return [
        (_DELETE_ATTENDANCE, (session_id, sequence, now, *_WINDOW)),
        (_CLEAR_WAITING, (session_id, sequence)),
    ]


def _put_user(person: Account, now: int) -> tuple[str, tuple[Any, ...]]:
    return PUT_USER, (
        person.id,
        person.name,
        person.email,
        person.avatar,
        person.time_zone,
        person.locale,
        now,
        person.given_name,
    )


async def cancel(db: Database, session_id: str, *, now: int) -> None:
    """Cancel the session, unless it is over or already cancelled."""
    await db.batch([(CANCEL, (session_id, now)), *due_mails.follow_cancelling(session_id, now)])


async def details(db: Database, session_id: str) -> dict[str, list[Row]]:
    """Attendance, feedback, resources, reminders and consents, in one round trip."""
    queries = {
        "attendance": LIST_ATTENDANCE,
        "feedback": LIST_FEEDBACK,
        "resources": LIST_RESOURCES,
        "reminders": LIST_REMINDERS,
        "recording_consents": consents.LIST,
    }
    results = await db.batch([(query, (session_id,)) for query in queries.values()])
    found = dict(zip(queries, results, strict=True))
    for row in found["feedback"]:
        row["tags"] = json.loads(row["tags"])
    for row in found["recording_consents"]:
        row["agreed"] = bool(row["agreed"])
        row["text"] = WORDS[row["words"]]
    return found
