"""The words of the session page in each state, apart from the markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from domain import rules, times
from domain.model import View
from i18n import N_, _

if TYPE_CHECKING:
    from auth.access import Access
    from domain.model import Session

STATUS_LABELS: Final = {
    View.EARLY: N_("Upcoming"),
    View.JOINABLE: N_("Open now"),
    View.WAITING: N_("Waiting"),
    View.IN_PROGRESS: N_("In progress"),
    View.NO_SHOW: N_("No-show"),
    View.ENDED: N_("Over"),
    View.CANCELLED: N_("Cancelled"),
}


class Words(NamedTuple):
    """Heading, one or two sentences under it, and the label of the main button."""

    heading: str
    lead: str
    join: str


def words_for(access: Access, view: View) -> Words:
    """The words of this viewer's page in this view."""
    session, now = access.session, access.now
    other = access.other.called
    join = _("Join session")
    starts = times.clock_and_day(session.scheduled_start, now, access.viewer)
    opens = times.clock_and_day(rules.opens_at(session), now, access.viewer)
    match view:
        case View.EARLY:
            return Words(
                _("Your session with {name}", name=other),
                # Translators: {time} is such as "18:05", "18:05 on Monday".
                _(
                    "You can join from {time}. Check your camera and microphone now if you like.",
                    time=opens,
                ),
                join,
            )
        case View.JOINABLE if access.other.present:
            return _is_here(other)
        case View.JOINABLE if now >= session.scheduled_start:
            return Words(
                _("Your session with {name}", name=other),
                _("Your start time was {time}. The room is open, so come in.", time=starts),
                join,
            )
        case View.JOINABLE:
            return Words(
                _("Ready for {name}?", name=other),
                _("The room is open. Your session starts at {time}.", time=starts),
                join,
            )
        case View.WAITING:
            return Words(
                _("Waiting for {name}", name=other),
                _("You're in the room already, in another window or on another device."),
                _("Continue here"),
            )
        case View.IN_PROGRESS:
            return Words(
                _("Your session is in progress"),
                _("{name} is in the room. Rejoin whenever you're ready.", name=other)
                if access.other.present
                else _("The room stays open until the session ends. Rejoin whenever you're ready."),
                _("Rejoin session"),
            )
        case View.NO_SHOW:
            return _no_show(access, other, starts)
        case View.ENDED:
            return Words(_("Session ended"), _how_it_went(access.session, other), join)
        case View.CANCELLED:
            what = _what_was_cancelled(access.session, other)
            return Words(_("This session was cancelled"), what, join)


def _is_here(other: str) -> Words:
    return Words(
        _("{name} is here", name=other),
        _("{name} is in the room. Come in whenever you're ready.", name=other),
        _("Join session"),
    )


def _no_show(access: Access, other: str, starts: str) -> Words:
    join = _("Join session")
    viewer_was_absent = rules.absent_role(access.session, access.now) is access.role
    if rules.is_closed(access.session, access.now):
        if viewer_was_absent:
            since = rules.waited_from(access.session, access.other)
            came = times.clock_and_day(since, access.now, access.viewer)
            waited = _("{name} waited for you from {time}.", name=other, time=came)
            return Words(_("You missed this session"), waited, join)
        absent = _("{name} didn't make it", name=other)
        return Words(absent, _("We've noted that you were here."), join)
    if viewer_was_absent:
        return Words(
            _("{name} is waiting for you", name=other)
            if access.other.present
            else _("{name} waited for you", name=other),
            _(
                "Your session started at {time}. It's not too late: the room is still open.",
                time=starts,
            ),
            join,
        )
    if access.other.present:
        return _is_here(other)
    return Words(
        _("{name} hasn't joined", name=other),
        _(
            "Your start time was {time}. You can keep waiting, or ask for another time.",
            time=starts,
        ),
        _("Keep waiting"),
    )


def _what_was_cancelled(session: Session, other: str) -> str:
    if session.started_at is None or session.ended_at is None:
        return _("You and {name} won't meet this time. You don't need to do anything.", name=other)
    return _(
        "You and {name} had met for {duration} when it was cancelled. "
        "You don't need to do anything.",
        name=other,
        duration=times.duration(session.ended_at - session.started_at),
    )


def _how_it_went(session: Session, other: str) -> str:
    if session.started_at is None:
        return _("You and {name} didn't meet this time.", name=other)
    ended = session.ended_at or session.scheduled_end
    return _(
        "You and {name} met for {duration}.",
        name=other,
        duration=times.duration(ended - session.started_at),
    )
