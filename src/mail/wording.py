"""The words of mails, and of pages about mails."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from domain import mail_rules, rules, times
from domain.human_text import isolated
from domain.mail_rules import Kind, Reach
from domain.model import Role
from i18n import _

if TYPE_CHECKING:
    from domain.mail_rules import DueMail
    from domain.model import Participant

# In a mail that is later than this, "in an hour" is not true any more.
STILL_TRUE_S: Final = 10 * 60


class Words(NamedTuple):
    """One mail's words.

    `times` are the proposed times, `quote` is the other person's own text, `planned` is the label
    of the session's time beside proposed times.
    """

    subject: str
    preview: str
    heading: str
    lead: str
    button: str
    times: tuple[str, ...] = ()
    quote: str | None = None
    planned: str = "Planned so far"


class Facts(NamedTuple):
    """The data that the words depend on."""

    mail: DueMail
    reader: Participant
    other: Participant
    role: Role
    now: int

    @property
    def span(self) -> times.Span:
        session = self.mail.session
        return times.span(session.scheduled_start, session.scheduled_end, self.reader)

    @property
    def is_missed(self) -> bool:
        """True if the planned time has come and the two have not met."""
        return rules.is_missed(self.mail.session, self.now)

    @property
    def partner(self) -> str:
        """`Amara, your Student-Teacher` or `Lena, your student`."""
        role = "your Student-Teacher" if self.role is Role.STUDENT else "your student"
        return f"{self.other.called}, {role}"

    @property
    def day(self) -> str:
        """`today`, `tomorrow` or `on Friday`, in the reader's zone."""
        zone = times.zone_of(self.reader.time_zone)
        start = datetime.fromtimestamp(self.mail.session.scheduled_start, zone)
        days = (start.date() - datetime.fromtimestamp(self.now, zone).date()).days
        return {0: "today", 1: "tomorrow"}.get(
            days, f"on {times.weekday(start, self.reader.locale)}"
        )

    @property
    def moment(self) -> str:
        """Such as `Monday, 23 November 2026, 18:00` to `19:00, Berlin time (CET)`."""
        return f"{self.span.date}, {self.span.start}\N{EN DASH}{self.span.end}, {self.span.zone}"

    def time_of(self, start: int) -> str:
        """A proposed time in the reader's zone."""
        session = self.mail.session
        length = session.scheduled_end - session.scheduled_start
        span = times.span(start, start + length, self.reader)
        # The clocks may change between the old time and the new one.
        zone = "" if span.zone == self.span.zone else f", {span.zone}"
        return f"{span.date}, {span.start}\N{EN DASH}{span.end}{zone}"


def words_for(facts: Facts) -> Words:
    """The mail's words, in English."""
    match facts.mail.kind:
        case Kind.DAY_BEFORE | Kind.HOUR_BEFORE | Kind.QUARTER_BEFORE:
            return _reminder(facts)
        case Kind.WAITING:
            other = facts.other.called
            return Words(
                f"{isolated(facts.other.name)} is waiting for you: {_course(facts)}",
                f"Your session started at {facts.span.start}. The room is still open.",
                f"{other} is waiting for you",
                f"Your session started at {facts.span.start} ({facts.span.zone}) and {other} is "
                "waiting. It's not too late: come in, or let them know that you can't make it.",
                "Join now",
            )
        case Kind.CANCELLED:
            return Words(
                f"Cancelled: {_title(facts)}",
                f"It was planned for {facts.moment}.",
                "This session was cancelled",
                _what_was_cancelled(facts),
                "Go to my dashboard",
            )
    return _reschedule(facts)


def _what_was_cancelled(facts: Facts) -> str:
    session, other = facts.mail.session, facts.other.called
    if session.started_at is not None and session.ended_at is not None:
        met_for = times.duration(session.ended_at - session.started_at)
        return (
            f"You and {other} had met for {met_for} when it was cancelled. "
            "You don't need to do anything."
        )
    return (
        f"You and {other} won't meet at the time below. You don't need to do anything, "
        "and we won't send more reminders."
    )


