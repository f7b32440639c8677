"""Bookings of the host platform: validated data, and the effect of a repeated or changed one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    model_validator,
)

from db import bookings, sessions
from domain import human_text, rules, times
from domain.booked import Account, Booked
from domain.model import Status
from errors import ConflictError, InvalidError, SessionNotFoundError
from web import validation

if TYPE_CHECKING:
    from context import Context
    from domain.booked import Change
    from domain.model import Session

MAX_LENGTH_S: Final = 24 * 60 * 60
EARLIEST: Final = 946_684_800
"""The year 2000: anything smaller is not a time in epoch seconds."""
LATEST: Final = 4_102_444_800
"""The year 2100: anything larger is most likely milliseconds."""
ATTEMPTS: Final = 3

_SESSION_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
# The URL's origin becomes part of a page's CSP, so it must have nothing that ends a directive.
_WEB_ADDRESS: Final = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:[/?#][^\x00-\x20\x7f]*)?\Z"
)
_NOT_ON_A_LINE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LOCALE: Final = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"


def _web_address(value: str) -> str:
    if not _WEB_ADDRESS.match(value):
        raise ValueError("must be an http(s) URL")
    return value


def _visible_line(value: str) -> str:
    """Remove invisible marks, which copied names often have; reject control characters."""
    if _NOT_ON_A_LINE.search(value):
        raise ValueError("must be one line without control characters")
    kept = human_text.without_marks(value).strip()
    if human_text.is_blank(kept):
        raise ValueError("must have something that can be seen")
    return kept


def mail_address(value: str) -> str:
    """An address as the mail service needs it: in ASCII, an international domain in punycode.

    Raises: ValueError, also for letters beyond ASCII before the `@`, to which we cannot send.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        # `test_environment` permits domains below `.test`, for platforms that try things out.
        found = validate_email(
            value,
            allow_smtputf8=False,
            strict=True,
            check_deliverability=False,
            test_environment=True,
        )
    except EmailNotValidError as error:
        raise ValueError(f"must be an e-mail address that can exist: {error}") from error
    return str(found.ascii_email)


def _known_zone(value: str) -> str:
    if not times.is_zone(value):
        raise ValueError("must be an IANA time zone such as Europe/Berlin")
    return value


Id = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_visible_line)
]
WebAddress = Annotated[str, Field(max_length=2048), AfterValidator(_web_address)]
Moment = Annotated[int, Field(ge=EARLIEST, le=LATEST)]


class BookedCourse(validation.Strict):
    id: Id
    title: Annotated[Line, Field(max_length=300)]


class BookedPerson(validation.Strict):
    id: Id
    name: Annotated[Line, Field(max_length=200)]
    given_name: Annotated[Line, Field(max_length=100)] | None = None
    """None: texts use the whole name."""
    email: Annotated[str, Field(max_length=254), AfterValidator(mail_address)]
    avatar: WebAddress | None = None
    time_zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    """None: UTC."""
    locale: Annotated[str, StringConstraints(pattern=_LOCALE)] | None = None
    """None: English."""

    def account(self) -> Account:
        given = (self.id, self.name, self.given_name, self.email, self.avatar)
        return Account(*given, self.time_zone or "UTC", self.locale or "en")


class Booking(validation.Strict):
    """The body of PUT /platform/sessions/{id}. Times are epoch seconds UTC."""

    course: BookedCourse
    student: BookedPerson
    teacher: BookedPerson
    scheduled_start: Moment
    scheduled_end: Moment
    recording_enabled: bool | None = None
    bbb_meeting_url: WebAddress | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Booking:
        if self.scheduled_end <= self.scheduled_start:
            raise ValueError("scheduled_end must be after scheduled_start")
        if self.scheduled_end - self.scheduled_start > MAX_LENGTH_S:
            raise ValueError("a session lasts 24 hours at most")
        if self.student.id == self.teacher.id:
            raise ValueError("student and teacher must be two people")
        return self

    def as_booked(self) -> Booked:
        """The booking with its defaults filled in, as the database needs it."""
        return Booked(
            course_id=self.course.id,
            course_title=self.course.title,
            student=self.student.account(),
            teacher=self.teacher.account(),
            scheduled_start=self.scheduled_start,
            scheduled_end=self.scheduled_end,
            recording_enabled=self.recording_enabled or False,
            bbb_meeting_url=self.bbb_meeting_url,
        )


