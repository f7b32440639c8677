"""The page for another time. It imports pydantic, so only its own route imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain import rules, time_slots, times
from domain.human_text import isolated
from i18n import _
from mail.wording import about_mail
from pages import platform_urls
from pages.environment import fill
from sessions import rescheduling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auth.access import Access
    from domain.mail_rules import Request
    from settings import Settings


class Notices(NamedTuple):
    """What the page says of the viewer's last action."""

    form: Mapping[str, str] = {}
    """The fields of a form that was refused."""
    problems: Mapping[str, str] = {}
    """What is wrong with these fields."""
    refusal: str | None = None
    has_accepted: bool = False
    """The viewer has just accepted another time."""
    waits_elsewhere: bool = False
    """The viewer has signed in to send a form that another tab has kept."""


def reschedule_page(
    access: Access, settings: Settings, request: Request | None, notices: Notices
) -> str:
    """`request` is the session's latest request for another time."""
    session, heading = access.session, _("Another time")
    return fill(
        "reschedule/page.html",
        settings,
        title=f"{heading} · {isolated(session.course.title)}",
        session=session,
        viewer=access.viewer,
        other=access.other,
        span=times.span(session.scheduled_start, session.scheduled_end, access.viewer),
        clock=times.script_clock(session.scheduled_start, access.viewer),
        # Choosing one would leave the page, and what is written in its form.
        languages=(),
        request=request,
        is_open=rescheduling.is_current(request, access),
        has_new_time=notices.has_accepted and rescheduling.was_rescheduled(request, session),
        is_mine=request is not None and request.asked_by == access.viewer.id,
        can_reschedule=rules.can_reschedule(session),
        is_missed=rules.is_missed(session, access.now),
        choices=rescheduling.choices(access, request) if request else [],
        slots=time_slots.offered(session, access.viewer, access.other, access.now),
        their_zone=str(times.zone_of(access.other.time_zone)),
        length_s=session.scheduled_end - session.scheduled_start,
        earliest=rescheduling.earliest_input(access),
        about_mail=about_mail(request.reach, access.other.called) if request else "",
        role=access.role,
        dashboard_url=platform_urls.dashboard_url(settings, access.role),
        form=notices.form,
        problems=notices.problems,
        refusal=notices.refusal,
        waits_elsewhere=notices.waits_elsewhere,
    )
