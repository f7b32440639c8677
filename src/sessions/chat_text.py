"""The chat as text, for the two people who wrote it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain import rules, times
from domain.human_text import isolated, isolated_lines
from domain.model import Role
from i18n import _, ngettext

if TYPE_CHECKING:
    from auth.access import Access
    from context import Context


async def read(ctx: Context, access: Access) -> str:
    """The chat, or a sentence in its place that it has been deleted.

    Raises: ServiceUnavailableError.
    """
    days = ctx.settings.chat_kept_days
    if rules.is_deleted(access.session, days, access.now):
        deleted = ngettext(
            "The chat has been deleted, {count} day after the session.",
            "The chat has been deleted, {count} days after the session.",
            days,
        )
        return f"{_head(access)}{deleted}\n"
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
        _("The chat has been deleted.")
        if access.session.chat_forgotten
        else _("Nobody wrote anything.")
    )
    return _head(access) + "\n".join(written or [empty]) + "\n"


def _head(access: Access) -> str:
    session, start = access.session, _start_of(access)
    # Translators: the head of a file with the chat; {student} and {teacher} are names.
    title = _(
        "{course}: {student} and {teacher}",
        course=isolated(session.course.title),
        student=isolated(session.student.name),
        teacher=isolated(session.teacher.name),
    )
    zone = times.zone_name(_local(start, access), access.viewer.locale)
    return f"{title}\n{_day(start, access)}, {zone}\n\n"


def _start_of(access: Access) -> int:
    return access.session.started_at or access.session.scheduled_start


def _day(moment: int, access: Access) -> str:
    return times.day(_local(moment, access), access.viewer.locale)


def _local(moment: int, access: Access) -> datetime:
    return datetime.fromtimestamp(moment, times.zone_of(access.viewer.time_zone))
