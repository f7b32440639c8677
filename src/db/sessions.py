"""Sessions with their course, their two people and who was in the room."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from domain.model import Course, Participant, Reminder, Role, Session, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from db.database import Database, Row, Statement

# db/mails.py uses COLUMNS and JOINS too, for sessions beside its own rows.
COLUMNS: Final = """
       s.id, s.status, s.scheduled_start, s.scheduled_end, s.started_at, s.ended_at, s.no_show,
       s.sequence, s.recording_enabled, s.bbb_meeting_url, s.provider, s.provider_room_id,
       s.provider_room_over, s.has_chat, s.chat_forgotten_at,
       c.id AS course_id, c.title AS course_title,
       st.id AS student_id, st.name AS student_name, st.given_name AS student_given_name,
       st.avatar AS student_avatar,
       st.time_zone AS student_time_zone, st.locale AS student_locale,
       st.language AS student_language,
       sa.first_joined_at AS student_joined_at, sa.last_joined_at AS student_since,
       sa.left_at AS student_left_at, sa.began_waiting_at AS student_began_waiting_at,
       sa.user_id IS NOT NULL AND sa.left_at IS NULL AS student_present,
       te.id AS teacher_id, te.name AS teacher_name, te.given_name AS teacher_given_name,
       te.avatar AS teacher_avatar,
       te.time_zone AS teacher_time_zone, te.locale AS teacher_locale,
       te.language AS teacher_language,
       ta.first_joined_at AS teacher_joined_at, ta.last_joined_at AS teacher_since,
       ta.left_at AS teacher_left_at, ta.began_waiting_at AS teacher_began_waiting_at,
       ta.user_id IS NOT NULL AND ta.left_at IS NULL AS teacher_present
"""
JOINS: Final = """
  JOIN courses c ON c.id = s.course_id
  JOIN users st ON st.id = s.student_id
  JOIN users te ON te.id = s.teacher_id
  LEFT JOIN attendance sa ON sa.session_id = s.id AND sa.user_id = s.student_id
  LEFT JOIN attendance ta ON ta.session_id = s.id AND ta.user_id = s.teacher_id
"""

# One round trip for the page and for its state, with sent reminders and an open request.
FIND: Final = f"""
SELECT {COLUMNS},
       (SELECT json_group_array(json_object('user_id', m.user_id, 'kind', m.kind,
                                            'state', m.state, 'sent_at', m.sent_at))
          FROM mails m
         WHERE m.session_id = s.id AND m.scheduled_start = s.scheduled_start
           AND m.kind IN ('24h', '1h', '15min')) AS reminders,
       (SELECT r.asked_by FROM reschedules r
         WHERE r.session_id = s.id AND r.state = 'open'
           AND r.scheduled_start = s.scheduled_start) AS reschedule_asked_by,
       nullif(max(
         coalesce((SELECT max(max(r.created_at, coalesce(r.answered_at, 0)))
                     FROM reschedules r WHERE r.session_id = s.id), 0),
         coalesce((SELECT max(f.created_at) FROM feedback f WHERE f.session_id = s.id), 0)),
         0) AS touched_at
  FROM sessions s {JOINS}
 WHERE s.id = ?1
"""  # noqa: S608

LIST: Final = f"""
SELECT {COLUMNS} FROM json_each(?1) AS asked JOIN sessions s ON s.id = asked.value {JOINS}
"""  # noqa: S608

LIST_OF_PERSON: Final = f"""
SELECT {COLUMNS} FROM sessions s {JOINS}
 WHERE s.id IN (SELECT id FROM sessions WHERE student_id = ?1
                UNION SELECT id FROM sessions WHERE teacher_id = ?1)
 ORDER BY s.scheduled_start