def _reminder(facts: Facts) -> Words:
    kind, span = facts.mail.kind, facts.span
    left_s = facts.mail.session.scheduled_start - facts.now
    on_time = left_s > mail_rules.LEAD_S[kind] - STILL_TRUE_S
    preview = _preview(facts)
    if kind is Kind.DAY_BEFORE:
        prepare = (
            "Have your questions ready, and open the room once to check camera and microphone."
            if facts.role is Role.STUDENT
            else "Have your material ready. You can already put it in the room."
        )
        return Words(
            f"{_as_first(facts.day)} at {span.start}: {_title(facts)}",
            preview,
            f"Your session is {facts.day}",
            f"You're meeting {facts.partner}, {facts.day} at {span.start}. {prepare}",
            "View session",
        )
    if kind is Kind.HOUR_BEFORE:
        when_it_is = "In an hour" if on_time else _as_first(facts.day)
        return Words(
            f"{when_it_is}, at {span.start}: {_title(facts)}",
            preview,
            "Your session starts in an hour" if on_time else f"Your session starts at {span.start}",
            f"You're meeting {facts.partner}, at {span.start}. A minute now for camera and "
            "microphone saves you five at the start.",
            "Check my devices",
        )
    values = {"course": _course(facts), "name": isolated(facts.other.name), "time": span.start}
    called = {"name": facts.other.called, "time": span.start}
    return Words(
        # Translators: the subject of a mail.
        _("Your room is open: {course} with {name} at {time}", **values),
        _preview(facts),
        _("Your room is open"),
        _(
            "Your session with {name}, your Student-Teacher, starts at {time}. Come in whenever "
            "you're ready: one click, nothing to install.",
            **called,
        )
        if facts.role is Role.STUDENT
        else _(
            "Your session with {name}, your student, starts at {time}. Come in whenever "
            "you're ready: one click, nothing to install.",
            **called,
        ),
        _("Join session"),
    )


def _preview(facts: Facts) -> str:
    """What mail programs show beside the subject."""
    values = {"moment": facts.moment, "name": facts.other.called}
    if facts.role is Role.STUDENT:
        # Translators: {moment} is "Monday, 23 November 2026, 18:00-19:00, Berlin time (CET)".
        return _("{moment}. With {name}, your Student-Teacher.", **values)
    # Translators: {moment} is "Monday, 23 November 2026, 18:00-19:00, Berlin time (CET)".
    return _("{moment}. With {name}, your student.", **values)


def _reschedule(facts: Facts) -> Words:
    other = facts.other.called
    if facts.mail.kind is Kind.RESCHEDULE_ASKED:
        return _asked(facts, other)
    if facts.mail.kind is Kind.RESCHEDULE_ACCEPTED:
        return Words(
            f"New time: {_title(facts)}, {facts.span.date}, {facts.span.start}",
            f"Now on {facts.moment}.",
            "Your session has a new time",
            f"You and {other} agreed on it. Reminders and the calendar entry use the new time, "
            "and links in older mails still work.",
            "View session",
        )
    return _declined(facts, other)


def _asked(facts: Facts, other: str) -> Words:
    request = facts.mail.request
    starts = request.proposed_starts if request else ()
    if starts:
        what = f"proposes {'another one' if len(starts) == 1 else 'others'}"
    else:
        what = "asks you for another one"
    subject = f"{isolated(facts.other.name)} asks for another time: {_course(facts)}"
    heading, button = f"{other} asks for another time", "Answer the request"
    proposed = tuple(facts.time_of(start) for start in starts)
    reason = request.reason if request else None
    if facts.is_missed:
        moves = "It moves once you two agree on a time."
        return Words(
            subject,
            f"It was planned for {facts.moment}. {moves}",
            heading,
            f"You and {other} didn't meet at the time below. {other} {what}. {moves}",
            button,
            proposed,
            reason,
            "It was planned for",
        )
    return Words(
        subject,
        f"Planned for {facts.moment}. Until you answer, it stays as planned.",
        heading,
        f"{other} can't make the time below and {what}. "
        "Until you answer, the session stays as planned.",
        button,
        proposed,
        reason,
    )


def _declined(facts: Facts, other: str) -> Words:
    request = facts.mail.request
    title, note = _title(facts), request.note if request else None
    refusal = (
        f"{other} can't make the times you proposed."
        if request and request.proposed_starts
        else f"You asked for another time, and {other} declined."
    )
    if facts.is_missed:
        return Words(
            f"No new time yet: {title}",
            f"{refusal} It was planned for {facts.moment}.",
            "The session has no new time yet",
            f"{refusal} You didn't meet at the time below. Propose other times to meet after all.",
            "View session",
            (),
            note,
        )
    return Words(
        f"The time stays: {title}, {facts.span.date}, {facts.span.start}",
        f"{refusal} Still on {facts.moment}.",
        "The session stays as planned",
        f"{refusal} You still meet at the time below. If you can't make it, propose other times.",
        "View session",
        (),
        note,
    )


def about_mail(reach: Reach | None, name: str) -> str:
    """A sentence on whether the e-mail reaches this person; empty if there is no such mail."""
    match reach:
        case Reach.ON_ITS_WAY:
            return f"We are e-mailing {name}."
        case Reach.SENT:
            return f"{name} has an e-mail from us."
        case Reach.UNREACHABLE:
            return f"We can't e-mail {name}: please tell {name} another way."
        case None:
            return ""


def _as_first(words: str) -> str:
    """With a capital first letter; `capitalize` would also make `on Monday` into `On monday`."""
    return words[:1].upper() + words[1:]


def _title(facts: Facts) -> str:
    return f"{_course(facts)} with {isolated(facts.other.name)}"


def _course(facts: Facts) -> str:
    return isolated(facts.mail.session.course.title)
