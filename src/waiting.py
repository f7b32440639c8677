"""Somebody is alone in the room after the start: the other one can be told by e-mail, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules
from db import reminders
from errors import ConflictError

if TYPE_CHECKING:
    from admission import Visit
    from context import Context
    from mail_rules import Reach


async def tell_the_other(ctx: Context, visit: Visit) -> Reach:
    """Have the other one told within a minute, once; what has become of that mail.

    Raises: ConflictError when this person is not waiting.
    """
    session = visit.session
    if rules.waits_alone(session, visit.role, visit.now):
        reach = await reminders.make_waiting(
            ctx.db,
            session_id=session.id,
            user_id=visit.other.id,
            scheduled_start=session.scheduled_start,
            now=visit.now,
        )
        if reach is not None:
            return reach
    raise ConflictError(
        "An e-mail can be sent once your session has started and you are waiting in the room."
    )
