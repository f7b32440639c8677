"""Names of files: what somebody's computer calls one, made harmless; and how a download is named.

The name is for people only. Where a file lies in R2 never depends on it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

MAX_NAME_CHARS: Final = 180
_MAX_EXTENSION_CHARS: Final = 10
# RFC 5987 attr-char, without what `quote` leaves alone anyway.
_ATTR_CHARS: Final = "!#$&+^`|"


def tidy(raw: str) -> str:
    """The last segment of a path, without what cannot be seen; empty when nothing is left.

    Controls, line breaks and marks that turn the direction of writing make `gnp.exe` look like
    `exe.png`.
    """
    name = re.split(r"[/\\]", raw)[-1]
    name = unicodedata.normalize("NFC", name)
    name = "".join(char for char in name if not _is_invisible(char))
    name = " ".join(name.split()).strip(". ")
    return _shortened(name)


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") and char not in "\t\n"


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
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%;]', "_", plain).strip() or "file"
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS)}"
