"""HTML from templates."""

from __future__ import annotations

import functools
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup, escape

from domain import call_location, rules, times
from domain.human_text import isolated, isolated_lines
from domain.model import Role, View
from pages import ended_page
from pages.templating import Environment
from pages.wording import STATUS_LABELS, words_for

if TYPE_CHECKING:
    from auth.access import Visit
    from errors import AppError
    from settings import Settings
    from web.kept_form import KeptForm

AVATAR_COLOURS = 6
# Macros that templates use as filters: a call of a filter costs a third of what a macro's does.
# Icons of a literal name are worked out when a template is compiled.
ICONS = {"icon": "partials/icons.html", "room_icon": "partials/room_icons.html"}
ROWS = {"avatar": "partials/person.html", "file_row": "partials/files.html"}


@functools.cache
def templates() -> Environment:
    """All templates, with their filters; made when first asked for."""
    environment = Environment(folded=ICONS.values())
    environment.filters |= {
        "initials": initials,
        "colour": colour,
        "isolated": isolated,
        "isolated_lines": isolated_lines,
        "text": text,
    } | ended_page.FILTERS
    for name, template in ICONS.items():
        module: Any = environment.get_template(template).module
        environment.filters[name] = functools.cache(module.icon)
    for name, template in ROWS.items():
        module = environment.get_template(template).module
        environment.filters[name] = getattr(module, name)
    return environment


def render(template: str, **values: Any) -> str:
    """One template, filled in and escaped."""
    return templates().get_template(template).render(values)


def session_page(visit: Visit, settings: Settings, *, saved: str = "") -> str:
    """The session page in this viewer's state; `saved` is what a form has just saved."""
    session, view = visit.session, visit.view
    data = _script_data(visit, view, settings)
    over = view in (View.ENDED, View.CANCELLED) or rules.is_closed(session, visit.now)
    words = words_for(visit, view)
    return render(
        "session/over.html" if over else "session/lobby.html",
        title=f"{words.heading} · {isolated(session.course.title)}",
        words=words,
        view=view,
        status_label=STATUS_LABELS[view],
        session=session,
        viewer=visit.viewer,
        by_link=visit.by_link,
        other=visit.other,
        role=visit.role,
        other_role="Student-Teacher" if visit.role is Role.STUDENT else "Student",
        span=times.span(session.scheduled_start, session.scheduled_end, visit.viewer),
        opens_at_text=times.clock_and_day(rules.opens_at(session), visit.now, visit.viewer),
        countdown=times.distance(session.scheduled_start - visit.now),
        can_join=data["canJoin"],
        dashboard_url=dashboard_url(settings, visit.role),
        course_url=settings.course_url.replace("{course_id}", quote(session.course.id, safe="")),
        reschedule_url=reschedule_url(settings, session.id),
        can_reschedule=rules.can_ask_to_reschedule(session, visit.now),
        reschedule_requester=rules.reschedule_requester(session, visit.now),
        clock=data["clock"],
        recorded=data["recorded"],
        has_provider=call_location.has_provider(session, settings),
        data=data,
        **(ended_page.values(visit, settings, saved) if over else ended_page.files(settings)),
    )


def reschedule_url(settings: Settings, session_id: str) -> str:
    """Where another time is asked for: the platform's own page, if it has one."""
    if settings.reschedule_url:
        return settings.reschedule_url.replace("{session_id}", quote(session_id, safe=""))
    return f"/session/{session_id}/reschedule"


def dashboard_url(settings: Settings, role: Role) -> str:
    if role is Role.STUDENT:
        return settings.student_dashboard_url
    return settings.teacher_dashboard_url


def error_page(
    failure: AppError,
    settings: Settings | None,
    unexpected_id: str | None,
    kept: KeptForm | None = None,
    sign_in_url: str = "",
) -> str:
    """A page for a failure; `unexpected_id` is shown so that support can find the log line.

    `kept` is the form whose sending failed. `sign_in_url` is offered where an account, or another
    one, may help.
    """
    return render(
        "error.html",
        title=failure.message,
        failure=failure,
        unexpected_id=unexpected_id,
        kept=kept,
        sign_in_url=sign_in_url,
        ways_back=ways_back(settings) if settings else [],
    )


def ways_back(settings: Settings) -> list[tuple[str, str]]:
    """Dashboards for somebody whose role is not known here."""
    student, teacher = settings.student_dashboard_url, settings.teacher_dashboard_url
    if student == teacher:
        return [("Go to your dashboard", student)]
    return [("Student dashboard", student), ("Teacher dashboard", teacher)]


def _script_data(visit: Visit, view: View, settings: Settings) -> dict[str, Any]:
    """What the page's scripts start from."""
    session = visit.session
    return {
        "id": session.id,
        "view": view,
        "role": visit.role,
        "serverTime": visit.now,
        "scheduledStart": session.scheduled_start,
        "scheduledEnd": session.scheduled_end,
        "opensAt": rules.opens_at(session),
        "closesAt": rules.closes_at(session),
        "canJoin": rules.can_join(session, visit.now),
        "other": {
            "name": visit.other.name,
            "called": visit.other.called,
            "present": visit.other.present,
        },
        "clock": times.script_clock(session.scheduled_start, visit.viewer),
        "canMove": call_location.can_move_call(session, settings),
        "frames": call_location.frame_origins(session, settings),
        "recorded": call_location.is_recorded(session, settings),
    }


def text(value: str) -> Markup:
    """Escaped for the text between tags, where an apostrophe may stand as it is."""
    return Markup(str(escape(value)).replace("&#39;", "'").replace("&#34;", '"'))  # noqa: S704


def initials(name: str) -> str:
    """`MO` for Maya Okafor."""
    parts = name.split()
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper() or "?"


def colour(person_id: str) -> int:
    """A number that stays the same for a person, for the colour behind their initials."""
    return zlib.crc32(person_id.encode()) % AVATAR_COLOURS
