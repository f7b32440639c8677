"""Requests for another time: created, answered, withdrawn; an acceptance moves the session."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from db import bookings, due_mails
from domain import rules
from domain.mail_rules import Request, State, reach_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row
    from domain.mail_rules import Reach
    from domain.model import Session

# The request, and the mail about its state to the person who has not caused that state. A request
# of a person who was replaced is nobody's.
LATEST: Final = """
SELECT r.id, r.state, r.asked_by, r.scheduled_start, r.proposed_starts, r.chosen_start, r.reason,
       r.note, m.state AS mail_state, m.delivery,
       EXISTS (SELECT 1 FROM users u JOIN suppressions x ON x.email = lower(u.email)
                WHERE u.id = m.user_id) AS refused
  FROM reschedules r
  JOIN sessions s ON s.id = r.session_id AND r.asked_by IN (s.student_id, s.teacher_id)
  LEFT JOIN mails m
    ON m.session_id = r.session_id AND m.reschedule_id = r.id
   AND m.kind = 'reschedule_' || CASE r.state WHEN 'open' THEN 'asked' ELSE r.state END
   AND (m.user_id = r.asked_by) = (r.state <> 'open')
 WHERE r.session_id = ?1 ORDER BY r.created_at DESC, r.state = 'open' DESC LIMIT 1
"""

# A new request of either person replaces the open one. ?4 and ?5 are ?8 and ?9 of CREATE.
SUPERSEDE: Final = """
UPDATE reschedules SET state = 'withdrawn', answered_at = ?2
 WHERE session_id = ?1 AND state = 'open'
   AND (SELECT count(*) FROM reschedules r
         WHERE r.session_id = ?1 AND r.created_at > ?2 - ?5 AND r.asked_by = ?3) < ?4
"""

# ?8 is the limit of one person's requests within the last ?9 seconds.
CREATE: Final = """
INSERT INTO reschedules (id, session_id, asked_by, scheduled_start, proposed_starts, reason,
                         created_at)
SELECT ?1, s.id, ?3, s.scheduled_start, ?5, ?6, ?7
  FROM sessions s
 WHERE s.id = ?2 AND s.sequence = ?4 AND s.status IN ('scheduled', 'no_show')
   AND ?3 IN (s.student_id, s.teacher_id)
   AND (SELECT count(*) FROM reschedules r
         WHERE r.session_id = ?2 AND r.created_at > ?7 - ?9 AND r.asked_by = ?3) < ?8
RETURNING id
"""

WITHDRAW: Final = """
UPDATE reschedules SET state = 'withdrawn', answered_at = ?3
 WHERE session_id = ?1 AND state = 'open' AND asked_by = ?2
RETURNING id
"""

DECLINE: Final = """
UPDATE reschedules SET state = 'declined', note = ?3, answered_at = ?4
 WHERE id = ?1 AND state = 'open' AND asked_by <> ?2
   AND EXISTS (SELECT 1 FROM sessions s
                WHERE s.id = reschedules.session_id
                  AND reschedules.asked_by IN (s.student_id, s.teacher_id))
RETURNING id
"""

# Other sessions of either person that overlap ?2 to ?3. A session lasts a day at most.
_CLASHES: Final = """
    SELECT o.student_id, o.teacher_id FROM sessions o INDEXED BY sessions_by_student
     WHERE o.student_id IN (me.student_id, me.teacher_id)
       AND o.scheduled_start > ?2 - 86400 AND o.scheduled_start < ?3 AND o.scheduled_end > ?2
       AND o.id <> ?1 AND o.status IN ('scheduled', 'in_progress')
    UNION ALL
    SELECT o.student_id, o.teacher_id FROM sessions o INDEXED BY sessions_by_teacher
     WHERE o.teacher_id IN (me.student_id, me.teacher_id)
       AND o.scheduled_start > ?2 - 86400 AND o.scheduled_start < ?3 AND o.scheduled_end > ?2
       AND o.id <> ?1 AND o.status IN ('scheduled', 'in_progress')
"""

CLASHING_PEOPLE: Final = f"""
SELECT person.value AS user_id
  FROM sessions me CROSS JOIN json_each(json_array(me.student_id, me.teacher_id)) AS person
 WHERE me.id = ?1
   AND person.value IN (SELECT student_id FROM ({_CLASHES})
                        UNION ALL SELECT teacher_id FROM ({_CLASHES}))
"""  # noqa: S608

# ?5 is the sequence that the answer is based on, ?6 the request, ?7 rules.JOIN_WINDOW_S: the call
# goes on if its room stays open.
MOVE: Final = f"""
UPDATE sessions AS me
   SET scheduled_start = ?2, scheduled_end = ?3, sequence = sequence + 1, timed_at = ?4,
       updated_at = ?4, status = 'scheduled', no_show = NULL, ended_at = NULL,
       provider_room_over = CASE WHEN provider_room_id IS NOT NULL
                                  AND (ended_at IS NOT NULL OR ?4 < ?2 - ?7)
                                 THEN 1 ELSE provider_room_over END
 WHERE me.id = ?1 AND me.sequence = ?5 AND me.status IN ('scheduled', 'no_show')
   AND EXISTS (SELECT 1 FROM reschedules r
                WHERE r.id = ?6 AND r.state = 'open' AND r.scheduled_start = me.scheduled_start
                  AND r.asked_by IN (me.student_id, me.teacher_id))
   AND NOT EXISTS ({_CLASHES})
