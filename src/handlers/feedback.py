"""Quick feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth import access
from db import outcomes
from sessions import feedback
from web import validation
from web.messages import json_response, redirect

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def give(request: Request, ctx: Context, session_id: str) -> Response:
    """Take feedback, again in place of the earlier one.

    Scripts send JSON and get it back as it was kept; the page's form leads back to the page.
    """
    along = [outcomes.of_session(session_id)]
    visit = await access.admit(request, ctx, session_id, along)
    data = (
        feedback.from_form(await request.form_lists()) if request.is_form else await request.json()
    )
    kept = await feedback.give(ctx, visit, validation.parse(feedback.Feedback, data))
    if request.is_form:
        return redirect(f"/session/{session_id}?saved=feedback#feedback")
    return json_response(kept._asdict())