"""  # noqa: S608


# ?2 is the earliest start, ?3 the limit: the latest sessions are kept.
LIST_OF_PERSON_SINCE: Final = f"""
SELECT {COLUMNS} FROM sessions s {JOINS}
 WHERE s.id IN (SELECT id FROM sessions WHERE student_id = ?1 AND scheduled_start >= ?2
                UNION SELECT id FROM sessions WHERE teacher_id = ?1 AND scheduled_start >= ?2)
 ORDER BY s.scheduled_start DESC LIMIT ?3
"""  # noqa: S608


ROLE_OF_PERSON: Final = """
SELECT CASE student_id WHEN ?1 THEN 'student' ELSE 'teacher' END AS role FROM sessions
 WHERE id IN (SELECT id FROM sessions WHERE student_id = ?1
              UNION SELECT id FROM sessions WHERE teacher_id = ?1)
 ORDER BY scheduled_start DESC LIMIT 1
"""


async def find(db: Database, session_id: str) -> Session | None:
    """The session, in one round trip."""
    rows = await db.all(FIND, session_id)
    return of_row(rows[0]) if rows else None


async def list_known(db: Database, session_ids: Iterable[str]) -> dict[str, Session]:
    """Those of these sessions that exist, by id, without reminders and requests."""
    rows = await db.all(LIST, json.dumps(list(session_ids)))
    return {row["id"]: of_row(row) for row in rows}


async def find_with(
    db: Database, session_id: str, statements: Sequence[Statement]
) -> tuple[Session | None, list[list[Row]]]:
    """The session, and the rows of each of `statements`, in one round trip."""
    if not statements:
        return await find(db, session_id), []
    rows, *others = await db.batch([(FIND, (session_id,)), *statements])
    return (of_row(rows[0]) if rows else None), others


async def list_of_person(db: Database, user_id: str) -> list[Session]:
    """All sessions of this person, by their start."""
    return [of_row(row) for row in await db.all(LIST_OF_PERSON, user_id)]


async def role_of_person(db: Database, user_id: str) -> Role | None:
    """This person's role in their last session; None for a person without sessions."""
    rows = await db.all(ROLE_OF_PERSON, user_id)
    return Role(rows[0]["role"]) if rows else None


def of_row(row: Row) -> Session:
    """The session in a row of these COLUMNS."""
    return Session(
        id=row["id"],
        status=Status(row["status"]),
        course=Course(row["course_id"], row["course_title"]),
        student=_participant(row, "student"),
        teacher=_participant(row, "teacher"),
        scheduled_start=row["scheduled_start"],
        scheduled_end=row["scheduled_end"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        no_show=Role(row["no_show"]) if row["no_show"] else None,
        sequence=row["sequence"],
        recording_enabled=bool(row["recording_enabled"]),
        bbb_meeting_url=row["bbb_meeting_url"],
        reminders=_reminders(row.get("reminders")),
        reschedule_asked_by=row.get("reschedule_asked_by"),
        touched_at=row.get("touched_at"),
        provider=row["provider"],
        provider_room_id=row["provider_room_id"],
        provider_room_over=bool(row["provider_room_over"]),
        has_chat=None if row["has_chat"] is None else bool(row["has_chat"]),
        chat_forgotten=row["chat_forgotten_at"] is not None,
    )


def _reminders(text: str | None) -> tuple[Reminder, ...]:
    return tuple(Reminder(**found) for found in json.loads(text)) if text else ()


def _participant(row: Row, role: str) -> Participant:
    return Participant(
        id=row[f"{role}_id"],
        name=row[f"{role}_name"],
        avatar=row[f"{role}_avatar"],
        time_zone=row[f"{role}_time_zone"],
        locale=row[f"{role}_locale"],
        joined_at=row[f"{role}_joined_at"],
        present=bool(row[f"{role}_present"]),
        since=row[f"{role}_since"],
        left_at=row[f"{role}_left_at"],
        given_name=row[f"{role}_given_name"],
        began_waiting_at=row[f"{role}_began_waiting_at"],
        language=row[f"{role}_language"],
    )
