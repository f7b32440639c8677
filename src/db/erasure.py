"""Overwrites and deletes the data of a person who is deleted: docs/privacy.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.database import Database, Statement

# No mail can reach it (RFC 2606), and no booking can have it. It is suppressed, so nothing is sent.
ERASED_EMAIL: Final = "deleted@person.invalid"
ERASED_NAME: Final = "Deleted person"

_SESSIONS: Final = """(SELECT id FROM sessions WHERE student_id = ?1
                        UNION SELECT id FROM sessions WHERE teacher_id = ?1)"""

FIND: Final = "SELECT id FROM users WHERE id = ?1"

LIST_UPCOMING: Final = """
SELECT id FROM (SELECT id, scheduled_start FROM sessions
                 WHERE student_id = ?1 AND status IN ('scheduled', 'in_progress')
                UNION ALL
                SELECT id, scheduled_start FROM sessions
                 WHERE teacher_id = ?1 AND status IN ('scheduled', 'in_progress'))
 ORDER BY scheduled_start, id
"""

WITHDRAW_MAILS: Final = f"""
UPDATE mails SET state = 'withdrawn', last_error = 'person_deleted', payload = NULL
 WHERE session_id IN {_SESSIONS} AND user_id = ?1 AND state IN ('pending', 'sending')
"""  # noqa: S608

CLOSE_REQUESTS: Final = f"""
UPDATE reschedules SET state = 'withdrawn', answered_at = ?2
 WHERE session_id IN {_SESSIONS} AND state = 'open'
"""  # noqa: S608

CLEAR_REASONS: Final = "UPDATE reschedules SET reason = NULL WHERE asked_by = ?1 AND reason NOTNULL"

# The note to a request is the other person's.
CLEAR_NOTES: Final = f"""
UPDATE reschedules SET note = NULL
 WHERE session_id IN {_SESSIONS} AND asked_by <> ?1 AND note NOTNULL
"""  # noqa: S608

CLEAR_COMMENTS: Final = f"""
UPDATE feedback SET comment = NULL, updated_at = ?2
 WHERE session_id IN {_SESSIONS} AND user_id = ?1 AND comment NOTNULL
"""  # noqa: S608

DROP_SUPPRESSION: Final = """
DELETE FROM suppressions
 WHERE email = (SELECT lower(email) FROM users WHERE id = ?1 AND email <> ?2)
"""

# An earlier address of the person is found by the mail's id, which the outbox has too.
DROP_OUTBOX: Final = f"""
DELETE FROM outbox
 WHERE lower(to_email) = (SELECT lower(email) FROM users WHERE id = ?1)
    OR id IN (SELECT id FROM mails WHERE session_id IN {_SESSIONS} AND user_id = ?1)
"""  # noqa: S608

SUPPRESS: Final = """
INSERT INTO suppressions (email, reason, since) VALUES (?1, 'suppressed', ?2)
ON CONFLICT DO NOTHING
"""

OVERWRITE: Final = """
UPDATE users
   SET name = ?2, given_name = NULL, email = ?3, avatar = NULL, time_zone = 'UTC', locale = '',
       language = NULL, reminders_enabled = 0, updated_at = ?4
 WHERE id = ?1 AND email <> ?3
"""


async def find(db: Database, person_id: str) -> tuple[bool, list[str]]:
    """Whether the person is known, and the ids of their sessions that are not over."""
    person, upcoming = await db.batch([(FIND, (person_id,)), (LIST_UPCOMING, (person_id,))])
    return bool(person), [row["id"] for row in upcoming]


def withdrawing_mails(person_id: str) -> Statement:
    """The statement that withdraws all mails to this person."""
    return WITHDRAW_MAILS, (person_id,)


async def erase(
    db: Database, person_id: str, before: Sequence[Statement] = (), *, now: int
) -> None:
    """Erase the person, in one transaction that begins with `before`."""
    who, at = (person_id,), (person_id, now)
    await db.batch(
        [
            *before,
            withdrawing_mails(person_id),
            (CLOSE_REQUESTS, at),
            (CLEAR_REASONS, who),
            (CLEAR_NOTES, who),
            (CLEAR_COMMENTS, at),
            # These two need the address, which the last statement overwrites.
            (DROP_SUPPRESSION, (person_id, ERASED_EMAIL)),
            (DROP_OUTBOX, who),
            (SUPPRESS, (ERASED_EMAIL, now)),
            (OVERWRITE, (person_id, ERASED_NAME, ERASED_EMAIL, now)),
        ]
    )
