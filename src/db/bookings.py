"""Queries of the platform's API: store, cancel and read bookings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from db import consents, due_mails
from db.parameters import json_lists
from domain import consent, rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row, Statement
    from domain.booked import Booked, Write
    from domain.model import Session

_WINDOW: Final = (rules.JOIN_WINDOW_S, rules.OVERTIME_S)

# The lists are JSON: one statement writes all rows, however many are booked at once. What is as it
# was is not written again.
PUT_USERS: Final = """
INSERT INTO users (id, name, given_name, email, avatar, time_zone, locale, updated_at)
SELECT value ->> 'id', value ->> 'name', value ->> 'given_name', value ->> 'email',
       value ->> 'avatar', value ->> 'time_zone', value ->> 'locale', ?2
  FROM json_each(?1) WHERE true
ON CONFLICT (id) DO UPDATE SET
  name = excluded.name, given_name = excluded.given_name, email = excluded.email,
  avatar = excluded.avatar, time_zone = excluded.time_zone, locale = excluded.locale,
  updated_at = excluded.updated_at
 WHERE (users.name, users.given_name, users.email, users.avatar, users.time_zone, users.locale)
   IS NOT (excluded.name, excluded.given_name, excluded.email, excluded.avatar,
           excluded.time_zone, excluded.locale)
"""

PUT_COURSES: Final = """
INSERT INTO courses (id, title, updated_at)
SELECT value ->> 'id', value ->> 'title', ?2 FROM json_each(?1) WHERE true
ON CONFLICT (id) DO UPDATE SET title = excluded.title, updated_at = excluded.updated_at
 WHERE courses.title <> excluded.title
"""

PUT_ENROLLMENTS: Final = """
INSERT INTO enrollments (user_id, course_id, enrolled_at)
SELECT value ->> 'user_id', value ->> 'course_id', ?2 FROM json_each(?1) WHERE true
ON CONFLICT DO NOTHING
"""

ADD_SESSIONS: Final = """
INSERT INTO sessions (id, course_id, student_id, teacher_id, scheduled_start, scheduled_end,
                      recording_enabled, bbb_meeting_url, created_at, updated_at)
SELECT value ->> 'id', value ->> 'course_id', value ->> 'student_id', value ->> 'teacher_id',
       value ->> 'scheduled_start', value ->> 'scheduled_end', value ->> 'recording_enabled',
       value ->> 'bbb_meeting_url', ?2, ?2
  FROM json_each(?1) WHERE true
ON CONFLICT DO NOTHING
RETURNING id, status
"""

# `known_status` and `known_sequence` are what the decision is based on: compare and set, so that
# two writes at once cannot mix. A new end alone does not change who had come. ?3 and ?4 are
# rules.JOIN_WINDOW_S and rules.OVERTIME_S: while the room is open the call goes on, so the columns
# that decide where it is held must not change.
CHANGE_SESSIONS: Final = """
UPDATE sessions
   SET course_id = b.course_id, student_id = b.student_id, teacher_id = b.teacher_id,
       scheduled_start = b.scheduled_start, scheduled_end = b.scheduled_end,
       recording_enabled = b.recording_enabled, bbb_meeting_url = b.bbb_meeting_url,
       updated_at = ?2, sequence = sequence + (b.has_new_start OR b.has_new_end),
       timed_at = CASE WHEN b.has_new_start THEN ?2 ELSE timed_at END,
       status = CASE WHEN b.has_new_start AND status = 'no_show' THEN 'scheduled'
                     ELSE status END,
       no_show = CASE WHEN b.has_new_start THEN NULL ELSE no_show END,
       ended_at = CASE WHEN b.has_new_start THEN NULL ELSE ended_at END,
       provider_room_over = CASE WHEN provider_room_id IS NOT NULL
                                  AND ((b.has_new_start AND ended_at IS NOT NULL)
                                       OR b.has_new_call OR b.is_closed)
                                 THEN 1 ELSE provider_room_over END
  FROM (SELECT known.id AS known_id, booked.value ->> 'course_id' AS course_id,
               booked.value ->> 'student_id' AS student_id,
               booked.value ->> 'teacher_id' AS teacher_id,
               booked.value ->> 'scheduled_start' AS scheduled_start,
               booked.value ->> 'scheduled_end' AS scheduled_end,
               booked.value ->> 'recording_enabled' AS recording_enabled,
               booked.value ->> 'bbb_meeting_url' AS bbb_meeting_url,
               known.scheduled_start <> booked.value ->> 'scheduled_start' AS has_new_start,
               known.scheduled_end <> booked.value ->> 'scheduled_end' AS has_new_end,
               known.recording_enabled <> booked.value ->> 'recording_enabled'
                 OR known.bbb_meeting_url IS NOT booked.value ->> 'bbb_meeting_url' AS has_new_call,
               ?2 < booked.value ->> 'scheduled_start' - ?3
                 OR ?2 >= booked.value ->> 'scheduled_end' + ?4 AS is_closed
          FROM json_each(?1) AS booked
          JOIN sessions known ON known.id = booked.value ->> 'id'
                             AND known.status = booked.value ->> 'known_status'
                             AND known.sequence = booked.value ->> 'known_sequence') AS b
 WHERE sessions.id = b.known_id
   AND (NOT b.has_new_call OR b.is_closed
        OR NOT EXISTS (SELECT 1 FROM attendance a
                        WHERE a.session_id = sessions.id AND a.left_at IS NULL))
