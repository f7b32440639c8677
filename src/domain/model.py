"""What a session is made of. Plain values; times are epoch seconds UTC."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from domain.human_text import isolated


class Role(StrEnum):
    """What a participant is in one session; it comes from the session's row alone."""

    STUDENT = "student"
    TEACHER = "teacher"

    @property
    def other(self) -> Role:
        """The role of the other participant."""
        return Role.TEACHER if self is Role.STUDENT else Role.STUDENT


class Status(StrEnum):
    """What D1 records of a session."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class View(StrEnum):
    """What one viewer sees of it now."""

    EARLY = "early"
    JOINABLE = "joinable"
    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    NO_SHOW = "no_show"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Participant(NamedTuple):
    """One of the two people. `joined_at` is the first time in the room; None: never came.

    `since` and `left_at` are of the last stay; `left_at` is None while it lasts.
    `began_waiting_at` is the beginning of an earlier stay that was long enough to make the other
    one a no-show.
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

    @property
    def called(self) -> str:
        """What this person is called in running text, whose direction the name cannot turn.

        The first word of a name is not always a first name, so nothing is guessed.
        """
        return isolated(self.given_name or self.name)


class Course(NamedTuple):
    id: str
    title: str


class Reminder(NamedTuple):
    """What became of one reminder of the session at its present time."""

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
    """Where its call is held; None until somebody has joined."""
    provider_room_id: str | None = None
    provider_room_over: bool = False
    """The session was moved out of reach of that room: its next call gets another one."""
    reminders: tuple[Reminder, ...] = ()
    reschedule_asked_by: str | None = None
    """Who asks for another time, while that is not answered."""
    touched_at: int | None = None
    """When another time was last asked for or answered, or feedback given."""
    has_chat: bool | None = None
    """Whether there is a chat to read; None while the room has not said so."""
    chat_forgotten: bool = False
    """Whether the room has deleted a chat with lines."""

    def participant(self, role: Role) -> Participant:
        return self.student if role is Role.STUDENT else self.teacher

    def role_of(self, user_id: str) -> Role | None:
        """The role of this person here; None for everybody else."""
        if user_id == self.student.id:
            return Role.STUDENT
        if user_id == self.teacher.id:
            return Role.TEACHER
        return None
