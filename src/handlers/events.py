"""Events that the browser reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import analytics
from auth.access import admit
from web import validation
from web.bodies import TechIssue
from web.messages import Response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request


async def record(request: Request, ctx: Context, session_id: str) -> Response:
    """Record a `tech_issue`; 204."""
    access = await admit(request, ctx, session_id)
    issue = validation.parse(TechIssue, await request.json())
    analytics.tech_issue(ctx, access.session.id, issue.error_type)
    return Response(None, 204)
