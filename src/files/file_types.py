"""The file types that may be uploaded, their media types, and checks of their first bytes.

The extension selects the type, and the first bytes must match it. The browser's media type is
ignored. Only types that are safe in our origin are shown in a tab; all others are downloads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from files.file_names import extension

if TYPE_CHECKING:
    from collections.abc import Callable

SNIFFED_BYTES: Final = 1024
_MP3_SYNC: Final = 0b111_1111_1111


class FileType(NamedTuple):
    """`fits` checks whether a file's first SNIFFED_BYTES match this type."""

    media_type: str
    fits: Callable[[bytes], bool]


def _starts(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magic)


def _riff(kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(b"RIFF") and head[8:12] == kind


def is_iso_media(head: bytes) -> bool:
    """MP4, QuickTime, M4A, HEIC, AVIF: the first box is of a known kind."""
    return head[4:8] in (b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide")


def _is_pdf(head: bytes) -> bool:
    # PDF readers allow any bytes before the mark; we allow only white space, not an HTML page.
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t ").startswith(b"%PDF-")


def _is_mp3(head: bytes) -> bool:
    # An ID3 tag, or the eleven set bits at the start of a frame.
    return head.startswith(b"ID3") or int.from_bytes(head[:2], "big") >> 5 == _MP3_SYNC


def is_text(head: bytes) -> bool:
    """UTF-8, or UTF-16 with a byte order mark; the last character may be cut."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if b"\0" in head:
        return False
    for cut in range(4):
        try:
            head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return True
    return False


_ZIP: Final = _starts(b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = _starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_ODF: Final = "application/vnd.oasis.opendocument."

TYPES: Final[dict[str, FileType]] = {
    "pdf": FileType("application/pdf", _is_pdf),
    "png": FileType("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
    "jpg": FileType("image/jpeg", _starts(b"\xff\xd8\xff")),
    "jpeg": FileType("image/jpeg", _starts(b"\xff\xd8\xff")),
    "gif": FileType("image/gif", _starts(b"GIF87a", b"GIF89a")),
    "webp": FileType("image/webp", _riff(b"WEBP")),
    "avif": FileType("image/avif", is_iso_media),
    "heic": FileType("image/heic", is_iso_media),
    "mp3": FileType("audio/mpeg", _is_mp3),
    "m4a": FileType("audio/mp4", is_iso_media),
    "wav": FileType("audio/wav", _riff(b"WAVE")),
    "ogg": FileType("audio/ogg", _starts(b"OggS")),
    "flac": FileType("audio/flac", _starts(b"fLaC", b"ID3")),
    "mp4": FileType("video/mp4", is_iso_media),
    "m4v": FileType("video/mp4", is_iso_media),
    "mov": FileType("video/quicktime", is_iso_media),
    "webm": FileType("video/webm", _starts(b"\x1a\x45\xdf\xa3")),
    "docx": FileType(_OOXML + "wordprocessingml.document", _ZIP),
    "xlsx": FileType(_OOXML + "spreadsheetml.sheet", _ZIP),
    "pptx": FileType(_OOXML + "presentationml.presentation", _ZIP),
    "odt": FileType(_ODF + "text", _ZIP),
    "ods": FileType(_ODF + "spreadsheet", _ZIP),
    "odp": FileType(_ODF + "presentation", _ZIP),
    "epub": FileType("application/epub+zip", _ZIP),
    "zip": FileType("application/zip", _ZIP),
    "doc": FileType("application/msword", _OLE),
    "xls": FileType("application/vnd.ms-excel", _OLE),
    "ppt": FileType("application/vnd.ms-powerpoint", _OLE),
    "txt": FileType("text/plain", is_text),
    "md": FileType("text/plain", is_text),
    "csv": FileType("text/csv", is_text),
    "tex": FileType("text/plain", is_text),
    "py": FileType("text/plain", is_text),
    "ipynb": FileType("text/plain", is_text),
}

# Types that browsers show without running code of the file in our origin.
INLINE: Final = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"}
    | {"audio/mpeg", "audio/mp4", "audio/wav", "audio/ogg", "audio/flac"}
    | {"video/mp4", "video/webm"}
)


def of_name(name: str) -> FileType | None:
    """The type of a name's extension; None if it may not be uploaded."""
    return TYPES.get(extension(name))
