"""The ledger of all mail: due rows are claimed, frozen and sent, and their results recorded.

A batch is the rows of one idempotency key. Only the sender with its lease may call the mail
service. Every later write of that call names the end of the lease (`not_before`), so that a sender
that was delayed beyond its lease cannot overwrite the work of another one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from db import sessions
from db.parameters import json_lists
from domain.mail_rules import DueMail, Kind, Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from db.database import Database, Row, Statement
    from domain.mail_rules import FinalState

CLAIM: Final = """
UPDATE mails
   SET state = 'sending', idempotency_key = ?1, not_before = ?3, attempts = attempts + 1
 WHERE id IN (SELECT id FROM mails WHERE state = 'pending' AND not_before <= ?2
               ORDER BY not_before LIMIT ?4)
"""

# A batch whose sender died, or whose call must be repeated.
RECLAIM: Final = """
UPDATE mails SET not_before = ?2, attempts = attempts + 1
 WHERE state = 'sending'
   AND idempotency_key = (SELECT idempotency_key FROM mails
                           WHERE state = 'sending' AND not_before <= ?1
                           ORDER BY not_before LIMIT 1)
RETURNING idempotency_key
"""

_SELECT: Final = f"""
SELECT m.id AS mail_id, m.kind, m.user_id, m.scheduled_start AS made_for, m.created_at, m.attempts,
       m.payload, m.from_lobby, u.email, u.reminders_enabled, x.reason AS suppressed,
       r.id AS request_id, r.state AS request_state, r.asked_by, r.scheduled_start AS request_start,
       r.proposed_starts, r.chosen_start, r.reason, r.note, {sessions.COLUMNS}
  FROM mails m
  JOIN sessions s ON s.id = m.session_id {sessions.JOINS}
  JOIN users u ON u.id = m.user_id
  LEFT JOIN suppressions x ON x.email = lower(u.email)
  LEFT JOIN reschedules r ON r.id = m.reschedule_id
"""  # noqa: S608
LOAD: Final = f"{_SELECT} WHERE m.idempotency_key = ?1 AND m.state = 'sending'"

# Pending mails of person ?1's sessions to the other person.
LOAD_TO_OTHERS: Final = f"""
{_SELECT}
 WHERE m.session_id IN (SELECT id FROM sessions WHERE student_id = ?1
                        UNION SELECT id FROM sessions WHERE teacher_id = ?1)
   AND m.state = 'pending' AND m.payload IS NULL AND m.user_id <> ?1
"""  # noqa: S608

# `+` keeps SQLite from using that column's index: each mail is found by its id.
FREEZE: Final = """
UPDATE mails SET payload = frozen.value ->> 'payload'
  FROM json_each(?1) AS frozen
 WHERE mails.id = frozen.value ->> 'id' AND mails.payload IS NULL
   AND mails.state = 'sending' AND +mails.idempotency_key = ?2 AND +mails.not_before = ?3
RETURNING mails.id
"""

# The text of a mail that is not due to be sent yet. Its sender checks it again, and does not write
# it again.
FREEZE_PENDING: Final = """
UPDATE mails SET payload = frozen.value ->> 'payload'
  FROM json_each(?1) AS frozen
 WHERE mails.id = frozen.value ->> 'id' AND mails.payload IS NULL AND mails.state = 'pending'
"""

# The lobby requested the mail after this sender had loaded it, so the mail must be checked again.
# Runs before DROP, and only if no call was made with this key.
RELEASE_REQUESTED: Final = """
UPDATE mails SET state = 'pending', idempotency_key = NULL, not_before = mails.due_at
  FROM json_each(?1) AS dropped
 WHERE mails.id = dropped.value ->> 'id' AND mails.from_lobby > dropped.value ->> 'from_lobby'
   AND mails.state = 'sending' AND +mails.idempotency_key = ?2 AND +mails.not_before = ?3
"""

# Mails that must not be sent. ?4 is the key with which they may have been sent before, or NULL.
DROP: Final = """
UPDATE mails
   SET state = dropped.value ->> 'state', last_error = dropped.value ->> 'reason', payload = NULL,
       idempotency_key = ?4
  FROM json_each(?1) AS dropped
 WHERE mails.id = dropped.value ->> 'id'
   AND mails.state = 'sending' AND +mails.idempotency_key = ?2 AND +mails.not_before = ?3
"""

# The mail service has accepted these mails, so they are sent, even if the lease has ended.
MARK_SENT: Final = """
UPDATE mails
   SET state = 'sent', sent_at = ?2, message_id = accepted.value ->> 'message_id', payload = NULL,
       last_error = NULL
  FROM json_each(?1) AS accepted
 WHERE mails.id = accepted.value ->> 'id' AND mails.state <> 'sent'
"""

# An earlier call with this key, with more mails, was accepted.
MARK_SENT_BY_EARLIER_CALL: Final = """
UPDATE mails SET state = 'sent', sent_at = ?3, payload = NULL, last_error = NULL
 WHERE idempotency_key = ?1 AND state = 'sending' AND not_before = ?2
RETURNING id
"""

# The result of the call is unknown: repeat the same call later.
RETRY: Final = """
UPDATE mails SET not_before = ?3, last_error = ?4
 WHERE idempotency_key = ?1 AND state = 'sending' AND not_before = ?2
"""

# The mails were surely not accepted: any sender may claim and check them again.
RELEASE: Final = """
UPDATE mails
   SET state = 'pending', idempotency_key = NULL, payload = NULL, not_before = ?3, last_error = ?4
 WHERE idempotency_key = ?1 AND state = 'sending' AND not_before = ?2