def parse(session_id: str, data: Any) -> Booking:
    """A booking from JSON. Raises: InvalidError, which names every wrong field."""
    if not _SESSION_ID.match(session_id):
        raise InvalidError({"id": "1 to 64 letters, digits, - and _"})
    return validation.parse(Booking, data)


async def put(ctx: Context, session_id: str, booking: Booking) -> tuple[Session, bool]:
    """Create or change a session. Returns the session, and whether it is new.

    Raises: ConflictError if the change is too late, or other changes keep coming in between.
    """
    for _ in range(ATTEMPTS):
        known = await sessions.find(ctx.db, session_id)
        change = change_of(known, booking, ctx.now)
        stored = await bookings.store(
            ctx.db, session_id, booking.as_booked(), known=known, change=change, now=ctx.now
        )
        if stored:
            current = await sessions.find(ctx.db, session_id)
            if current is not None:
                return current, known is None
    raise ConflictError("This session is being changed by somebody else. Try again.")


def change_of(known: Session | None, booking: Booking, now: int) -> Change:
    """The kind of change that a booking makes to the session, if any.

    Raises: ConflictError if the change is too late.
    """
    if known is None:
        return "new"
    same_people = (known.student.id, known.teacher.id) == (booking.student.id, booking.teacher.id)
    same_start = known.scheduled_start == booking.scheduled_start
    same_times = same_start and known.scheduled_end == booking.scheduled_end
    same_call = _has_same_call(known, booking)
    if not same_call and _call_continues(known, booking, now):
        raise ConflictError(
            "People are in this session's call: its recording and its meeting stay as they are "
            "until it is over."
        )
    if same_people and same_times and same_call:
        return "same"
    if known.status is Status.CANCELLED:
        raise ConflictError("This session was cancelled. Book a new one under another id.")
    if known.status is Status.COMPLETED:
        raise ConflictError("This session has ended. Book a new one under another id.")
    if known.status is Status.IN_PROGRESS and not (same_people and same_start):
        raise ConflictError("This session is in progress: only its end can still be moved.")
    if known.status is Status.NO_SHOW and not same_people:
        raise ConflictError("Somebody waited in this session: its people cannot be changed.")
    if same_times:
        return "same"
    return "new end" if same_start else "moved"


def _has_same_call(known: Session, booking: Booking) -> bool:
    """True if the booking changes neither the call's place nor its recording."""
    call = known.recording_enabled, known.bbb_meeting_url
    return call == (booking.recording_enabled or False, booking.bbb_meeting_url)


def _call_continues(known: Session, booking: Booking, now: int) -> bool:
    """True if people are in the room, and its join window by the booking's times is open."""
    in_progress = known.status is Status.IN_PROGRESS
    after = known._replace(
        scheduled_start=booking.scheduled_start, scheduled_end=booking.scheduled_end
    )
    anybody_there = known.student.present or known.teacher.present
    return in_progress or (anybody_there and rules.can_join(after, now))


async def cancel(ctx: Context, session_id: str) -> Session:
    """Cancel a session. Idempotent.

    Raises: SessionNotFoundError, ConflictError if it is over.
    """
    await bookings.cancel(ctx.db, session_id, now=ctx.now)
    session = await sessions.find(ctx.db, session_id)
    if session is None:
        raise SessionNotFoundError
    if session.status is not Status.CANCELLED:
        raise ConflictError("This session is over and cannot be cancelled.")
    return session
