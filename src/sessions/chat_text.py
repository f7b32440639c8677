"""The chat as text, for the two people who wrote it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain import rules, times
from domain.human_text import isolated, isolated_lines
from domain.model import Role

if TYPE_CHECKING:
    from auth.access import Access
    from context import Context


async def read(ctx: Context, access: Access) -> str:
    """The chat, or a sentence in its place that it has been deleted.

    Raises: ServiceUnavailableError.
    """
    days = ctx.settings.chat_kept_days
    if rules.is_deleted(access.session, days, access.now):
        return f"{_head(access)}The chat has been deleted, {days} days after the session.\n"
    return as_text(access, await ctx.rooms.chat(access.session.id))


def as_text(access: Access, lines: list[dict[str, Any]]) -> str:
    """One line a message: time, name, text. Times are in the viewer's zone, named in the head."""
    written = []
    day = _day(_start_of(access), access)
    for line in lines:
        if (line_day := _day(line["at"], access)) != day:
            day = line_day
            written.append(f"\n{day}")
        author = isolated(access.session.participant(Role(line["role"])).name)
        # Further lines of a message are indented, so that no text can pass for another message.
        content = isolated_lines(line["text"]).replace("\n", "\n    ")
        written.append(f"[{times.clock_time(line['at'], access.viewer)}] {author}: {content}")
    empty = (
        "The chat has been deleted." if access.session.chat_forgotten else "Nobody wrote anything."
    )
    return _head(access) + "\n".join(written or [empty]) + "\n"


def _head(access: Access) -> str:
    session, start = access.session, _start_of(access)
    return (
        f"{isolated(session.course.title)}: "
        f"{isolated(session.student.name)} and {isolated(session.teacher.name)}\n"
        f"{_day(start, access)}, {times.zone_name(_local(start, access))}\n\n"
    )


def _start_of(access: Access) -> int:
    return access.session.started_at or access.session.scheduled_start


def _day(moment: int, access: Access) -> str:
    return times.day(_local(moment, access), access.viewer.locale)


def _local(moment: int, access: Access) -> datetime:
    return datetime.fromtimestamp(moment, times.zone_of(access.viewer.time_zone))
