"""/platform: attendance, and the timeline of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from errors import SessionNotFoundError
from handlers.platform import require_platform_token
from sessions import attendance as sessions_attendance
from sessions import timeline as sessions_timeline
from web import validation
from web.messages import Response, json_response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request

MAX_LISTED: Final = 1_000
MAX_PERIOD_S: Final = 400 * 24 * 60 * 60
_Moment = Annotated[int, Field(ge=0, lt=2**40)]


class Period(BaseModel):
    """Sessions that begin from `from` on and before `to`; `after` is `next` of the page before."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: Annotated[_Moment, Field(alias="from")]
    end: Annotated[_Moment, Field(alias="to")]
    after: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}:.{1,64}$")] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LISTED)] = 500

    @model_validator(mode="after")
    def _is_short_enough(self) -> Self:
        if not 0 < self.end - self.start <= MAX_PERIOD_S:
            raise ValueError("`to` must follow `from`, by at most 400 days")
        return self


async def attendance(request: Request, ctx: Context) -> Response:
    """Who was there and for how long: JSON, or CSV for `Accept: text/csv`."""
    require_platform_token(request, ctx)
    asked = validation.parse(Period, request.query)
    at, _, session_id = (asked.after or f"{asked.start - 1}:").partition(":")
    sessions = await sessions_attendance.report(
        ctx.db,
        start=asked.start,
        end=asked.end,
        after=(int(at), session_id),
        limit=asked.limit,
        now=ctx.now,
    )
    following = _next(sessions) if len(sessions) == asked.limit else None
    if "text/csv" in request.headers.get("accept", ""):
        return _csv(sessions_attendance.as_csv(sessions), following)
    return json_response({"sessions": sessions, "next": following})


def _next(sessions: list[dict[str, Any]]) -> str:
    last = sessions[-1]
    return f"{last['scheduled_start']}:{last['session_id']}"


def _csv(body: str, following: str | None) -> Response:
    headers = [
        ("Content-Type", "text/csv; charset=utf-8; header=present"),
        ("Content-Disposition", 'attachment; filename="attendance.csv"'),
    ]
    # The header's name is our own: a CSV has no place for it.
    return Response(body, 200, headers + ([("X-Next", following)] if following else []))


async def timeline(request: Request, ctx: Context, session_id: str) -> Response:
    """All that happened in the session, in order."""
    require_platform_token(request, ctx)
    entries = await sessions_timeline.of_session(ctx.db, session_id)
    if entries is None:
        raise SessionNotFoundError
    return json_response({"session_id": session_id, "entries": entries})
