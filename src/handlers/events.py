"""Events that the browser reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import analytics
from auth.access import admit
from db import call_reports
from domain import browser_family
from web import validation
from web.bodies import CallConnected, TechIssue
from web.messages import Response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request


async def record(request: Request, ctx: Context, session_id: str) -> Response:
    """Record a `tech_issue` or a `call_connected`; 204."""
    access = await admit(request, ctx, session_id)
    said = await request.json()
    about: dict[str, Any] = {
        "session_id": access.session.id,
        "role": access.role,
        "browser": browser_family.family(request.headers.get("user-agent", "")),
        "now": ctx.now,
    }
    # Chosen here, so that the error names the fields of this event alone.
    if isinstance(said, dict) and said.get("event") == "call_connected":
        call = validation.parse(CallConnected, said)
        analytics.call_connected(
            ctx,
            access.session.id,
            user_role=access.role,
            way=call.way,
            milliseconds=call.milliseconds,
            again=call.again,
        )
        report = call_reports.add(
            ctx.db,
            what="call_connected",
            way=call.way,
            milliseconds=call.milliseconds,
            again=call.again,
            **about,
        )
    else:
        issue = validation.parse(TechIssue, said)
        analytics.tech_issue(ctx, access.session.id, issue.error_type)
        report = call_reports.add(ctx.db, what=issue.error_type, **about)
    ctx.defer(report)
    return Response(None, 204)
