"""What people may write into names, titles, reasons and chat, and how it stands beside our words.

Nothing that turns the direction of writing gets in: `gnp.exe` would look like `exe.png`, and our
own words around a name would run backwards. Everything that scripts need, such as the joiners of
Persian and of emoji, stays.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# LRM, RLM and ALM; the embeddings and overrides; the isolates.
_DIRECTION: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# C0 and C1, except for tab, line feed and carriage return; and lone surrogates, which UTF-8 cannot
# hold.
_CONTROL: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff"
_UNWANTED: Final = re.compile(f"[{_DIRECTION}{_CONTROL}]")
DIRECTION_MARKS: Final = re.compile(f"[{_DIRECTION}]")

# Letters and symbols without ink: the fillers of Hangul, the blank of Braille; and what Unicode
# tells programs not to draw, although it is not assigned yet.
_NO_INK: Final = re.compile(
    "[\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
# Controls, formats, spaces and marks, which need a letter to stand on.
_INVISIBLE_CATEGORIES: Final = ("C", "Z", "M")
# A character that Python's tables do not know yet, or that a font of its own draws.
_UNKNOWN_CATEGORIES: Final = ("Cn", "Co")

_FIRST_STRONG_ISOLATE: Final = "\u2068"
_POP_ISOLATE: Final = "\u2069"
_RIGHT_TO_LEFT: Final = ("R", "AL", "AN")


def without_marks(text: str) -> str:
    """Without control characters and without what turns the direction of writing.

    Tabs and line breaks stay.
    """
    return _UNWANTED.sub("", text)


def tidy(text: str) -> str:
    """A text of several lines as it is kept: without marks; empty when nothing can be seen."""
    kept = without_marks(text).strip()
    return "" if is_blank(kept) else kept


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return not any(_is_seen(char) for char in text)


def _is_seen(char: str) -> bool:
    category = unicodedata.category(char)
    if category in _UNKNOWN_CATEGORIES or category[0] not in _INVISIBLE_CATEGORIES:
        return not _NO_INK.match(char)
    return False


def isolated(text: str) -> str:
    """Somebody's text for the middle of our own: it cannot turn the words around it.

    For plain text and attributes; in a page's text `<bdi>` does it. Text that runs from left to
    right comes back as it is.
    """
    if text.isascii():
        return text
    inner = DIRECTION_MARKS.sub("", text)
    if not any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in inner):
        return inner
    return f"{_FIRST_STRONG_ISOLATE}{inner}{_POP_ISOLATE}"


def isolated_lines(text: str) -> str:
    """The same for a text of several lines: a line break ends an isolate."""
    return "\n".join(isolated(line) for line in text.splitlines())
