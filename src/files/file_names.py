"""Names of files: what somebody's computer calls one, made harmless; and how a download is named.

The name is for people only. Where a file lies in R2 never depends on it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from domain import human_text

MAX_NAME_CHARS: Final = 180
_MAX_EXTENSION_CHARS: Final = 10
_NAMELESS: Final = "file"
# RFC 5987 attr-char, without what `quote` leaves alone anyway.
_ATTR_CHARS: Final = "!#$&+^`|"


def tidy(raw: str) -> str:
    """The last segment of a path, without what turns or controls it; empty when nothing is left.

    Marks that turn the direction of writing make `gnp.exe` look like `exe.png`.
    """
    name = human_text.without_marks(re.split(r"[/\\]", raw)[-1])
    # After the marks, which may stand between a letter and its accent.
    name = unicodedata.normalize("NFC", name)
    name = _shortened(" ".join(name.split()).strip(". "))
    return "" if human_text.is_blank(name) else name


def _shortened(name: str) -> str:
    if len(name) <= MAX_NAME_CHARS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > _MAX_EXTENSION_CHARS:
        return name[:MAX_NAME_CHARS].strip(". ")
    return stem[: MAX_NAME_CHARS - len(extension) - 1].rstrip(". ") + "." + extension


def extension(name: str) -> str:
    """`pdf` of `Notes.final.PDF`; empty when there is none."""
    _, dot, found = name.rpartition(".")
    return found.lower() if dot else ""


def content_disposition(name: str, *, inline: bool = False) -> str:
    """RFC 6266: a plain name for old software, and the true one as RFC 5987 has it."""
    kind = "inline" if inline else "attachment"
    encoded = quote(name, safe=_ATTR_CHARS)
    return f"{kind}; filename=\"{_in_ascii(name)}\"; filename*=UTF-8''{encoded}"


def _in_ascii(name: str) -> str:
    """The name as old software can read it; never empty, and the ending stays."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    # Last, since a wide slash and the like become plain ones only now.
    stem, dot, ending = re.sub(r'["\\/%;]', "_", ascii_name).rpartition(".")
    stem, ending = tidy(stem), tidy(ending)
    if not dot:
        return ending or _NAMELESS
    return f"{stem or _NAMELESS}.{ending}" if ending else stem or _NAMELESS
