"""Times that the form for another time offers, and what they are for the other person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from domain import times
from i18n import N_, _

if TYPE_CHECKING:
    from domain.model import Participant, Session

# Days from today or, where the session lies ahead, from its day.
_DAYS: Final = (1, 2, 7)
_FROM_TODAY: Final = (
    N_("Same time tomorrow"),
    N_("Same time in two days"),
    N_("Same time next week"),
)
# Translators: later than the planned session.
_FROM_THE_SESSION: Final = (N_("A day later"), N_("Two days later"), N_("A week later"))
NIGHT_BEGINS: Final = 22
NIGHT_ENDS: Final = 7
"""Hours of the day. `their_time.js` has the same night."""


class TheirTime(NamedTuple):
    """A time on the other person's clock, in the reader's form."""

    words: str
    """`12:00-13:00`, or `Sunday, 01:00-02:00` on another day, with en dashes; empty if the same."""
    is_night: bool


class Slot(NamedTuple):
    """One offered time: its start in epoch seconds, a label, and how both people read it."""

    start: int
    label: str
    span: times.Span
    theirs: TheirTime


def offered(session: Session, viewer: Participant, other: Participant, now: int) -> list[Slot]:
    """The session's time of day on three later days of the viewer's calendar."""
    zone = times.zone_of(viewer.time_zone)
    length = session.scheduled_end - session.scheduled_start
    planned = datetime.fromtimestamp(session.scheduled_start, zone)
    today = datetime.fromtimestamp(now, zone).date()
    is_ahead = planned.date() > today
    first_day = planned.date() if is_ahead else today
    slots = []
    for days, label in zip(_DAYS, _FROM_THE_SESSION if is_ahead else _FROM_TODAY, strict=True):
        local = datetime.combine(first_day + timedelta(days), planned.time())
        start = int(local.replace(tzinfo=zone).timestamp())
        if datetime.fromtimestamp(start, zone).replace(tzinfo=None) != local:
            continue  # an hour that the clocks skip
        span = times.span(start, start + length, viewer)
        slots.append(Slot(start, _(label), span, their_time(start, start + length, viewer, other)))
    return slots


def their_time(start: int, end: int, viewer: Participant, other: Participant) -> TheirTime:
    """From `start` to `end`, in epoch seconds, on the other person's clock."""
    here = datetime.fromtimestamp(start, times.zone_of(viewer.time_zone))
    zone = times.zone_of(other.time_zone)
    there, last = datetime.fromtimestamp(start, zone), datetime.fromtimestamp(end - 1, zone)
    is_night = _is_night(there) or _is_night(last)
    if there.utcoffset() == here.utcoffset():
        return TheirTime("", is_night)
    span = times.span(start, end, other._replace(locale=viewer.locale))
    words = f"{span.start}\N{EN DASH}{span.end}"
    if there.date() != here.date():
        words = f"{times.weekday(there, viewer.locale)}, {words}"
    return TheirTime(words, is_night)


def _is_night(moment: datetime) -> bool:
    return not NIGHT_ENDS <= moment.hour < NIGHT_BEGINS
