"""The words of the session page in each state, apart from the markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from domain import rules, times
from domain.model import View

if TYPE_CHECKING:
    from auth.access import Access
    from domain.model import Session

STATUS_LABELS: Final = {
    View.EARLY: "Upcoming",
    View.JOINABLE: "Open now",
    View.WAITING: "Waiting",
    View.IN_PROGRESS: "In progress",
    View.NO_SHOW: "No-show",
    View.ENDED: "Over",
    View.CANCELLED: "Cancelled",
}


class Words(NamedTuple):
    """Heading, one or two sentences under it, and the label of the main button."""

    heading: str
    lead: str
    join: str = "Join session"


def words_for(access: Access, view: View) -> Words:
    """The words of this viewer's page in this view."""
    session, now = access.session, access.now
    other = access.other.called
    starts = times.clock_and_day(session.scheduled_start, now, access.viewer)
    opens = times.clock_and_day(rules.opens_at(session), now, access.viewer)
    match view:
        case View.EARLY:
            return Words(
                f"Your session with {other}",
                f"You can join from {opens}. Check your camera and microphone now if you like.",
            )
        case View.JOINABLE if access.other.present:
            return _is_here(other)
        case View.JOINABLE if now >= session.scheduled_start:
            return Words(
                f"Your session with {other}",
                f"Your start time was {starts}. The room is open, so come in.",
            )
        case View.JOINABLE:
            return Words(
                f"Ready for {other}?",
                f"The room is open. Your session starts at {starts}.",
            )
        case View.WAITING:
            return Words(
                f"Waiting for {other}",
                "You're in the room already, in another window or on another device.",
                "Continue here",
            )
        case View.IN_PROGRESS:
            return Words(
                "Your session is in progress",
                f"{other} is in the room. Rejoin whenever you're ready."
                if access.other.present
                else "The room stays open until the session ends. Rejoin whenever you're ready.",
                "Rejoin session",
            )
        case View.NO_SHOW:
            return _no_show(access, other, starts)
        case View.ENDED:
            return Words("Session ended", _how_it_went(access.session, other))
        case View.CANCELLED:
            return Words("This session was cancelled", _what_was_cancelled(access.session, other))


def _is_here(other: str) -> Words:
    return Words(f"{other} is here", f"{other} is in the room. Come in whenever you're ready.")


def _no_show(access: Access, other: str, starts: str) -> Words:
    viewer_was_absent = rules.absent_role(access.session, access.now) is access.role
    if rules.is_closed(access.session, access.now):
        if viewer_was_absent:
            since = rules.waited_from(access.session, access.other)
            came = times.clock_and_day(since, access.now, access.viewer)
            return Words("You missed this session", f"{other} waited for you from {came}.")
        return Words(f"{other} didn't make it", "We've noted that you were here.")
    if viewer_was_absent:
        return Words(
            f"{other} is waiting for you" if access.other.present else f"{other} waited for you",
            f"Your session started at {starts}. It's not too late: the room is still open.",
        )
    if access.other.present:
        return _is_here(other)
    return Words(
        f"{other} hasn't joined",
        f"Your start time was {starts}. You can keep waiting, or ask for another time.",
        "Keep waiting",
    )


def _what_was_cancelled(session: Session, other: str) -> str:
    if session.started_at is None or session.ended_at is None:
        return f"You and {other} won't meet this time. You don't need to do anything."
    met_for = times.duration(session.ended_at - session.started_at)
    return (
        f"You and {other} had met for {met_for} when it was cancelled. "
        "You don't need to do anything."
    )


def _how_it_went(session: Session, other: str) -> str:
    if session.started_at is None:
        return f"You and {other} didn't meet this time."
    ended = session.ended_at or session.scheduled_end
    met_for = times.duration(ended - session.started_at)
    return f"You and {other} met for {met_for}."
