"""Each page and mail, from its template: one function a page (see also `reschedule_page.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auth import links
from domain import call_location, consent, mail_rules, rules, times
from domain.human_text import isolated
from domain.mail_rules import Kind
from domain.model import Role, View
from i18n import _
from pages import ended_page, language_choice, platform_urls
from pages.environment import fill
from pages.wording import STATUS_LABELS, words_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auth.access import Access, LoadedAccess
    from db.database import Row
    from db.demo import DemoPerson
    from db.outcomes import SessionRows
    from domain.model import Session
    from errors import AppError
    from settings import Settings
    from web.kept_form import KeptForm


def session_page(
    access: LoadedAccess[SessionRows], settings: Settings, *, saved: str = "", framed: bool = False
) -> str:
    """The session page in this viewer's state; `saved` names the form that was just saved.

    `framed` when another site's page shows it in a frame.
    """
    session, view = access.session, access.view
    framed = framed and bool(settings.embed_origins)
    data = _script_data(access, view, settings)
    if framed:
        data |= {"parentOrigins": settings.embed_origins, "byLink": access.by_link}
    over = view in (View.ENDED, View.CANCELLED) or rules.is_closed(session, access.now)
    words = words_for(access, view)
    return fill(
        "session/over.html" if over else "session/lobby.html",
        settings,
        title=f"{words.heading} · {isolated(session.course.title)}",
        words=words,
        view=view,
        status_label=_(STATUS_LABELS[view]),
        session=session,
        viewer=access.viewer,
        by_link=access.by_link,
        other=access.other,
        role=access.role,
        other_role=_("Student-Teacher") if access.role is Role.STUDENT else _("Student"),
        span=times.span(session.scheduled_start, session.scheduled_end, access.viewer),
        opens_at_text=times.clock_and_day(rules.opens_at(session), access.now, access.viewer),
        countdown=times.distance(session.scheduled_start - access.now),
        can_join=data["canJoin"],
        dashboard_url=platform_urls.dashboard_url(settings, access.role),
        course_url=platform_urls.course_url(settings, session.course.id),
        reschedule_url=platform_urls.reschedule_url(settings, session.id),
        all_sessions_url=_all_sessions_url(access, settings),
        # Our own page stays in the frame.
        reschedule_target="_top" if settings.reschedule_url else "_self",
        framed=framed,
        can_reschedule=rules.can_ask_to_reschedule(session, access.now),
        reschedule_requester=rules.reschedule_requester(session, access.now),
        clock=data["clock"],
        languages=language_choice.options(settings),
        recorded=data["recorded"],
        recorded_in_browser=data["recordedInBrowser"],
        recording_words=consent.shown(),
        has_provider=call_location.has_provider(session, settings),
        stun=" ".join(_stun_to_check(session, settings)),
        data=data,
        **(
            ended_page.values(access, settings, saved)
            if over
            else ended_page.of_lobby(access, settings)
        ),
    )


def _all_sessions_url(access: Access, settings: Settings) -> str:
    """For a calendar program. A mail's link opens one session alone, so its holder gets none."""
    if access.by_link:
        return ""
    return f"webcal:{links.calendar_address(access.viewer.id, settings).partition(':')[2]}"


def left_page(session_id: str, settings: Settings) -> str:
    """The page in the frame of a call that has ended."""
    return fill("session/left.html", settings, session_id=session_id)


def reminders_page(name: str, settings: Settings, *, enabled: bool, changed: bool) -> str:
    """Whether this person gets reminders; `changed` when they have just switched them."""
    return fill(
        "email/preferences.html",
        settings,
        title=_("Reminders"),
        name=name,
        enabled=enabled,
        changed=changed,
        languages=language_choice.options(settings),
        last_reminder=times.duration(mail_rules.LEAD_S[Kind.QUARTER_BEFORE]),
        dashboards=platform_urls.dashboards(settings),
    )


def error_page(
    failure: AppError,
    settings: Settings | None,
    unexpected_id: str | None,
    kept: KeptForm | None = None,
    sign_in_url: str = "",
) -> str:
    """The page of a failure. It shows `unexpected_id`, with which support finds the log line.

    `kept` is the form whose sending failed. `sign_in_url` is offered where signing in, perhaps with
    another account, may help.
    """
    return fill(
        "error.html",
        settings,
        title=failure.sentence,
        failure=failure,
        unexpected_id=unexpected_id,
        kept=kept,
        sign_in_url=sign_in_url,
        dashboards=platform_urls.dashboards(settings) if settings else [],
    )


def mail(values: dict[str, Any]) -> tuple[str, str]:
    """A mail as html and as text."""
    return fill("email/mail.html", **values), fill("email/mail.txt", **values)


def demo_dashboard(
    people: Sequence[DemoPerson],
    user_id: str | None,
    cards: list[dict[str, Any]],
    settings: Settings,
) -> str:
    return fill(
        "dev/dashboard.html",
        title="Demo dashboard",
        people=people,
        user_id=user_id,
        cards=cards,
        framers=settings.embed_origins,
    )


def demo_sign_in_page(people: Sequence[DemoPerson], target: str) -> str:
    return fill("dev/sign_in.html", title="Sign in", people=people, target=target)


def dev_platform_page(deliveries: list[dict[str, Any]], webhook_url: str) -> str:
    """What the stand-in for the platform has received."""
    return fill(
        "dev/platform.html", title="Platform", deliveries=deliveries, webhook_url=webhook_url
    )


def dev_framed_page(address: str) -> str:
    """A platform's page with a frame at this address."""
    return fill("dev/framed.html", title="A platform's page", address=address)


def outbox_page(mails: list[Row]) -> str:
    return fill("dev/outbox.html", title="Outbox", mails=mails)


def _stun_to_check(session: Session, settings: Settings) -> list[str]:
    """STUN servers with which the lobby checks direct calls, where a call has no other way."""
    if settings.has_relay or call_location.has_provider(session, settings):
        return []
    return settings.stun_urls


def _script_data(access: Access, view: View, settings: Settings) -> dict[str, Any]:
    """The data with which the page's scripts start."""
    session = access.session
    return {
        "id": session.id,
        "view": view,
        "role": access.role,
        "serverTime": access.now,
        "scheduledStart": session.scheduled_start,
        "scheduledEnd": session.scheduled_end,
        "opensAt": rules.opens_at(session),
        "closesAt": rules.closes_at(session),
        "canJoin": rules.can_join(session, access.now),
        "other": {
            "name": access.other.name,
            "called": access.other.called,
            "present": access.other.present,
        },
        "clock": times.script_clock(session.scheduled_start, access.viewer),
        "callsPeer": call_location.calls_peer(session, settings),
        "canMove": call_location.can_move_call(session, settings),
        "frames": call_location.frame_origins(session, settings),
        "recorded": call_location.is_recorded(session, settings),
        "recordedInBrowser": call_location.records_in_browser(session, settings),
    }
