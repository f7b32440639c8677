"""Makes the rows of due mails: reminders by time, and mails that follow from a booking."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from domain import mail_rules, rules
from domain.mail_rules import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Row, Statement
    from domain.mail_rules import Reach

# Reads only sessions whose reminder became due since the last run, not all future ones. ?1 is now,
# ?2 the kinds, ?3 the overlap with the last run, ?4 the age of the last run if there was none, ?5
# the grace for late bookings. min() closes the gap that a clock running ahead would leave.
# A session that was moved away and back gets the reminder that was withdrawn without being sent.
MAKE_DUE: Final = """
WITH
clock AS (
  SELECT min(coalesce((SELECT done_until FROM progress WHERE job = 'reminders'), ?1 - ?4), ?1) - ?3
         AS since),
kinds AS (
  SELECT value ->> 'kind' AS kind, value ->> 'lead_s' AS lead_s, value ->> 'next_s' AS next_s
    FROM json_each(?2))
INSERT INTO mails (id, kind, session_id, user_id, scheduled_start, due_at, not_before, state,
                   last_error, created_at)
SELECT lower(hex(randomblob(16))), kinds.kind, s.id, person.value, s.scheduled_start,
       s.scheduled_start - kinds.lead_s, s.scheduled_start - kinds.lead_s,
       CASE WHEN s.scheduled_start - kinds.lead_s < coalesce(s.timed_at, s.created_at) - ?5
              OR s.scheduled_start - kinds.next_s <= ?1 THEN 'skipped' ELSE 'pending' END,
       CASE WHEN s.scheduled_start - kinds.lead_s < coalesce(s.timed_at, s.created_at) - ?5
              THEN 'booked_late'
            WHEN s.scheduled_start - kinds.next_s <= ?1 THEN 'overtaken' END,
       ?1
  FROM clock CROSS JOIN kinds
 CROSS JOIN sessions s INDEXED BY sessions_by_start
         ON s.scheduled_start > clock.since + kinds.lead_s
                      AND s.scheduled_start <= ?1 + kinds.lead_s
 CROSS JOIN json_each(json_array(s.student_id, s.teacher_id)) AS person
 WHERE s.status = 'scheduled'
ON CONFLICT DO UPDATE
   SET state = 'pending', not_before = excluded.not_before, created_at = excluded.created_at,
       last_error = NULL
 WHERE mails.state = 'withdrawn' AND mails.idempotency_key IS NULL AND excluded.state = 'pending'
RETURNING state
"""

NOTE_PROGRESS: Final = """
INSERT INTO progress (job, done_until) VALUES ('reminders', ?1)
ON CONFLICT (job) DO UPDATE SET done_until = excluded.done_until
"""

# A mail to person `u` about session `s`, made at ?1, or skipped if the person gets none. A
# withdrawn or skipped mail is sent now. With a key it may have been sent, so it stays.
_WAITING_MAIL: Final = """
INSERT INTO mails (id, kind, session_id, user_id, scheduled_start, due_at, not_before, state,
                   last_error, created_at)
SELECT lower(hex(randomblob(16))), 'waiting', s.id, u.id, s.scheduled_start, ?1, ?1,
       CASE WHEN x.email IS NULL AND u.reminders_enabled THEN 'pending' ELSE 'skipped' END,
       CASE WHEN x.email IS NOT NULL THEN 'suppressed: ' || x.reason
            WHEN NOT u.reminders_enabled THEN 'opted_out' END,
       ?1
"""
_IF_NOT_SENT: Final = """
ON CONFLICT DO UPDATE
   SET state = 'pending', due_at = excluded.due_at, not_before = excluded.not_before,
       created_at = excluded.created_at, last_error = NULL, from_lobby = 0
 WHERE mails.state IN ('withdrawn', 'skipped') AND mails.idempotency_key IS NULL
   AND excluded.state = 'pending'
RETURNING state
"""

# A person waits alone in a room that is still open: one mail to the absent person.
MAKE_WAITING: Final = f"""
{_WAITING_MAIL}
  FROM sessions s
  JOIN attendance a ON a.session_id = s.id AND a.left_at IS NULL
                   AND a.user_id = CASE s.no_show WHEN 'student' THEN s.teacher_id
                                                  ELSE s.student_id END
  JOIN users u ON u.id = CASE s.no_show WHEN 'student' THEN s.student_id ELSE s.teacher_id END
  LEFT JOIN suppressions x ON x.email = lower(u.email)
 WHERE s.status = 'no_show' AND s.scheduled_end > ?1 - ?2 AND s.ended_at IS NULL
{_IF_NOT_SENT}
"""

# The same mail, to person ?3, at the request of the person who waits.
MAKE_WAITING_NOW: Final = f"""
{_WAITING_MAIL}
  FROM sessions s
  JOIN users u ON u.id = ?3
  LEFT JOIN suppressions x ON x.email = lower(u.email)
 WHERE s.id = ?2 AND s.scheduled_start = ?4
{_IF_NOT_SENT}
"""

# The person who requested the mail waits in the lobby. The mail may already be being sent.
NOTE_FROM_LOBBY: Final = """
UPDATE mails SET from_lobby = 1
 WHERE session_id = ?1 AND user_id = ?2 AND kind = 'waiting' AND scheduled_start = ?3
   AND state IN ('pending', 'sending')
"""

FIND_WAITING: Final = """
SELECT m.state, m.delivery, x.email IS NOT NULL OR NOT u.reminders_enabled AS refused
  FROM mails m
  JOIN users u ON u.id = m.user_id
  LEFT JOIN suppressions x ON x.email = lower(u.email)
 WHERE m.session_id = ?1 AND m.user_id = ?2 AND m.kind = 'waiting' AND m.scheduled_start = ?3
