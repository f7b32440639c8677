"""The e-mail to the absent person while the other waits in the room, or in a no-show's lobby."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import due_mails
from domain import rules
from errors import ConflictError
from i18n import N_

if TYPE_CHECKING:
    from auth.access import Access
    from context import Context
    from domain.mail_rules import Reach


async def request_mail(ctx: Context, access: Access) -> Reach:
    """Make the mail, which the next tick sends; a session has one. Returns what became of it.

    Raises: ConflictError if this person does not wait.
    """
    session, role = access.session, access.role
    in_room = rules.waits_in_room(session, role, access.now)
    if in_room or rules.waits_in_lobby(session, role, access.now):
        reach = await due_mails.make_waiting(
            ctx.db,
            session_id=session.id,
            user_id=access.other.id,
            scheduled_start=session.scheduled_start,
            from_lobby=not in_room,
            now=access.now,
        )
        if reach is not None:
            return reach
    raise ConflictError(
        N_("An e-mail can be sent once your session has started and you are waiting.")
    )
