"""The words of mails, and of pages about mails."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from domain import mail_rules, rules, times
from domain.human_text import isolated
from domain.mail_rules import Kind, Reach
from domain.model import Role
from i18n import N_, _

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
    planned: str = ""


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
    def moment(self) -> str:
        """Such as `Monday, 23 November 2026, 18:00` to `19:00, Berlin time (CET)`."""
        return self.span.moment_and_zone

    @property
    def title(self) -> dict[str, str]:
        """The values of `{course} with {name}`."""
        course = isolated(self.mail.session.course.title)
        return {"course": course, "name": isolated(self.other.name)}

    def on_day(self, today: str, tomorrow: str, later: str, **values: str) -> str:
        """The sentence for the day of the session; `later` names its `{weekday}`."""
        zone = times.zone_of(self.reader.time_zone)
        start = datetime.fromtimestamp(self.mail.session.scheduled_start, zone)
        days = (start.date() - datetime.fromtimestamp(self.now, zone).date()).days
        weekday = times.weekday(start, self.reader.locale)
        return _({0: today, 1: tomorrow}.get(days, later), weekday=weekday, **values)

    def time_of(self, start: int) -> str:
        """A proposed time in the reader's zone."""
        session = self.mail.session
        length = session.scheduled_end - session.scheduled_start
        span = times.span(start, start + length, self.reader)
        # The clocks may change between the old time and the new one.
        return span.moment if span.zone == self.span.zone else span.moment_and_zone


def words_for(facts: Facts) -> Words:
    """The mail's words, in the current language."""
    match facts.mail.kind:
        case Kind.DAY_BEFORE:
            return _a_day_before(facts)
        case Kind.HOUR_BEFORE:
            return _an_hour_before(facts)
        case Kind.QUARTER_BEFORE:
            return _room_is_open(facts)
        case Kind.WAITING:
            return _waiting(facts)
        case Kind.CANCELLED:
            return Words(
                # Translators: the subject of a mail.
                _("Cancelled: {course} with {name}", **facts.title),
                _("It was planned for {moment}.", moment=facts.moment),
                _("This session was cancelled"),
                _what_was_cancelled(facts),
                # Translators: a button.
                _("Go to my dashboard"),
            )
        case Kind.RESCHEDULE_ASKED:
            return _asked(facts)
        case Kind.RESCHEDULE_ACCEPTED:
            return _accepted(facts)
        case Kind.RESCHEDULE_DECLINED:
            return _declined(facts)


def _waiting(facts: Facts) -> Words:
    called, start = facts.other.called, facts.span.start
    return Words(
        # Translators: the subject of a mail.
        _("{name} is waiting for you: {course}", **facts.title),
        _("Your session started at {time}. The room is still open.", time=start),
        _("{name} is waiting for you", name=called),
        # Translators: {zone} is such as "Berlin time (CET)".
        _(
            "Your session started at {time} ({zone}) and {name} is waiting. "
            "It's not too late: come in, or let them know that you can't make it.",
            time=start,
            zone=facts.span.zone,
            name=called,
        ),
        # Translators: a button.
        _("Join now"),
    )


def _what_was_cancelled(facts: Facts) -> str:
    session, called = facts.mail.session, facts.other.called
    if session.started_at is not None and session.ended_at is not None:
        return _(
            "You and {name} had met for {duration} when it was cancelled. "
            "You don't need to do anything.",
            name=called,
            duration=times.duration(session.ended_at - session.started_at),
        )
    return _(
        "You and {name} won't meet at the time below. You don't need to do anything, "
        "and we won't send more reminders.",
        name=called,
    )


def _a_day_before(facts: Facts) -> Words:
    subject = _day_subject(facts)
    heading = facts.on_day(
        N_("Your session is today"),
        N_("Your session is tomorrow"),
        N_("Your session is on {weekday}"),
    )
    values = {"name": facts.other.called, "time": facts.span.start}
    if facts.role is Role.STUDENT:
        meeting = facts.on_day(
            N_("You're meeting {name}, your Student-Teacher, today at {time}."),
            N_("You're meeting {name}, your Student-Teacher, tomorrow at {time}."),
            N_("You're meeting {name}, your Student-Teacher, on {weekday} at {time}."),
            **values,
        )
        prepare = _(
            "Have your questions ready, and open the room once to check camera and microphone."
        )
    else:
        meeting = facts.on_day(
            N_("You're meeting {name}, your student, today at {time}."),
            N_("You're meeting {name}, your student, tomorrow at {time}."),
            N_("You're meeting {name}, your student, on {weekday} at {time}."),
            **values,
        )
        # Translators: what a teacher brings to a lesson.
        prepare = _("Have your material ready. You can already put it in the room.")
    return Words(subject, _preview(facts), heading, f"{meeting} {prepare}", _("View session"))


