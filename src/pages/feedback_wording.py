"""The question of quick feedback for each role, and its tags."""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

from domain.model import Role
from i18n import N_, _, current, pgettext

Tags = tuple[tuple[str, str], ...]

# Translators: these four say what was good about a teacher, on buttons.
_GOOD_TEACHER: Final[Tags] = (
    ("clear", N_("Clear explanations")),
    ("prepared", N_("Well prepared")),
    ("patient", N_("Patient")),
    ("good_pace", N_("Good pace")),
)
_WRONG_WITH_TEACHER: Final[Tags] = (
    ("hard_to_follow", N_("Hard to follow")),
    ("too_fast", N_("Too fast")),
    ("too_slow", N_("Too slow")),
    ("unprepared", N_("Not prepared")),
    ("started_late", N_("Started late")),
    ("technical_problems", N_("Technical problems")),
)
# Translators: these three say what was good about a student, on buttons.
_GOOD_STUDENT: Final[Tags] = (
    ("engaged", N_("Engaged")),
    ("prepared", N_("Came prepared")),
    ("good_questions", N_("Good questions")),
)
_WRONG_WITH_STUDENT: Final[Tags] = (
    ("distracted", N_("Distracted")),
    ("unprepared", N_("Came unprepared")),
    ("needs_practice", N_("Needs practice")),
    ("started_late", N_("Started late")),
    ("technical_problems", N_("Technical problems")),
)


class FeedbackWords(NamedTuple):
    """`praise` is for four and five stars, `wrong` for fewer."""

    question: str
    privacy: str
    praise: Tags
    wrong: Tags


def stars() -> tuple[tuple[int, str], ...]:
    """Each number of stars, with its word."""
    return _stars(current())


@functools.cache
def _stars(_language: str) -> tuple[tuple[int, str], ...]:
    return (
        (1, pgettext("a session's rating", "Poor")),
        (2, pgettext("a session's rating", "Not great")),
        (3, pgettext("a session's rating", "Okay")),
        (4, pgettext("a session's rating", "Good")),
        (5, pgettext("a session's rating", "Excellent")),
    )


def words_for(role: Role, other: str) -> FeedbackWords:
    """The words for a viewer of this role; `other` is the other person's name."""
    privacy = _("Only the platform sees this. {name} doesn't.", name=other)
    if role is Role.STUDENT:
        question = _("How was your session with {name}?", name=other)
        return FeedbackWords(question, privacy, *_tags(role, current()))
    question = _("How did it go with {name}?", name=other)
    return FeedbackWords(question, privacy, *_tags(role, current()))


@functools.cache
def _tags(role: Role, _language: str) -> tuple[Tags, Tags]:
    """What may have been good, and what wrong, in the reader's language."""
    if role is Role.STUDENT:
        return _words(_GOOD_TEACHER), _words(_WRONG_WITH_TEACHER)
    return _words(_GOOD_STUDENT), _words(_WRONG_WITH_STUDENT)


def _words(tags: Tags) -> Tags:
    return tuple((tag, _(label)) for tag, label in tags)
