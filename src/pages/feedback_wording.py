"""The question of quick feedback for each role, and its tags."""

from __future__ import annotations

from typing import Final, NamedTuple

from domain.model import Role

STARS: Final = ((1, "Poor"), (2, "Not great"), (3, "Okay"), (4, "Good"), (5, "Excellent"))

Tags = tuple[tuple[str, str], ...]

_GOOD_TEACHER: Final[Tags] = (
    ("clear", "Clear explanations"),
    ("prepared", "Well prepared"),
    ("patient", "Patient"),
    ("good_pace", "Good pace"),
)
_WRONG_WITH_TEACHER: Final[Tags] = (
    ("hard_to_follow", "Hard to follow"),
    ("too_fast", "Too fast"),
    ("too_slow", "Too slow"),
    ("unprepared", "Not prepared"),
    ("started_late", "Started late"),
    ("technical_problems", "Technical problems"),
)
_GOOD_STUDENT: Final[Tags] = (
    ("engaged", "Engaged"),
    ("prepared", "Came prepared"),
    ("good_questions", "Good questions"),
)
_WRONG_WITH_STUDENT: Final[Tags] = (
    ("distracted", "Distracted"),
    ("unprepared", "Came unprepared"),
    ("needs_practice", "Needs practice"),
    ("started_late", "Started late"),
    ("technical_problems", "Technical problems"),
)


class FeedbackWords(NamedTuple):
    """`praise` is for four and five stars, `wrong` for fewer."""

    question: str
    privacy: str
    praise: Tags
    wrong: Tags


def words_for(role: Role, other: str) -> FeedbackWords:
    """The words for a viewer of this role; `other` is the other person's name."""
    privacy = f"Only the platform sees this. {other} doesn't."
    if role is Role.STUDENT:
        question = f"How was your session with {other}?"
        return FeedbackWords(question, privacy, _GOOD_TEACHER, _WRONG_WITH_TEACHER)
    question = f"How did it go with {other}?"
    return FeedbackWords(question, privacy, _GOOD_STUDENT, _WRONG_WITH_STUDENT)