RETURNING id, status
"""

# The attendance of the old time does not count for the new one, except for a person in a room that
# stays open. Runs after the change of the start, with the sequence that this change has set.
_MOVED: Final = """
  FROM json_each(?1) AS moved
 CROSS JOIN sessions s ON s.id = moved.value ->> 'id' AND s.sequence = moved.value ->> 'sequence'
 CROSS JOIN attendance a ON a.session_id = s.id
"""
_DELETE_ATTENDANCE: Final = f"""
DELETE FROM attendance WHERE (session_id, user_id) IN (
  SELECT a.session_id, a.user_id {_MOVED}
   WHERE s.status = 'scheduled'
     AND (a.left_at IS NOT NULL OR ?2 < s.scheduled_start - ?3 OR ?2 >= s.scheduled_end + ?4))
"""  # noqa: S608
_CLEAR_WAITING: Final = f"""
UPDATE attendance SET began_waiting_at = NULL
 WHERE began_waiting_at IS NOT NULL
   AND (session_id, user_id) IN (SELECT a.session_id, a.user_id {_MOVED})
"""  # noqa: S608

# End the stay of a person who was replaced while in the room.
END_STAYS_OF_OTHERS: Final = """
UPDATE attendance SET left_at = max(?2, last_joined_at)
 WHERE session_id IN (SELECT value FROM json_each(?1)) AND left_at IS NULL
   AND user_id NOT IN (SELECT student_id FROM sessions WHERE id = attendance.session_id
                       UNION ALL SELECT teacher_id FROM sessions WHERE id = attendance.session_id)
"""

# A request for another time ends with its person's part: nobody else may read or answer it.
WITHDRAW_REQUESTS_OF_OTHERS: Final = """
UPDATE reschedules SET state = 'withdrawn', answered_at = ?2
 WHERE session_id IN (SELECT value FROM json_each(?1)) AND state = 'open'
   AND asked_by NOT IN (SELECT student_id FROM sessions WHERE id = reschedules.session_id
                        UNION ALL SELECT teacher_id FROM sessions WHERE id = reschedules.session_id)
"""

# `+` keeps SQLite from using the index by status: each session is found by its id.
CANCEL: Final = """
UPDATE sessions SET status = 'cancelled', sequence = sequence + 1, ended_at = ?2, updated_at = ?2
 WHERE id IN (SELECT value FROM json_each(?1)) AND +status IN ('scheduled', 'in_progress')
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


