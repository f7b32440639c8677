"""Bookings of the host platform as JSON: the check of each field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import (
    AfterValidator,
    Field,
    SkipValidation,
    StringConstraints,
    model_validator,
)

from domain import human_text, times
from domain.booked import Account, Booked
from errors import InvalidError
from web import validation

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH_S: Final = 24 * 60 * 60
EARLIEST: Final = 946_684_800
"""The year 2000: anything smaller is not a time in epoch seconds."""
LATEST: Final = 4_102_444_800
"""The year 2100: anything larger is most likely milliseconds."""
MAX_BOOKINGS: Final = 500
"""In one request."""
MAX_BODY_BYTES: Final = 4 * 1024 * 1024
"""500 bookings with long names and addresses of pictures: 8 KB each."""

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


def _session_id(value: str) -> str:
    if not _SESSION_ID.match(value):
        raise ValueError("1 to 64 letters, digits, - and _")
    return value


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
    """None: the browser decides on pages; mails are in English."""

    def account(self) -> Account:
        given = (self.id, self.name, self.given_name, self.email, self.avatar)
        return Account(*given, self.time_zone or "UTC", self.locale or "")


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


class OneOfMany(Booking):
    """One of the bookings of PUT /platform/sessions."""

    id: Annotated[str, AfterValidator(_session_id)]


class Bookings(validation.Strict):
    """The body of PUT /platform/sessions. Each booking is checked by itself."""

    sessions: Annotated[
        list[SkipValidation[OneOfMany]], Field(min_length=1, max_length=MAX_BOOKINGS)
    ]


def parse(session_id: str, data: Any) -> Booking:
    """A booking from JSON. Raises: InvalidError, which names every wrong field."""
    try:
        _session_id(session_id)
    except ValueError as error:
        raise InvalidError({"id": str(error)}) from error
    return validation.parse(Booking, data)


def parse_each(data: Any) -> Iterator[tuple[str | None, OneOfMany | InvalidError]]:
    """Each booking of many: its id, as far as it has one, and the booking or what is wrong.

    Raises: InvalidError if `data` is no list of bookings.
    """
    seen: set[str] = set()
    items: list[Any] = [*validation.parse(Bookings, data).sessions]
    for item in items:
        given = item.get("id") if isinstance(item, dict) else None
        id_ = given if isinstance(given, str) else None
        if id_ in seen:
            yield id_, InvalidError({"id": "is in this request twice; only the first one counts"})
            continue
        if id_ is not None:
            seen.add(id_)
        try:
            yield id_, validation.parse(OneOfMany, item)
        except InvalidError as refusal:
            yield id_, refusal
