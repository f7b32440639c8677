"""The people of the tests (student, teacher, stranger), and their session from START to END."""

from typing import Any

from domain.model import Course, Participant, Session, Status

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

START = 1_800_000_000  # Friday, 15 January 2027, 08:00 UTC
END = START + HOUR
OPENS = START - 15 * MINUTE
NO_SHOW = START + 10 * MINUTE
CLOSES = END + 15 * MINUTE


def person(
    person_id: str,
    *,
    joined_at: int | None = None,
    left_at: int | None = None,
    present: bool = False,
) -> Participant:
    return Participant(
        id=person_id,
        name=f"{person_id.title()} Example",
        given_name=person_id.title(),
        avatar=None,
        time_zone="Europe/Berlin",
        locale="en",
        joined_at=joined_at,
        since=joined_at,
        left_at=left_at,
        present=present,
    )


def here(person_id: str, joined_at: int = START) -> Participant:
    """A person in the room."""
    return person(person_id, joined_at=joined_at, present=True)


def gone(person_id: str, joined_at: int = START, left_at: int = START + 6 * MINUTE) -> Participant:
    """A person who was in the room and has left."""
    return person(person_id, joined_at=joined_at, left_at=left_at)


def session(**changes: Any) -> Session:
    """A session to which nobody has come yet."""
    as_booked = {
        "id": "s1",
        "status": Status.SCHEDULED,
        "course": Course("algebra", "Linear Algebra"),
        "student": person("student"),
        "teacher": person("teacher"),
        "scheduled_start": START,
        "scheduled_end": END,
        "started_at": None,
        "ended_at": None,
        "no_show": None,
        "sequence": 0,
        "recording_enabled": False,
        "bbb_meeting_url": None,
    }
    return Session(**(as_booked | changes))


def booked_person(person_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": person_id,
        "name": f"{person_id.title()} Example",
        "given_name": person_id.title(),
        "email": f"{person_id}@example.com",
    } | changes


def booking(**changes: Any) -> dict[str, Any]:
    """The platform's request body for this session."""
    return {
        "course": {"id": "algebra", "title": "Linear Algebra"},
        "student": booked_person("student", time_zone="Europe/Berlin"),
        "teacher": booked_person("teacher", time_zone="America/New_York"),
        "scheduled_start": START,
        "scheduled_end": END,
    } | changes
