"""Changes of a session's status. Each is guarded by the status before it, so it happens once.

A change of one session is also guarded by the `sequence` that the decision is based on: if the
session was moved in the meantime, the write has no effect and the caller decides again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain import rules

if TYPE_CHECKING:
    from db.database import Database, Row
    from domain.model import Session
    from domain.reconcile import Completed, Missed, Started

# Analytics Engine allows 250 data points an event. Two of the three statements cause one point for
# each session, and the minute's mails cause some more.
MAX_CLOSED: Final = 90

START: Final = """
UPDATE sessions
   SET status = 'in_progress', started_at = ?3, no_show = NULL, updated_at = ?3
 WHERE id = ?1 AND sequence = ?2 AND status IN ('scheduled', 'no_show') AND ended_at IS NULL
RETURNING id
"""

MISS: Final = """
UPDATE sessions SET status = 'no_show', no_show = ?3, updated_at = ?4
 WHERE id = ?1 AND sequence = ?2 AND status = 'scheduled'
   AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.session_id = ?1 AND a.user_id = ?5)
RETURNING id
"""

COMPLETE: Final = """
UPDATE sessions SET status = 'completed', ended_at = ?3, updated_at = ?3
 WHERE id = ?1 AND sequence = ?2 AND status = 'in_progress'
RETURNING started_at, ended_at
"""

SET_HAS_CHAT: Final = """
UPDATE sessions SET has_chat = ?2 WHERE id = ?1 AND has_chat IS NOT ?2 RETURNING id
"""

# `chat_forgotten_at` distinguishes a deleted chat from one in which nobody wrote.
FORGET_CHAT: Final = """
UPDATE sessions SET has_chat = 0, chat_forgotten_at = ?2 WHERE id = ?1 RETURNING id
"""

# The teacher may end a session before both were there. A recorded no-show stays one. A session
# that was just moved out of its join window does not change.
END: Final = """
UPDATE sessions
   SET status = CASE status WHEN 'no_show' THEN 'no_show' ELSE 'completed' END,
       ended_at = ?2, updated_at = ?2
 WHERE id = ?1 AND ended_at IS NULL AND status IN ('scheduled', 'in_progress', 'no_show')
   AND scheduled_start <= ?3
RETURNING status, started_at, ended_at
"""

# ?3 is the limit of sessions that one statement closes; the longest overdue are closed first.
COMPLETE_OVERDUE: Final = """
UPDATE sessions SET status = 'completed', ended_at = ?2, updated_at = ?2
 WHERE id IN (SELECT id FROM sessions WHERE status = 'in_progress' AND scheduled_end <= ?1
               ORDER BY scheduled_end LIMIT ?3)
RETURNING id, status, started_at, ended_at
"""

# If one person was there alone and waited in one of their stays, the other one is a no-show. People
# who were replaced do not count. `domain.rules.absent_role` computes the same before this has run.
_WAS_MISSED: Final = f"""
   (SELECT count(*) FROM attendance a
     WHERE a.session_id = sessions.id
       AND a.user_id IN (sessions.student_id, sessions.teacher_id)) = 1
   AND EXISTS (SELECT 1 FROM attendance a
                WHERE a.session_id = sessions.id
                  AND a.user_id IN (sessions.student_id, sessions.teacher_id)
                  AND (a.began_waiting_at IS NOT NULL
                       OR min(coalesce(a.left_at, ?2), sessions.scheduled_end + {rules.OVERTIME_S})
                          - max(a.last_joined_at, sessions.scheduled_start) >= {rules.WAITED_S}))
"""  # noqa: S608

NO_SHOW_OVERDUE: Final = f"""
UPDATE sessions
   SET status = 'no_show', ended_at = ?2, updated_at = ?2,
       no_show = CASE WHEN EXISTS (SELECT 1 FROM attendance a
                                    WHERE a.session_id = sessions.id
                                      AND a.user_id = sessions.student_id)
                      THEN 'teacher' ELSE 'student' END
 WHERE id IN (SELECT id FROM sessions
               WHERE status = 'scheduled' AND scheduled_end <= ?1 AND {_WAS_MISSED}
               ORDER BY scheduled_end LIMIT ?3)
RETURNING id, status, started_at, ended_at
"""  # noqa: S608

# Nobody came or nobody waited: completed without a start. No-shows beyond the limit wait for the
# next minute.
ABANDON_OVERDUE: Final = f"""
UPDATE sessions SET status = 'completed', ended_at = ?2, updated_at = ?2
 WHERE id IN (SELECT id FROM sessions
               WHERE status = 'scheduled' AND scheduled_end <= ?1 AND NOT ({_WAS_MISSED})
               ORDER BY scheduled_end LIMIT ?3)
RETURNING id, status, started_at, ended_at
"""  # noqa: S608

# Ends the stays that no room has ended, also in a no-show, which stays open until its room closes.
# Runs before the sessions are closed. `+` keeps SQLite from reading all sessions that are over.
END_OVERDUE_STAYS: Final = f"""
UPDATE attendance
   SET left_at = max(last_joined_at, coalesce(s.ended_at, s.scheduled_end + {rules.OVERTIME_S}))
  FROM sessions s
 WHERE s.id = attendance.session_id AND attendance.left_at IS NULL AND +s.scheduled_end <= ?1
"""  # noqa: S608


def start(session: Session, change: Started) -> tuple[str, tuple[Any, ...]]:
    return START, (session.id, session.sequence, change.at)


def miss(session: Session, change: Missed, now: int) -> tuple[str, tuple[Any, ...]]:
    absent = session.participant(change.absent).id
    return MISS, (session.id, session.sequence, change.absent.value, now, absent)


def complete(session: Session, change: Completed) -> tuple[str, tuple[Any, ...]]:
    return COMPLETE, (session.id, session.sequence, change.at)


def set_has_chat(session_id: str, *, has_chat: bool) -> tuple[str, tuple[Any, ...]]:
    return SET_HAS_CHAT, (session_id, int(has_chat))


def forget_chat(session_id: str, now: int) -> tuple[str, tuple[Any, ...]]:
    return FORGET_CHAT, (session_id, now)


async def end(db: Database, session_id: str, *, now: int) -> Row | None:
    """End a session for both; None if it has already ended or is not open yet."""
    rows = await db.all(END, session_id, now, now + rules.JOIN_WINDOW_S)
    return rows[0] if rows else None


async def close_overdue(db: Database, *, ended_before: int, now: int) -> list[Row]:
    """Close sessions whose scheduled end is not after `ended_before`, in one transaction.

    Returns the closed sessions: at most MAX_CLOSED of each kind; the next minute closes the rest.
    """
    in_order = (COMPLETE_OVERDUE, NO_SHOW_OVERDUE, ABANDON_OVERDUE)
    values = (ended_before, now, MAX_CLOSED)
    results = await db.batch(
        [(END_OVERDUE_STAYS, values[:1]), *((statement, values) for statement in in_order)]
    )
    return [row for rows in results for row in rows]
