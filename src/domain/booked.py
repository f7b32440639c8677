"""What the platform has booked, as it is written: checked, and nothing left to default."""

from __future__ import annotations

from typing import Literal, NamedTuple

Change = Literal["new", "same", "new end", "moved"]
"""What a booking does to the session as it is."""


class Account(NamedTuple):
    """`given_name` None: called by the whole name. `time_zone` is IANA's, `locale` BCP 47's."""

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