def _an_hour_before(facts: Facts) -> Words:
    start = facts.span.start
    left_s = facts.mail.session.scheduled_start - facts.now
    on_time = left_s > mail_rules.LEAD_S[facts.mail.kind] - STILL_TRUE_S
    values = {"name": facts.other.called, "time": start}
    meeting = (
        _("You're meeting {name}, your Student-Teacher, at {time}.", **values)
        if facts.role is Role.STUDENT
        else _("You're meeting {name}, your student, at {time}.", **values)
    )
    check = _("A minute now for camera and microphone saves you five at the start.")
    return Words(
        # Translators: the subject of a mail.
        _("In an hour, at {time}: {course} with {name}", time=start, **facts.title)
        if on_time
        else _day_subject(facts),
        _preview(facts),
        _("Your session starts in an hour")
        if on_time
        else _("Your session starts at {time}", time=start),
        f"{meeting} {check}",
        # Translators: a button.
        _("Check my devices"),
    )


def _day_subject(facts: Facts) -> str:
    return facts.on_day(
        # Translators: the subject of a mail.
        N_("Today at {time}: {course} with {name}"),
        # Translators: the subject of a mail.
        N_("Tomorrow at {time}: {course} with {name}"),
        # Translators: the subject of a mail.
        N_("On {weekday} at {time}: {course} with {name}"),
        time=facts.span.start,
        **facts.title,
    )


def _room_is_open(facts: Facts) -> Words:
    called = {"name": facts.other.called, "time": facts.span.start}
    return Words(
        # Translators: the subject of a mail.
        _(
            "Your room is open: {course} with {name} at {time}",
            time=facts.span.start,
            **facts.title,
        ),
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


def _accepted(facts: Facts) -> Words:
    when = {"date": facts.span.date, "time": facts.span.start}
    return Words(
        # Translators: the subject of a mail.
        _("New time: {course} with {name}, {date}, {time}", **when, **facts.title),
        _("Now on {moment}.", moment=facts.moment),
        _("Your session has a new time"),
        _(
            "You and {name} agreed on it. Reminders and the calendar entry use the new time, "
            "and links in older mails still work.",
            name=facts.other.called,
        ),
        _("View session"),
    )


def _asked(facts: Facts) -> Words:
    request, called = facts.mail.request, facts.other.called
    starts = request.proposed_starts if request else ()
    if facts.is_missed:
        planned_for = _("It was planned for {moment}.", moment=facts.moment)
        moves = _("It moves once you two agree on a time.")
        preview, lead = f"{planned_for} {moves}", f"{_asked_after(called, len(starts))} {moves}"
    else:
        preview = _(
            "Planned for {moment}. Until you answer, it stays as planned.", moment=facts.moment
        )
        stays = _("Until you answer, the session stays as planned.")
        lead = f"{_asked_before(called, len(starts))} {stays}"
    return Words(
        # Translators: the subject of a mail.
        _("{name} asks for another time: {course}", **facts.title),
        preview,
        _("{name} asks for another time", name=called),
        lead,
        # Translators: a button.
        _("Answer the request"),
        tuple(facts.time_of(start) for start in starts),
        request.reason if request else None,
        # Translators: two labels of a time.
        _("It was planned for") if facts.is_missed else _("Planned so far"),
    )


def _asked_before(called: str, proposed: int) -> str:
    if proposed == 0:
        return _("{name} can't make the time below and asks you for another one.", name=called)
    if proposed == 1:
        return _("{name} can't make the time below and proposes another one.", name=called)
    return _("{name} can't make the time below and proposes others.", name=called)


def _asked_after(called: str, proposed: int) -> str:
    if proposed == 0:
        return _(
            "You and {name} didn't meet at the time below. {name} asks you for another one.",
            name=called,
        )
    if proposed == 1:
        return _(
            "You and {name} didn't meet at the time below. {name} proposes another one.",
            name=called,
        )
    return _("You and {name} didn't meet at the time below. {name} proposes others.", name=called)


def _declined(facts: Facts) -> Words:
    request, called = facts.mail.request, facts.other.called
    note, view = request.note if request else None, _("View session")
    refusal = (
        _("{name} can't make the times you proposed.", name=called)
        if request and request.proposed_starts
        else _("You asked for another time, and {name} declined.", name=called)
    )
    if facts.is_missed:
        planned_for = _("It was planned for {moment}.", moment=facts.moment)
        propose = _("You didn't meet at the time below. Propose other times to meet after all.")
        return Words(
            # Translators: the subject of a mail.
            _("No new time yet: {course} with {name}", **facts.title),
            f"{refusal} {planned_for}",
            _("The session has no new time yet"),
            f"{refusal} {propose}",
            view,
            (),
            note,
        )
    still_on = _("Still on {moment}.", moment=facts.moment)
    stays = _("You still meet at the time below. If you can't make it, propose other times.")
    when = {"date": facts.span.date, "time": facts.span.start}
    return Words(
        # Translators: the subject of a mail.
        _("The time stays: {course} with {name}, {date}, {time}", **when, **facts.title),
        f"{refusal} {still_on}",
        _("The session stays as planned"),
        f"{refusal} {stays}",
        view,
        (),
        note,
    )


def about_mail(reach: Reach | None, name: str) -> str:
    """A sentence on whether the e-mail reaches this person; empty if there is no such mail."""
    match reach:
        case Reach.ON_ITS_WAY:
            return _("We are e-mailing {name}.", name=name)
        case Reach.SENT:
            return _("{name} has an e-mail from us.", name=name)
        case Reach.UNREACHABLE:
            return _("We can't e-mail {name}: please tell {name} another way.", name=name)
        case None:
            return ""
