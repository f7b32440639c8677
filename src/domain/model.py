"""A session and its parts. Plain values; times are epoch seconds UTC."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from domain.human_text import isolated


class Role(StrEnum):
    """A participant's role in one session. It comes from the session's row only."""

    STUDENT = "student"
    TEACHER = "teacher"

    @property
    def other(self) -> Role:
        """The role of the other participant."""
        return Role.TEACHER if self is Role.STUDENT else Role.STUDENT


class Status(StrEnum):
    """The status of a session in D1."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class View(StrEnum):
    """The state of a session as one participant sees it now."""

    EARLY = "early"
    JOINABLE = "joinable"
    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    NO_SHOW = "no_show"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Participant(NamedTuple):
    """One of the two people.

    `joined_at` is the time of the first join; None before it. `since` and `left_at` are the times
    of the last stay; `left_at` is None while it lasts. `began_waiting_at` is the beginning of an
    earlier stay that was long enough to make the other person a no-show.
    """

    id: str
    name: str
    avatar: str | None
    time_zone: str
    locale: str
    joined_at: int | None
    present: bool
    since: int | None = None
    left_at: int | None = None
    given_name: str | None = None
    began_waiting_at: int | None = None
    language: str | None = None
    """What the person has chosen here; it counts more than `locale`, which the platform gives."""

    @property
    def called(self) -> str:
        """The name in running text. It cannot change the text's direction.

        The first word of a name is not always a first name, so it is not guessed.
        """
        return isolated(self.given_name or self.name)


class Course(NamedTuple):
    id: str
    title: str


class Reminder(NamedTuple):
    """The state of one reminder of the session at its present time."""

    user_id: str
    kind: str
    state: str
    sent_at: int | None


class Session(NamedTuple):
    id: str
    status: Status
    course: Course
    student: Participant
    teacher: Participant
    scheduled_start: int
    scheduled_end: int
    started_at: int | None
    ended_at: int | None
    no_show: Role | None
    sequence: int
    recording_enabled: bool
    bbb_meeting_url: str | None
    provider: str | None = None
    """The provider of the call, or `peer`; None before the first join."""
    provider_room_id: str | None = None
    provider_room_over: bool = False
    """True if the session was moved out of the join window: its next call gets another room."""
    reminders: tuple[Reminder, ...] = ()
    reschedule_asked_by: str | None = None
    """The user id of the requester of another time, while the request is open."""
    touched_at: int | None = None
    """The time of the last request for another time, of its answer, or of the feedback."""
    has_chat: bool | None = None
    """True if the chat has lines; None before the room has noted it."""
    chat_forgotten: bool = False
    """True if the room has deleted a chat with lines."""

    def participant(self, role: Role) -> Participant:
        return self.student if role is Role.STUDENT else self.teacher

    def role_of(self, user_id: str) -> Role | None:
        """The role of this person here; None for everybody else."""
        if user_id == self.student.id:
            return Role.STUDENT
        if user_id == self.teacher.id:
            return Role.TEACHER
        return None
