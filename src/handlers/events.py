"""Client-side analytics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

import analytics
from auth import access
from web import validation
from web.messages import Response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request


class TechIssue(BaseModel):
    """What went wrong in the browser: one word, such as an error's name, never a message."""

    model_config = ConfigDict(extra="forbid")

    event: Literal["tech_issue"]
    error_type: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,39}$")]


async def record(request: Request, ctx: Context, session_id: str) -> Response:
    """Note a `tech_issue`; 204."""
    visit = await access.admit(request, ctx, session_id)
    issue = validation.parse(TechIssue, await request.json())
    analytics.tech_issue(ctx, visit.session.id, issue.error_type)
    return Response(None, 204)
