"""The question of quick feedback for each role, and its tags."""

from __future__ import annotations

from typing import Final, NamedTuple

from domain.model import Role

STARS: Final = ((1, "Poor"), (2, "Not great"), (3, "Okay"), (4, "Good"), (5, "Excellent"))

_ABOUT_TEACHER: Final = (
    ("clear", "Clear explanations"),
    ("prepared", "Well prepared"),
    ("patient", "Patient"),
    ("good_pace", "Good pace"),
    ("too_fast", "Too fast"),
    ("started_late", "Started late"),
    ("technical_problems", "Technical problems"),
)
_ABOUT_STUDENT: Final = (
    ("engaged", "Engaged"),
    ("prepared", "Came prepared"),
    ("good_questions", "Good questions"),
    ("needs_practice", "Needs practice"),
    ("started_late", "Started late"),
    ("technical_problems", "Technical problems"),
)


class FeedbackWords(NamedTuple):
    question: str
    privacy: str
    tags: tuple[tuple[str, str], ...]


def words_for(role: Role, other: str) -> FeedbackWords:
    """The words for a viewer of this role; `other` is the other person's name."""
    privacy = f"Only the platform sees this. {other} does not."
    if role is Role.STUDENT:
        return FeedbackWords(f"How was your session with {other}?", privacy, _ABOUT_TEACHER)
    return FeedbackWords(f"How did it go with {other}?", privacy, _ABOUT_STUDENT)
