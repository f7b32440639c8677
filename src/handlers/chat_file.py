"""The chat as a text file, for the two who wrote it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from auth import access
from domain import rules, times
from domain.human_text import isolated, isolated_lines
from domain.model import Role
from files import file_names
from web.messages import Response

if TYPE_CHECKING:
    from auth.access import Visit
    from context import Context
    from web.messages import Request


async def download(request: Request, ctx: Context, session_id: str) -> Response:
    """One line a message: time, name, text."""
    visit = await access.admit(request, ctx, session_id)
    days = ctx.settings.chat_kept_days
    if rules.is_deleted(visit.session, days, visit.now):
        text = f"{_head(visit)}The chat has been deleted, {days} days after the session.\n"
    else:
        text = as_text(visit, await ctx.rooms.chat(session_id))
    name = f"Chat, {visit.session.course.title}.txt"
    return Response(
        text,
        headers=[
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Disposition", file_names.content_disposition(file_names.tidy(name))),
        ],
    )


def as_text(visit: Visit, lines: list[dict[str, Any]]) -> str:
    """In the viewer's time zone, which the head names."""
    written = []
    day = _day(_began(visit), visit)
    for line in lines:
        if (its_day := _day(line["at"], visit)) != day:
            day = its_day
            written.append(f"\n{day}")
        author = isolated(visit.session.participant(Role(line["role"])).name)
        # Further lines of a message are set in, so that nobody's text looks like another's.
        content = isolated_lines(line["text"]).replace("\n", "\n    ")
        written.append(f"[{times.clock_time(line['at'], visit.viewer)}] {author}: {content}")
    empty = (
        "The chat has been deleted." if visit.session.chat_forgotten else "Nobody wrote anything."
    )
    return _head(visit) + "\n".join(written or [empty]) + "\n"


def _head(visit: Visit) -> str:
    session, began = visit.session, _began(visit)
    return (
        f"{isolated(session.course.title)}: "
        f"{isolated(session.student.name)} and {isolated(session.teacher.name)}\n"
        f"{_day(began, visit)}, {times.zone_name(_local(began, visit))}\n\n"
    )


def _began(visit: Visit) -> int:
    return visit.session.started_at or visit.session.scheduled_start


def _day(moment: int, visit: Visit) -> str:
    return times.day(_local(moment, visit), visit.viewer.locale)


def _local(moment: int, visit: Visit) -> datetime:
    return datetime.fromtimestamp(moment, times.zone_of(visit.viewer.time_zone))
