"""The text of people in names, titles, reasons and chat: cleaned, and isolated within our own text.

Characters that change the direction of writing are removed: with them `gnp.exe` looks like
`exe.png`, and our own words around a name run backwards. Characters that scripts need, such as the
joiners of Persian and of emoji, stay.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import i18n

# LRM, RLM and ALM; the embeddings and overrides; the isolates.
_DIRECTION: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# C0 and C1, except for tab, line feed and carriage return; lone surrogates, which UTF-8 cannot
# encode; and two that are no characters, which XML forbids like most of the others.
_CONTROL: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
_UNWANTED: Final = re.compile(f"[{_DIRECTION}{_CONTROL}]")
DIRECTION_MARKS: Final = re.compile(f"[{_DIRECTION}]")

# Invisible letters and symbols: the fillers of Hangul, the blank of Braille, code points that
# Unicode reserves as invisible, and the two that are no characters.
_NO_INK: Final = re.compile(
    "[\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\ufffe\uffff\U000e0000-\U000e0fff]"
)
# Controls, formats, spaces, and marks, which need a letter.
_INVISIBLE_CATEGORIES: Final = ("C", "Z", "M")
# Characters that Python's tables do not have yet, and those of private fonts.
_UNKNOWN_CATEGORIES: Final = ("Cn", "Co")

_FIRST_STRONG_ISOLATE: Final = "\u2068"
_POP_ISOLATE: Final = "\u2069"
_RIGHT_TO_LEFT: Final = ("R", "AL", "AN")


def without_marks(text: str) -> str:
    """Remove control characters and those that change the direction; keep tabs and line breaks."""
    return _UNWANTED.sub("", text)


def tidy(text: str) -> str:
    """The text as it is stored: without marks, and empty if no character is visible."""
    kept = without_marks(text).strip()
    return "" if is_blank(kept) else kept


def is_blank(text: str) -> bool:
    """True if no character of the text is visible."""
    return not any(_is_visible(char) for char in text)


def _is_visible(char: str) -> bool:
    category = unicodedata.category(char)
    if category in _UNKNOWN_CATEGORIES or category[0] not in _INVISIBLE_CATEGORIES:
        return not _NO_INK.match(char)
    return False


def isolated(text: str) -> str:
    """A person's text within our own text: neither changes the direction of the other.

    Use it in plain text and attributes; the text of a page has `<bdi>`. Text from left to right is
    returned unchanged, unless the reader's language is written from right to left.
    """
    ours = i18n.direction()
    if not text or (ours == "ltr" and text.isascii()):
        return text
    inner = DIRECTION_MARKS.sub("", text)
    if ours == "ltr" and not any(
        unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in inner
    ):
        return inner
    return f"{_FIRST_STRONG_ISOLATE}{inner}{_POP_ISOLATE}"


def isolated_lines(text: str) -> str:
    """The same for several lines: each line is isolated, since a line break ends an isolate."""
    return "\n".join(isolated(line) for line in text.splitlines())