"""

# Records reminders that were already past when the session's times were set.
NOTE_BOOKED_LATE: Final = """
WITH kinds AS (
  SELECT value ->> 'kind' AS kind, value ->> 'lead_s' AS lead_s FROM json_each(?2))
INSERT INTO mails (id, kind, session_id, user_id, scheduled_start, due_at, state, last_error,
                   created_at)
SELECT lower(hex(randomblob(16))), kinds.kind, s.id, person.value, s.scheduled_start,
       s.scheduled_start - kinds.lead_s, 'skipped', 'booked_late', ?3
  FROM json_each(?1) AS booked
 CROSS JOIN sessions s ON s.id = booked.value
 CROSS JOIN kinds
 CROSS JOIN json_each(json_array(s.student_id, s.teacher_id)) AS person
 WHERE s.status = 'scheduled'
   AND s.scheduled_start - kinds.lead_s < coalesce(s.timed_at, s.created_at) - ?4
ON CONFLICT DO NOTHING
"""

# Pending mail about a time that the session no longer has. Mail that is being sent is checked again
# by its sender.
WITHDRAW: Final = """
UPDATE mails SET state = 'withdrawn', last_error = 'moved_or_cancelled', payload = NULL
 WHERE session_id IN (SELECT value FROM json_each(?1)) AND state = 'pending'
   AND kind IN ('24h', '1h', '15min', 'waiting')
   AND EXISTS (SELECT 1 FROM sessions s
                WHERE s.id = mails.session_id
                  AND (s.status = 'cancelled' OR s.scheduled_start <> mails.scheduled_start))
"""

# Withdrawn mail about a request that is current again, because the session is back at its time.
REVIVE: Final = """
UPDATE mails SET state = 'pending', due_at = ?2, not_before = ?2, created_at = ?2, last_error = NULL
 WHERE session_id IN (SELECT value FROM json_each(?1)) AND state = 'withdrawn'
   AND idempotency_key IS NULL
   AND EXISTS (SELECT 1 FROM sessions s JOIN reschedules r ON r.session_id = s.id
                WHERE s.id = mails.session_id AND s.status IN ('scheduled', 'no_show')
                  AND r.id = (SELECT id FROM reschedules WHERE session_id = mails.session_id
                               ORDER BY created_at DESC, state = 'open' DESC LIMIT 1)
                  AND r.id = mails.reschedule_id
                  AND mails.kind = 'reschedule_' || CASE r.state WHEN 'open' THEN 'asked'
                                                                 ELSE r.state END
                  AND mails.user_id IN (s.student_id, s.teacher_id)
                  AND s.scheduled_start = coalesce(r.chosen_start, r.scheduled_start))
"""

# `ended_at` is ?2 only if this very call has cancelled the session.
MAKE_CANCELLED: Final = """
INSERT INTO mails (id, kind, session_id, user_id, scheduled_start, due_at, not_before, created_at)
SELECT lower(hex(randomblob(16))), 'cancelled', s.id, person.value, s.scheduled_start, ?2, ?2, ?2
  FROM json_each(?1) AS over
 CROSS JOIN sessions s ON s.id = over.value
 CROSS JOIN json_each(json_array(s.student_id, s.teacher_id)) AS person
 WHERE s.status = 'cancelled' AND s.ended_at = ?2 AND s.scheduled_end > ?2
ON CONFLICT DO NOTHING
"""

_KINDS: Final = json.dumps(
    [
        {"kind": kind, "lead_s": lead_s, "next_s": mail_rules.NEXT_LEAD_S[kind]}
        for kind, lead_s in mail_rules.LEAD_S.items()
    ]
)


async def make_due(db: Database, *, now: int) -> list[Row]:
    """Make each due mail once, in one round trip. Returns the states of the new rows."""
    results = await db.batch(
        [
            (
                MAKE_DUE,
                (
                    now,
                    _KINDS,
                    mail_rules.LOOK_BACK_S,
                    mail_rules.FIRST_LOOK_BACK_S,
                    mail_rules.LATE_GRACE_S,
                ),
            ),
            (MAKE_WAITING, (now, rules.OVERTIME_S)),
            (NOTE_PROGRESS, (now,)),
        ]
    )
    return [*results[0], *results[1]]


async def make_waiting(
    db: Database,
    *,
    session_id: str,
    user_id: str,
    scheduled_start: int,
    from_lobby: bool,
    now: int,
) -> Reach | None:
    """Make the one mail that tells this person that the other one waits. Returns its state.

    None if the session was moved in the meantime.
    """
    which = (session_id, user_id, scheduled_start)
    *_, rows = await db.batch(
        [
            (MAKE_WAITING_NOW, (now, *which)),
            *([(NOTE_FROM_LOBBY, which)] if from_lobby else []),
            (FIND_WAITING, which),
        ]
    )
    if not rows:
        return None
    row = rows[0]
    return mail_rules.reach_of(State(row["state"]), row["delivery"], refused=bool(row["refused"]))


def follow_bookings(session_ids: Sequence[str], now: int) -> list[Statement]:
    """The statements that adapt the mails to new or changed bookings; to run after them."""
    listed = json.dumps(list(session_ids))
    return [
        (WITHDRAW, (listed,)),
        (REVIVE, (listed, now)),
        (NOTE_BOOKED_LATE, (listed, _KINDS, now, mail_rules.LATE_GRACE_S)),
    ]


def follow_cancelling(session_ids: Sequence[str], now: int) -> list[Statement]:
    """The statements that withdraw reminders and tell both people; to run after cancellations."""
    listed = json.dumps(list(session_ids))
    return [(WITHDRAW, (listed,)), (MAKE_CANCELLED, (listed, now))]
