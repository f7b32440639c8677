"""Which language a person reads, and the language of the event that runs now."""

from __future__ import annotations

import functools
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "es", "pt-BR", "fr", "de", "tr", "uk", "ar")
"""The languages that we translate into, as BCP 47 tags."""
NAMES: Final = {
    ENGLISH: "English",
    "es": "Español",
    "pt-BR": "Português (Brasil)",
    "fr": "Français",
    "de": "Deutsch",
    "tr": "Türkçe",
    "uk": "Українська",
    "ar": "العربية",
    "en-XA": "English in disguise",
    "ar-XB": "English from right to left",
}
"""Each language in its own words, as who reads no other finds it."""
COMPLETE: Final = ("es", "pt-BR", "fr", "de", "tr", "uk", "ar")
"""The languages whose catalogues are whole: `make check` fails if a string of theirs is missing,
and production offers them. Development offers all of LANGUAGES and PSEUDO."""
PSEUDO: Final = ("en-XA", "ar-XB")
"""English, disguised and longer, from left to right and from right to left: for tests."""
_RIGHT_TO_LEFT: Final = ("ar", "ar-XB")
_MOST_WISHES: Final = 20

# Each task of the event loop has a context of its own, so that requests do not mix.
_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def current() -> str:
    """The language of the reader for whom words are made now."""
    return _language.get()


def use(language: str) -> None:
    """Make words in this language from now on, in this request alone."""
    _language.set(language)


@contextmanager
def reading(language: str) -> Iterator[None]:
    """Make words in this language inside the block: one event writes to several readers."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def direction() -> str:
    """How the current language is written, as HTML's `dir` has it."""
    return "rtl" if current() in _RIGHT_TO_LEFT else "ltr"


def offered(*, everything: bool) -> tuple[str, ...]:
    """The languages that a person may get; `everything` in development."""
    return (*LANGUAGES, *PSEUDO) if everything else (ENGLISH, *COMPLETE)


def choose(*wishes: str | None, accepted: str = "", everything: bool) -> str:
    """The language of the first wish that can be met, a tag such as `de-AT`.

    Then that of `accepted`, an Accept-Language header, then English.
    """
    languages = offered(everything=everything)
    for wish in wishes:
        if wish and (found := match(wish, languages)):
            return found
    return _accepted(accepted, languages) if accepted else ENGLISH


def match(tag: str, languages: tuple[str, ...]) -> str | None:
    """The one of these languages that a tag means: `pt-BR` for `pt`, `pt-PT` and `pt-BR`.

    None if none of them is the tag's language.
    """
    lower = tag.lower()
    first = lower.partition("-")[0]
    same = [each for each in languages if each.partition("-")[0].lower() == first]
    exact = [each for each in same if each.lower() == lower]
    return next(iter(exact or same), None)


@functools.lru_cache(maxsize=256)
def _accepted(header: str, languages: tuple[str, ...]) -> str:
    wishes = []
    for part in header.split(",")[:_MOST_WISHES]:
        tag, _, rest = part.partition(";")
        wishes.append((_weight(rest), tag.strip()))
    for weight, tag in sorted(wishes, key=lambda wish: -wish[0]):
        if weight > 0 and (found := match(tag, languages)):
            return found
    return ENGLISH


def _weight(parameters: str) -> float:
    """The q of an entry; 0 if it is malformed."""
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    text = value.strip()
    is_number = name.strip().lower() == "q" and text.replace(".", "", 1).isdecimal()
    return float(text) if is_number and text.isascii() else 0.0
