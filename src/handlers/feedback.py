"""Quick feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth.access import admit_and_load
from db import outcomes
from sessions import feedback
from web import validation
from web.messages import json_response, redirect

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def give(request: Request, ctx: Context, session_id: str) -> Response:
    """Store feedback, in place of the person's earlier feedback.

    Scripts send JSON and get the stored feedback; the page's form leads back to the page.
    """
    query = outcomes.of_session(session_id)
    access = await admit_and_load(request, ctx, session_id, query)
    data = (
        feedback.from_form(await request.form_lists()) if request.is_form else await request.json()
    )
    kept = await feedback.give(ctx, access, validation.parse(feedback.Feedback, data))
    if request.is_form:
        return redirect(f"/session/{session_id}?saved=feedback#feedback")
    return json_response(kept._asdict())