"""

# The service rejected the batch as a whole: send each mail alone, to find the faulty one.
SEPARATE: Final = """
UPDATE mails SET idempotency_key = id, not_before = ?3, last_error = ?4
 WHERE idempotency_key = ?1 AND state = 'sending' AND not_before = ?2
"""

COUNT_UNSENT: Final = """
SELECT count(*) AS mails, min(due_at) AS oldest
  FROM (SELECT due_at FROM mails WHERE state = 'pending'
        UNION ALL SELECT due_at FROM mails WHERE state = 'sending')
"""


async def claim(db: Database, *, key: str, now: int, lease_until: int, limit: int) -> list[DueMail]:
    """Make a batch of up to `limit` pending mails, the oldest first. One round trip."""
    results = await db.batch([(CLAIM, (key, now, lease_until, limit)), (LOAD, (key,))])
    return _mails(results[1])


async def reclaim(db: Database, *, now: int, lease_until: int) -> tuple[str, list[DueMail]] | None:
    """Take over the batch whose lease ended first: its key and mails; None if there is none."""
    rows = await db.all(RECLAIM, now, lease_until)
    if not rows:
        return None
    key = rows[0]["idempotency_key"]
    return key, _mails(await db.all(LOAD, key))


async def prepare(
    db: Database,
    *,
    key: str,
    lease_until: int,
    dropped: Sequence[tuple[DueMail, FinalState]],
    payloads: Sequence[tuple[str, str]],
    is_uncalled: bool,
) -> bool:
    """Drop mails and freeze the texts of the others; False if the lease has ended.

    `is_uncalled`: no call was made with this key.
    """
    statements: list[Statement] = [
        (FREEZE, (chunk, key, lease_until)) for chunk in _listed(payloads)
    ]
    if dropped:
        reasons = json.dumps(
            [_reason(mail.id, why) | {"from_lobby": int(mail.from_lobby)} for mail, why in dropped]
        )
        if is_uncalled:
            statements.append((RELEASE_REQUESTED, (reasons, key, lease_until)))
        possibly_sent_with = None if is_uncalled else key
        statements.append((DROP, (reasons, key, lease_until, possibly_sent_with)))
    if not statements:
        return True
    results = await db.batch(statements)
    return sum(map(len, results)) == len(payloads)


async def list_to_others(db: Database, person_id: str) -> list[DueMail]:
    """The pending mails of this person's sessions to the other person."""
    return _mails(await db.all(LOAD_TO_OTHERS, person_id))


def freezing(payloads: Iterable[tuple[str, str]]) -> list[Statement]:
    """The statements that freeze the texts of pending mails, given as (mail id, text)."""
    return [(FREEZE_PENDING, (chunk,)) for chunk in _listed(payloads)]


def _listed(payloads: Iterable[tuple[str, str]]) -> list[str]:
    return json_lists(json.dumps({"id": mail_id, "payload": text}) for mail_id, text in payloads)


async def record_results(
    db: Database,
    *,
    key: str,
    lease_until: int,
    sent: Sequence[tuple[str, str | None]],
    refused: Sequence[tuple[str, FinalState]],
    now: int,
) -> None:
    """Record the mail service's answer for each mail of a batch."""
    accepted = [{"id": mail_id, "message_id": message_id} for mail_id, message_id in sent]
    await db.batch(
        [
            (MARK_SENT, (json.dumps(accepted), now)),
            (DROP, (json.dumps([_reason(*each) for each in refused]), key, lease_until, key)),
        ]
    )


async def mark_sent_by_earlier_call(db: Database, *, key: str, lease_until: int, now: int) -> int:
    """Record that an earlier call with this key was accepted. Returns the number of mails.

    0 if the lease has ended: then the accepted call may be a later one, of another sender, with
    fewer mails, and it proves nothing about the others.
    """
    return len(await db.all(MARK_SENT_BY_EARLIER_CALL, key, lease_until, now))


async def requeue(
    db: Database, statement: str, *, key: str, lease_until: int, not_before: int, error: str
) -> None:
    """Run RETRY, RELEASE or SEPARATE on a batch."""
    await db.all(statement, key, lease_until, not_before, error)


async def count_unsent(db: Database) -> tuple[int, int | None]:
    """How many mails are pending or being sent, and since when the oldest is due."""
    (row,) = await db.all(COUNT_UNSENT)
    return row["mails"], row["oldest"]


def _reason(mail_id: str, why: FinalState) -> dict[str, Any]:
    return {"id": mail_id, "state": why.state, "reason": why.reason}


def _mails(rows: Sequence[Row]) -> list[DueMail]:
    # A repeated call must have the mails in the same order.
    return [_mail(row) for row in sorted(rows, key=lambda row: str(row["mail_id"]))]


def _mail(row: Row) -> DueMail:
    session = sessions.of_row(row)
    return DueMail(
        id=row["mail_id"],
        kind=Kind(row["kind"]),
        user_id=row["user_id"],
        email=row["email"],
        session=session,
        role=session.role_of(row["user_id"]),
        scheduled_start=row["made_for"],
        created_at=row["created_at"],
        attempts=row["attempts"],
        payload=row["payload"],
        wants_reminders=bool(row["reminders_enabled"]),
        suppressed=row["suppressed"],
        request=_request(row) if row["request_id"] else None,
        from_lobby=bool(row["from_lobby"]),
    )


def _request(row: Row) -> Request:
    return Request(
        id=row["request_id"],
        state=row["request_state"],
        asked_by=row["asked_by"],
        scheduled_start=row["request_start"],
        proposed_starts=tuple(json.loads(row["proposed_starts"])),
        chosen_start=row["chosen_start"],
        reason=row["reason"],
        note=row["note"],
    )
