"""What operators look at: sessions now and next, what is stuck, and how calls went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from db.database import Database, Row

# A session lasts a day at most.
LIST_SESSIONS: Final = """
SELECT s.id, s.status, s.scheduled_start, s.scheduled_end, s.started_at, s.provider,
       c.title AS course, st.name AS student, te.name AS teacher,
       EXISTS (SELECT 1 FROM attendance a WHERE a.session_id = s.id AND a.user_id = s.student_id
                  AND a.left_at IS NULL) AS student_here,
       EXISTS (SELECT 1 FROM attendance a WHERE a.session_id = s.id AND a.user_id = s.teacher_id
                  AND a.left_at IS NULL) AS teacher_here
  FROM sessions s
  JOIN courses c ON c.id = s.course_id
  JOIN users st ON st.id = s.student_id
  JOIN users te ON te.id = s.teacher_id
 WHERE s.scheduled_start > ?1 - 90000 AND s.scheduled_start <= ?2
   AND s.scheduled_end > ?1 - 900 AND s.ended_at IS NULL AND s.status <> 'cancelled'
 ORDER BY s.scheduled_start LIMIT ?3
"""

LIST_DEAD_MAILS: Final = """
SELECT m.id, m.session_id, m.kind, m.attempts, m.last_error, m.created_at,
       CASE m.user_id WHEN s.student_id THEN 'student' ELSE 'teacher' END AS role
  FROM mails m JOIN sessions s ON s.id = m.session_id
 WHERE m.state = 'dead' ORDER BY m.created_at DESC LIMIT ?1
"""
COUNT_LATE_MAILS: Final = """
SELECT count(*) AS late FROM mails WHERE state = 'pending' AND not_before <= ?1
"""
REVIVE_MAIL: Final = """
UPDATE mails SET state = 'pending', attempts = 0, idempotency_key = NULL, payload = NULL,
       not_before = ?2, created_at = ?2
 WHERE id = ?1 AND state = 'dead'
RETURNING session_id
"""

LIST_DEAD_EVENTS: Final = """
SELECT id, session_id, type, attempts, last_error, created_at FROM platform_events
 WHERE state = 'dead' ORDER BY number DESC LIMIT ?1
"""
COUNT_WAITING_EVENTS: Final = """
SELECT count(*) AS waiting FROM platform_events WHERE state = 'pending'
"""

LIST_UNREADY_RECORDINGS: Final = """
SELECT record_id, session_id, state, attempts, last_error, created_at FROM recordings
 WHERE state IN ('failed', 'announced', 'copying') AND device IS NOT '' AND updated_at <= ?1
 LIMIT ?2
"""

LIST_REPORTS: Final = """
SELECT session_id, what, way, milliseconds, again FROM call_reports
 WHERE reported_at > ?1 ORDER BY reported_at DESC LIMIT ?2
"""


async def load(
    db: Database, *, now: int, until: int, late_since: int, reports_after: int, limit: int
) -> dict[str, list[Row]]:
    """All rows, in one round trip."""
    queries = {
        "sessions": (LIST_SESSIONS, (now, until, limit)),
        "dead_mails": (LIST_DEAD_MAILS, (limit,)),
        "late_mails": (COUNT_LATE_MAILS, (late_since,)),
        "dead_events": (LIST_DEAD_EVENTS, (limit,)),
        "waiting_events": (COUNT_WAITING_EVENTS, ()),
        "recordings": (LIST_UNREADY_RECORDINGS, (late_since, limit)),
        "reports": (LIST_REPORTS, (reports_after, 50 * limit)),
    }
    results = await db.batch(list(queries.values()))
    return dict(zip(queries, results, strict=True))


async def revive_mail(db: Database, mail_id: str, *, now: int) -> bool:
    """Make a dead mail pending again, as if it was new: a mail of 20 hours is given up.

    Its rules are asked once more before it is sent.
    """
    return bool(await db.all(REVIVE_MAIL, mail_id, now))