async def store(db: Database, writes: Sequence[Write], *, now: int) -> dict[str, str]:
    """Write bookings in one transaction. Returns the status of each session, by its id.

    A session that was changed in the meantime is left out. If a booking changes nothing but names,
    its session is not written.
    """
    names = _put_names([each.booked for each in writes], now)
    changed = [each for each in writes if each.change != "same"]
    sessions = _put_sessions(changed, now)
    results = await db.batch([*names, *sessions, *_follow(changed, now)])
    stored = {
        each.session_id: each.known.status.value
        for each in writes
        if each.known and each.change == "same"
    }
    written = results[len(names) : len(names) + len(sessions)]
    return stored | {row["id"]: row["status"] for rows in written for row in rows}


def _put_names(booked: Sequence[Booked], now: int) -> list[Statement]:
    """People and courses. Of two values for one person or course, the later one counts."""
    people = {who.id: who for each in booked for who in (each.student, each.teacher)}
    courses = {each.course_id: each.course_title for each in booked}
    enrolled = {(each.student.id, each.course_id) for each in booked}
    return [
        *_of_each(PUT_USERS, [who._asdict() for who in people.values()], now),
        *_of_each(
            PUT_COURSES, [{"id": id_, "title": title} for id_, title in courses.items()], now
        ),
        *_of_each(
            PUT_ENROLLMENTS, [{"user_id": who, "course_id": id_} for who, id_ in enrolled], now
        ),
    ]


def _put_sessions(changed: Sequence[Write], now: int) -> list[Statement]:
    added = [_row(each) for each in changed if each.known is None]
    known = [_row(each) | _based_on(each.known) for each in changed if each.known]
    return [
        *_of_each(ADD_SESSIONS, added, now),
        *_of_each(CHANGE_SESSIONS, known, now, *_WINDOW),
    ]


def _follow(changed: Sequence[Write], now: int) -> list[Statement]:
    """The statements that adapt all that hangs on a session; to run after it is written."""
    known = [each.session_id for each in changed if each.known]
    of_known = (json.dumps(known), now)
    replacing = [(END_STAYS_OF_OTHERS, of_known), (WITHDRAW_REQUESTS_OF_OTHERS, of_known)]
    moved = [
        (each.session_id, each.known.sequence + 1)
        for each in changed
        if each.known and each.change == "moved"
    ]
    return [
        *(delete_attendance(moved, now) if moved else []),
        *(replacing if known else []),
        *(due_mails.follow_bookings([each.session_id for each in changed], now) if changed else []),
    ]


def _of_each(sql: str, rows: Sequence[Row], *params: Any) -> list[Statement]:
    """The statement for these rows: none for no rows, several for more than a parameter holds."""
    return [(sql, (text, *params)) for text in json_lists(map(json.dumps, rows))]


def _row(write: Write) -> Row:
    booked = write.booked
    return {
        "id": write.session_id,
        "course_id": booked.course_id,
        "student_id": booked.student.id,
        "teacher_id": booked.teacher.id,
        "scheduled_start": booked.scheduled_start,
        "scheduled_end": booked.scheduled_end,
        "recording_enabled": int(booked.recording_enabled),
        "bbb_meeting_url": booked.bbb_meeting_url,
    }


def _based_on(known: Session) -> Row:
    return {"known_status": known.status.value, "known_sequence": known.sequence}


def delete_attendance(moved: Sequence[tuple[str, int]], now: int) -> list[Statement]:
    """The statements to run after changes of the start, each of which has set this sequence."""
    listed = json.dumps([{"id": id_, "sequence": sequence} for id_, sequence in moved])
    return [(_DELETE_ATTENDANCE, (listed, now, *_WINDOW)), (_CLEAR_WAITING, (listed,))]


async def cancel(db: Database, session_id: str, *, now: int) -> None:
    """Cancel the session, unless it is over or already cancelled."""
    await db.batch(cancelling([session_id], now))


def cancelling(session_ids: Sequence[str], now: int) -> list[Statement]:
    """The statements that cancel sessions and tell both people of each."""
    cancel = (CANCEL, (json.dumps(list(session_ids)), now))
    return [cancel, *due_mails.follow_cancelling(session_ids, now)]


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
        row["text"] = row["text"] or consent.text_of(row["words"])
    return found
