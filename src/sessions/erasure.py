"""A person is deleted: docs/privacy.md says what goes and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import bookings, erasure, mails
from errors import PersonNotFoundError, UpcomingSessionsError
from logs import log
from mail.content import text_of

if TYPE_CHECKING:
    from context import Context


async def erase(ctx: Context, person_id: str, *, cancel: bool) -> list[str]:
    """Erase a person. Returns the ids of the sessions that were cancelled for it.

    Raises: PersonNotFoundError; UpcomingSessionsError if sessions lie ahead and `cancel` is false.
    """
    is_known, upcoming = await erasure.find(ctx.db, person_id)
    if not is_known:
        raise PersonNotFoundError
    if upcoming and not cancel:
        raise UpcomingSessionsError(upcoming)
    if upcoming:
        cancelling = bookings.cancelling(upcoming, ctx.now)
        await ctx.db.batch([*cancelling, erasure.withdrawing_mails(person_id)])
    texts = await _texts_to_others(ctx, person_id)
    await erasure.erase(ctx.db, person_id, mails.freezing(texts), now=ctx.now)
    log("person_erased", cancelled=len(upcoming), texts=len(texts))
    return upcoming


async def _texts_to_others(ctx: Context, person_id: str) -> list[tuple[str, str]]:
    """The texts of mails that are about to be sent: they must still have the person's name."""
    found = []
    for mail in await mails.list_to_others(ctx.db, person_id):
        text = text_of(mail, ctx.settings, ctx.now)
        if text is not None:
            found.append((mail.id, text))
    return found
