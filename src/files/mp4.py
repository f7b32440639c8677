"""The duration of an MP4, read from a few bytes of its headers (ISO/IEC 14496-12).

The reader goes from one box's header to the next, so a film of any size costs a few small reads.
"""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from files.movie import LONGEST_S

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Read = Callable[[int, int], Awaitable[bytes]]

# A film has about five top-level boxes. A stream can have many fragments, but after the header.
MAX_BOXES: Final = 40
# Each read is a request to the bucket; nested boxes could otherwise cause thousands.
MAX_READS: Final = 100
_HEADER: Final = struct.Struct(">I4s")


class Film(NamedTuple):
    """`is_whole`: the file has a movie header, and every box ends inside the file."""

    is_whole: bool
    duration_seconds: int | None


class _Box(NamedTuple):
    kind: bytes
    start: int
    """Where the content begins."""
    end: int


class _Reader:
    """Reads a file, at most MAX_READS times; then it returns no bytes."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.reads_left = MAX_READS

    async def read(self, start: int, length: int) -> bytes:
        if self.reads_left <= 0:
            return b""
        self.reads_left -= 1
        return await self._read(start, length)


async def inspect(read: Read, size: int) -> Film:
    """Inspect a file of `size` bytes. Never raises for a malformed file: it is not whole."""
    reader = _Reader(read)
    duration, is_whole, has_header = None, True, False
    async for box in _boxes(reader, 0, size):
        is_whole = box.end <= size
        if not is_whole:
            break
        if box.kind == b"moov" and not has_header:
            has_header = True
            duration = await _duration(reader, box)
    return Film(is_whole and has_header, duration)


async def _boxes(reader: _Reader, start: int, end: int) -> AsyncIterator[_Box]:
    """The boxes between two offsets. A box that ends after `end` is the last."""
    for _ in range(MAX_BOXES):
        if start >= end or not reader.reads_left:
            return
        head = await reader.read(start, 16)
        if len(head) < _HEADER.size:
            yield _Box(b"", start, end + 1)
            return
        length, kind = _HEADER.unpack_from(head)
        content = start + 8
        if length == 1 and len(head) == 16:  # noqa: PLR2004
            length, content = int.from_bytes(head[8:16], "big"), start + 16
        elif length == 0:  # to the end of the file
            length = end - start
        if start + length < content:
            yield _Box(b"", start, end + 1)
            return
        yield _Box(kind, content, start + length)
        start += length


async def _duration(reader: _Reader, moov: _Box) -> int | None:
    """In seconds: from the movie header, or from the extension header of a fragmented film."""
    scale, units = 0, 0
    async for box in _boxes(reader, moov.start, moov.end):
        if box.kind == b"mvhd":
            scale, units = _movie_header(await reader.read(box.start, 32))
        elif box.kind == b"mvex" and not units:
            async for inner in _boxes(reader, box.start, box.end):
                if inner.kind == b"mehd":
                    units = _extended(await reader.read(inner.start, 12))
    if scale == 0 or units == 0 or units > LONGEST_S * scale:
        return None
    return max(1, round(units / scale))


def _movie_header(content: bytes) -> tuple[int, int]:
    """Units a second, and the duration in units."""
    try:
        if content[:1] == b"\1":
            scale, units = struct.unpack_from(">IQ", content, 20)
        else:
            scale, units = struct.unpack_from(">II", content, 12)
    except struct.error:
        return 0, 0
    return scale, units


def _extended(content: bytes) -> int:
    try:
        layout = ">Q" if content[:1] == b"\1" else ">I"
        return int(struct.unpack_from(layout, content, 4)[0])
    except struct.error:
        return 0
