"""A booking of the platform, validated and with all defaults filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from domain.model import Session

Change = Literal["new", "same", "not its times", "new end", "moved"]
"""The effect of a booking on the stored session. "same": none, but perhaps on names."""


class Account(NamedTuple):
    """Texts use `name` if there is no `given_name`.

    `time_zone` is an IANA name, `locale` a BCP 47 tag.
    """

    id: str
    name: str
    given_name: str | None
    email: str
    avatar: str | None
    time_zone: str
    locale: str


class Booked(NamedTuple):
    """Times are epoch seconds UTC."""

    course_id: str
    course_title: str
    student: Account
    teacher: Account
    scheduled_start: int
    scheduled_end: int
    recording_enabled: bool
    bbb_meeting_url: str | None


class Write(NamedTuple):
    """A booking to write, with the session as it was when `change` was decided."""

    session_id: str
    booked: Booked
    known: Session | None
    change: Change
