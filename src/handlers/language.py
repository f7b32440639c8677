"""The language that a person has chosen on the session's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth.access import admit
from db import preferences
from pages import language_choice
from web.messages import redirect

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def choose(request: Request, ctx: Context, session_id: str) -> Response:
    """Remember it for all pages and mails of this person, and lead back to the page."""
    access = await admit(request, ctx, session_id)
    language = language_choice.chosen(await request.form(), ctx.settings)
    await preferences.set_language(ctx.db, access.viewer.id, language)
    return redirect(f"/session/{session_id}")
