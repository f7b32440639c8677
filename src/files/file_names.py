"""Names of files: a sanitized name for an upload, and the header that names a download.

The name is for people only; a file's key in R2 never depends on it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from domain import human_text

MAX_NAME_CHARS: Final = 180
_MAX_EXTENSION_CHARS: Final = 10
_DEFAULT_NAME: Final = "file"
# A path has the slashes, and Windows refuses the colon.
_NOT_IN_A_NAME: Final = str.maketrans("/\\:", "--.")
# RFC 5987 attr-char, without the characters that `quote` never encodes.
_ATTR_CHARS: Final = "!#$&+^`|"


def from_words(words: str, ending: str) -> str:
    """A name of ours, of words such as a title or a time."""
    return sanitize(f"{words.translate(_NOT_IN_A_NAME)}.{ending}")


def sanitize(raw: str) -> str:
    """The last segment of a path, without marks and control characters; may be empty.

    Marks that change the direction of text can make `gnp.exe` look like `exe.png`.
    """
    name = human_text.without_marks(re.split(r"[/\\]", raw)[-1])
    # After the removal of marks, which may be between a letter and its accent.
    name = unicodedata.normalize("NFC", name)
    name = _shorten(" ".join(name.split()).strip(". "))
    return "" if human_text.is_blank(name) else name


def _shorten(name: str) -> str:
    if len(name) <= MAX_NAME_CHARS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > _MAX_EXTENSION_CHARS:
        return name[:MAX_NAME_CHARS].strip(". ")
    return stem[: MAX_NAME_CHARS - len(extension) - 1].rstrip(". ") + "." + extension


def extension(name: str) -> str:
    """`pdf` for `Notes.final.PDF`; empty if there is none."""
    _, dot, found = name.rpartition(".")
    return found.lower() if dot else ""


def content_disposition(name: str, *, inline: bool = False) -> str:
    """RFC 6266: an ASCII name for old software, and the real name in the encoding of RFC 5987."""
    kind = "inline" if inline else "attachment"
    encoded = quote(name, safe=_ATTR_CHARS)
    return f"{kind}; filename=\"{_in_ascii(name)}\"; filename*=UTF-8''{encoded}"


def _in_ascii(name: str) -> str:
    """The name in ASCII, for old software; never empty, and with the same extension."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    # After NFKD, which makes an ASCII slash from a full-width one.
    stem, dot, ending = re.sub(r'["\\/%;]', "_", ascii_name).rpartition(".")
    stem, ending = sanitize(stem), sanitize(ending)
    if not dot:
        return ending or _DEFAULT_NAME
    return f"{stem or _DEFAULT_NAME}.{ending}" if ending else stem or _DEFAULT_NAME
