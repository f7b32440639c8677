"""What people agree to before their browsers record a session, and when both agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from domain.model import Role
from i18n import ENGLISH, N_, _, current, reading
from i18n.languages import offered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# A version is never changed: rows of `recording_consents` name the words that a person has read.
WORDS: Final = {
    # Translators: people agree to this before they are recorded. Translate all of it, exactly.
    "1": N_(
        "Picture and sound of you both, the board and what you share are recorded while you are"
        " both in this room. Both of you can watch the recording on this page afterwards. Either of"
        " you can stop it at any time."
    ),
}
VERSION: Final = "1"
"""The version that pages show now."""
# A person's word takes a moment to reach the browser that records, and clocks here count seconds.
ON_THE_WAY_S: Final = 2


class Shown(NamedTuple):
    """The words that a page shows: their id, `1` or in German `1.de`, and their text."""

    version: str
    text: str


def shown() -> Shown:
    """The words for the reader of the page that is made now."""
    language = current()
    version = VERSION if language == ENGLISH else f"{VERSION}.{language}"
    return Shown(version, _(WORDS[VERSION]))


def are_ours(words: str) -> bool:
    """Whether a page can have shown words with this id."""
    version, dot, language = words.partition(".")
    return version in WORDS and (language in offered(everything=True) if dot else True)


def text_of(words: str) -> str:
    """The text of the words with this id, in their language."""
    version, _dot, language = words.partition(".")
    with reading(language or ENGLISH):
        return _(WORDS[version])


def held_throughout(answers: Iterable[Mapping[str, Any]], begin: float, end: float) -> bool:
    """Whether both agreed from `begin` to `end`. `answers` are of one session, the oldest first."""
    agreed: dict[str, bool] = {}
    since: int | None = None
    for answer in answers:
        agreed[answer["role"]] = bool(answer["agreed"])
        both = all(agreed.get(role) for role in Role)
        if both and since is None:
            since = answer["decided_at"]
        elif not both and since is not None:
            if since - ON_THE_WAY_S <= begin and end <= answer["decided_at"] + ON_THE_WAY_S:
                return True
            since = None
    return since is not None and since - ON_THE_WAY_S <= begin
