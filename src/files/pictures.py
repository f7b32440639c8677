"""The type and size in pixels of a PNG, JPEG or WebP picture, from its own bytes.

Sources: PNG (RFC 2083, 4.1.1), JPEG (ITU-T T.81, annex B), WebP (RFC 9649). A few small reads are
enough, so a picture stays in the bucket.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

Read = Callable[[int, int], Awaitable[bytes]]

HEAD_BYTES: Final = 30
MAX_PIXELS: Final = 60_000_000
"""A small file may decode to a picture that fills a browser's memory."""
# Each segment of a JPEG is a read. Cameras write about twenty before the frame.
MAX_SEGMENTS: Final = 100
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
# Start of frame: all SOF markers but DHT (C4), JPG (C8) and DAC (CC).
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Picture(NamedTuple):
    media_type: str
    width: int
    height: int


async def inspect(read: Read, size: int) -> Picture | None:
    """The picture in a file of `size` bytes; None for other files, and for damaged ones."""
    head = await read(0, HEAD_BYTES)
    picture = None
    if head.startswith(_PNG) and head[12:16] == b"IHDR":
        picture = Picture("image/png", _big(head[16:20]), _big(head[20:24]))
    elif head.startswith(_JPEG):
        picture = await _jpeg(read, size)
    elif head.startswith(b"RIFF") and head[8:12] == b"WEBP" and len(head) == HEAD_BYTES:
        picture = _webp(head)
    if picture is None or not 0 < picture.width * picture.height <= MAX_PIXELS:
        return None
    return picture


async def _jpeg(read: Read, size: int) -> Picture | None:
    at = 2
    for _ in range(MAX_SEGMENTS):
        if at >= size:
            return None
        segment = await read(at, 9)
        if len(segment) < 9 or segment[0] != 0xFF:  # noqa: PLR2004
            return None
        if segment[1] in _FRAMES:
            return Picture("image/jpeg", _big(segment[7:9]), _big(segment[5:7]))
        # A byte of padding, or a segment with its length.
        at += 1 if segment[1] == 0xFF else 2 + _big(segment[2:4])  # noqa: PLR2004
    return None


def _webp(head: bytes) -> Picture | None:
    kind, content = head[12:16], head[20:]
    if kind == b"VP8 " and content[3:6] == b"\x9d\x01\x2a":
        return _of_webp(_little(content[6:8]) & 0x3FFF, _little(content[8:10]) & 0x3FFF)
    if kind == b"VP8L" and content[:1] == b"\x2f":
        bits = _little(content[1:5])
        return _of_webp((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        return _of_webp(_little(content[4:7]) + 1, _little(content[7:10]) + 1)
    return None


def _of_webp(width: int, height: int) -> Picture:
    return Picture("image/webp", width, height)


def _big(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def _little(raw: bytes) -> int:
    return int.from_bytes(raw, "little")