RETURNING id
"""  # noqa: S608

# Runs after MOVE, and has an effect only if MOVE had one.
ACCEPT: Final = """
UPDATE reschedules SET state = 'accepted', chosen_start = ?2, note = ?3, answered_at = ?4
 WHERE id = ?1 AND state = 'open'
   AND EXISTS (SELECT 1 FROM sessions s
                WHERE s.id = reschedules.session_id AND s.sequence = ?5 AND s.scheduled_start = ?2)
RETURNING id
"""

MAIL_ASKED: Final = """
INSERT INTO mails (id, kind, session_id, user_id, scheduled_start, reschedule_id, due_at,
                   not_before, created_at)
SELECT lower(hex(randomblob(16))), 'reschedule_asked', s.id,
       CASE r.asked_by WHEN s.student_id THEN s.teacher_id ELSE s.student_id END,
       s.scheduled_start, r.id, ?2, ?2, ?2
  FROM reschedules r JOIN sessions s ON s.id = r.session_id
 WHERE r.id = ?1 AND r.state = 'open'
ON CONFLICT DO NOTHING
"""

MAIL_ACCEPTED: Final = """
INSERT INTO mails (id, kind, session_id, user_id, scheduled_start, reschedule_id, due_at,
                   not_before, created_at)
SELECT lower(hex(randomblob(16))), 'reschedule_accepted', s.id, person.value, s.scheduled_start,
       r.id, ?2, ?2, ?2
  FROM reschedules r JOIN sessions s ON s.id = r.session_id
 CROSS JOIN json_each(json_array(s.student_id, s.teacher_id)) AS person
 WHERE r.id = ?1 AND r.state = 'accepted'
ON CONFLICT DO NOTHING
"""

MAIL_DECLINED: Final = """
INSERT INTO mails (id, kind, session_id, user_id, scheduled_start, reschedule_id, due_at,
                   not_before, created_at)
SELECT lower(hex(randomblob(16))), 'reschedule_declined', s.id, r.asked_by, s.scheduled_start,
       r.id, ?2, ?2, ?2
  FROM reschedules r JOIN sessions s ON s.id = r.session_id
 WHERE r.id = ?1 AND r.state = 'declined'
ON CONFLICT DO NOTHING
"""


async def latest(db: Database, session_id: str) -> Request | None:
    """The newest request about a session, in any state."""
    rows = await db.all(LATEST, session_id)
    return of_row(rows[0]) if rows else None


async def create(
    db: Database,
    *,
    request_id: str,
    session: Session,
    asked_by: str,
    proposed_starts: Sequence[int],
    reason: str | None,
    limit: int,
    within_s: int,
    now: int,
) -> bool:
    """Create a request in place of an open one; False if it is not possible (any more).

    `limit` is how many requests one person may make within `within_s` seconds.
    """
    values = (request_id, session.id, asked_by, session.sequence, json.dumps(proposed_starts))
    results = await db.batch(
        [
            (SUPERSEDE, (session.id, now, asked_by, limit, within_s)),
            (CREATE, (*values, reason, now, limit, within_s)),
            (MAIL_ASKED, (request_id, now)),
        ]
    )
    return bool(results[1])


async def withdraw(db: Database, session_id: str, asked_by: str, *, now: int) -> None:
    await db.all(WITHDRAW, session_id, asked_by, now)


async def decline(
    db: Database, request_id: str, answered_by: str, *, note: str | None, now: int
) -> bool:
    """Decline; False if the request is not open any more."""
    results = await db.batch(
        [
            (DECLINE, (request_id, answered_by, note, now)),
            (MAIL_DECLINED, (request_id, now)),
        ]
    )
    return bool(results[0])


async def clashing_people(db: Database, session_id: str, start: int, end: int) -> set[str]:
    """The ids of those of the two people who have another session then."""
    rows = await db.all(CLASHING_PEOPLE, session_id, start, end)
    return {row["user_id"] for row in rows}


async def accept(
    db: Database, request: Request, session: Session, start: int, *, note: str | None, now: int
) -> bool:
    """Move the session, its attendance and its mails; False if that is not possible any more."""
    end = start + session.scheduled_end - session.scheduled_start
    new_sequence = session.sequence + 1
    statements: list[tuple[str, tuple[Any, ...]]] = [
        (
            MOVE,
            (session.id, start, end, now, session.sequence, request.id, rules.JOIN_WINDOW_S),
        ),
        (ACCEPT, (request.id, start, note, now, new_sequence)),
        *bookings.delete_attendance([(session.id, new_sequence)], now),
        *due_mails.follow_bookings([session.id], now),
        (MAIL_ACCEPTED, (request.id, now)),
    ]
    results = await db.batch(statements)
    return bool(results[0])


def of_row(row: Row) -> Request:
    return Request(
        id=row["id"],
        state=row["state"],
        asked_by=row["asked_by"],
        scheduled_start=row["scheduled_start"],
        proposed_starts=tuple(json.loads(row["proposed_starts"])),
        chosen_start=row["chosen_start"],
        reason=row["reason"],
        note=row["note"],
        reach=_reach(row),
    )


def _reach(row: Row) -> Reach | None:
    if row["mail_state"] is None:
        return None
    return reach_of(State(row["mail_state"]), row["delivery"], refused=bool(row["refused"]))
