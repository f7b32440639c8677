"""Completes a WebM that was written while it was recorded: its duration, and its index.

Such a stream does not say how long its Segment and its clusters are (RFC 8794 and RFC 9559). Its
recorder leaves a Void after the Segment's header. What was not known then goes there, and the index
(Cues) to the end.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from files.movie import LONGEST_S, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator

EBML: Final = 0x1A45DFA3
SEGMENT: Final = 0x18538067
SEEK_HEAD: Final = 0x114D9B74
VOID: Final = 0xEC
INFO: Final = 0x1549A966
TRACKS: Final = 0x1654AE6B
CLUSTER: Final = 0x1F43B675
CUES: Final = 0x1C53BB6B
TIME: Final = 0xE7
SIMPLE_BLOCK: Final = 0xA3
BLOCK_GROUP: Final = 0xA0
_BLOCK: Final = 0xA1
_TIME_SCALE, _DURATION, _MUXER, _WRITER = 0x2AD7B1, 0x4489, 0x4D80, 0x5741
_TRACK_ENTRY, _TRACK_NUMBER = 0xAE, 0xD7
_SEEK, _SEEK_ID, _SEEK_POSITION = 0x4DBB, 0x53AB, 0x53AC
_CUE_POINT, _CUE_TIME, _CUE_PLACES, _CUE_TRACK, _CUE_CLUSTER = 0xBB, 0xB3, 0xB7, 0xF7, 0xF1
_KEY_FRAME: Final = 0x80
# The longest header of an element: an id of four bytes, and a size of eight.
HEADER_BYTES: Final = 12
HEAD_BYTES: Final = 64 * 1024
"""How much of a stream `head_of` needs."""


class Element(NamedTuple):
    """The header of an element."""

    kind: int
    header: int
    """The header's length."""
    size: int | None
    """The content's length; None if it is unknown."""


def element_at(data: bytes, start: int = 0) -> Element:
    """The element that begins there. Raises: MalformedError."""
    kind, kind_length = _number(data, start, 4, keep_mark=True)
    size, size_length = _number(data, start + kind_length, 8, keep_mark=False)
    is_unknown = size == 2 ** (7 * size_length) - 1
    return Element(kind, kind_length + size_length, None if is_unknown else size)


def _number(data: bytes, start: int, longest: int, *, keep_mark: bool) -> tuple[int, int]:
    """A number whose first bit that is set marks its length, and that length."""
    first = data[start] if start < len(data) else 0
    length = 9 - first.bit_length()
    if first == 0 or length > longest or start + length > len(data):
        msg = "no element"
        raise MalformedError(msg)
    value = int.from_bytes(data[start : start + length], "big")
    return (value if keep_mark else value - (1 << 7 * length)), length


def _children(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements in these bytes: the id and the content of each."""
    start = 0
    while start < len(data):
        element = element_at(data, start)
        content = start + element.header
        if element.size is None or content + element.size > len(data):
            msg = "an element ends outside of its element"
            raise MalformedError(msg)
        yield element.kind, data[content : content + element.size]
        start = content + element.size


@dataclass
class Head:
    """The beginning of a stream, up to its first cluster. Places count from the first byte."""

    segment: int
    void_end: int | None
    """The end of the Void after the Segment's header; None if there is none."""
    info: tuple[int, int]
    """Where the Info element begins and ends."""
    tracks: int
    clusters: int
    """Where the first cluster begins."""
    time_scale: int
    """Nanoseconds a unit."""
    track_numbers: list[int]


def head_of(data: bytes) -> Head | None:
    """The head of a stream that begins with `data`; None without a cluster in these bytes.

    Raises: MalformedError.
    """
    ebml = element_at(data)
    if ebml.kind != EBML or ebml.size is None:
        msg = "no WebM"
        raise MalformedError(msg)
    segment = ebml.header + ebml.size
    try:
        found = element_at(data, segment)
    except MalformedError:
        return None
    if found.kind != SEGMENT:
        msg = "no segment"
        raise MalformedError(msg)
    return _head(data, segment, segment + found.header)


def _head(data: bytes, segment: int, start: int) -> Head | None:
    head = Head(segment, None, (0, 0), 0, 0, 1_000_000, [])
    position = start
    while position + HEADER_BYTES <= len(data):
        element = element_at(data, position)
        content = position + element.header
        if element.kind == CLUSTER:
            if not head.tracks or not head.info[1]:
                msg = "no tracks before the first cluster"
                raise MalformedError(msg)
            head.clusters = position
            return head
        if element.size is None:
            msg = "an element without an end"
            raise MalformedError(msg)
        end = content + element.size
        if element.kind == VOID and position == start:
            head.void_end = end
        elif element.kind == INFO:
            head.info = position, end
            head.time_scale = _time_scale(data[content:end])
        elif element.kind == TRACKS:
            head.tracks, head.track_numbers = position, _track_numbers(data[content:end])
        position = end
    return None


def _time_scale(info: bytes) -> int:
    for kind, content in _children(info):
        if kind == _TIME_SCALE and 0 < len(content) <= 8 and any(content):  # noqa: PLR2004
            return int.from_bytes(content, "big")
    return 1_000_000


def _track_numbers(tracks: bytes) -> list[int]:
    return [
        int.from_bytes(dict(_children(entry)).get(_TRACK_NUMBER, b"\1"), "big")
        for kind, entry in _children(tracks)
        if kind == _TRACK_ENTRY
    ]


class Block(NamedTuple):
    track: int
    time: int
    """From the beginning of its cluster."""
    is_key: bool


def block_of(data: bytes) -> Block:
    """The header of a block, which a SimpleBlock's content begins with. Raises: MalformedError."""
    track, length = _number(data, 0, 8, keep_mark=False)
    try:
        time, flags = struct.unpack_from(">hB", data, length)
    except struct.error as error:
        raise MalformedError(str(error)) from error
    return Block(track, time, bool(flags & _KEY_FRAME))


def block_in(element: Element, content: bytes) -> Block:
    """The header of the block that this element holds. Raises: MalformedError."""
    if element.kind == SIMPLE_BLOCK:
        return block_of(content)
    inner = element_at(content)
    if inner.kind != _BLOCK:
        msg = "a group that does not begin with its block"
        raise MalformedError(msg)
    return block_of(content[inner.header :])


def cluster_time(data: bytes) -> int | None:
    """The time of the cluster that begins here; None if none does.

    A cluster begins with its time in all streams that we have seen.
    """
    try:
        cluster = element_at(data)
        if cluster.kind != CLUSTER:
            return None
        time = element_at(data, cluster.header)
    except MalformedError:
        return None
    content = cluster.header + time.header
    if time.kind != TIME or time.size is None or not 0 < time.size <= 8:  # noqa: PLR2004
        return None
    value = data[content : content + time.size]
    return int.from_bytes(value, "big") if len(value) == time.size else None


@dataclass
class Index:
    """What the end of the recording tells. Times are in units of the stream."""

    head: Head
    clusters: list[tuple[int, int]] = field(default_factory=list)
    """Where each cluster begins, and at which time."""
    end: int = 0
    """The end of the last whole block."""
    last_times: dict[int, int] = field(default_factory=dict)
    """The time of the last block of each track."""
    duration: int = 0
    """Until the end of the last block, which lasts as long as the block before."""

    def add_block(self, block: Block, cluster: int, end: int) -> None:
        """Raises: MalformedError; then nothing is added."""
        time = cluster + block.time
        lasting = max(0, time - self.last_times.get(block.track, time))
        # A cluster's time may have 64 bits.
        if (time + lasting) * self.head.time_scale > LONGEST_S * 10**9:
            msg = "a block of another day"
            raise MalformedError(msg)
        self.last_times[block.track] = time
        self.duration = max(self.duration, time + lasting)
        self.end = end

    @property
    def seconds(self) -> float:
        return self.duration * self.head.time_scale / 1e9


def completed(index: Index) -> tuple[list[tuple[int, bytes]], bytes]:
    """What to write over the stream, as places and bytes, and what to append at `index.end`."""
    head = index.head
    if head.void_end is None:
        return [], b""
    # Places in the Segment count from its content.
    content = head.segment + 4 + 8
    cues = _cues(index, content)
    info = _info(index)
    seek_head = _seek_head({TRACKS: head.tracks - content, CUES: index.end - content, INFO: 0})
    seek_head = _seek_head(
        {TRACKS: head.tracks - content, CUES: index.end - content, INFO: len(seek_head)}
    )
    start = SEGMENT.to_bytes(4, "big") + _UNKNOWN_SIZE + seek_head + info
    left = head.void_end - head.segment - len(start)
    if left < _VOID_BYTES:
        return [], b""
    old_info, old_info_end = head.info
    return [
        (head.segment, start + _void(left)),
        (old_info, _void(old_info_end - old_info)[:_VOID_BYTES]),
    ], cues


# An id, and a size of eight bytes.
_VOID_BYTES: Final = 9
# The Segment's stays unknown, since those of its clusters are (RFC 8794, section 6.2).
_UNKNOWN_SIZE: Final = bytes([1]) + 7 * b"\xff"


def _void(length: int) -> bytes:
    return bytes([VOID]) + _size(length - _VOID_BYTES) + bytes(length - _VOID_BYTES)


def _size(size: int) -> bytes:
    """A size takes eight bytes, however small: no length depends on it."""
    return (size | 1 << 56).to_bytes(8, "big")


def _element(kind: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return _name(kind) + _size(len(content)) + content


def _name(kind: int) -> bytes:
    return kind.to_bytes((kind.bit_length() + 7) // 8, "big")


def _uint(kind: int, value: int) -> bytes:
    return _name(kind) + b"\x88" + value.to_bytes(8, "big")


def _info(index: Index) -> bytes:
    return _element(
        INFO,
        _uint(_TIME_SCALE, index.head.time_scale),
        _DURATION.to_bytes(2, "big") + b"\x88" + struct.pack(">d", index.duration),
        _text(_MUXER, b"Session Room"),
        _text(_WRITER, b"Session Room"),
    )


def _text(kind: int, text: bytes) -> bytes:
    return kind.to_bytes(2, "big") + bytes([0x80 | len(text)]) + text


def _seek_head(places: dict[int, int]) -> bytes:
    return _element(
        SEEK_HEAD,
        *(
            _element(
                _SEEK,
                _SEEK_ID.to_bytes(2, "big") + b"\x84" + kind.to_bytes(4, "big"),
                _uint(_SEEK_POSITION, place),
            )
            for kind, place in places.items()
        ),
    )


def _cues(index: Index, content: int) -> bytes:
    """Each cluster, for each track: players differ in the one by which they seek."""
    return _element(
        CUES,
        *(
            _element(
                _CUE_POINT,
                _uint(_CUE_TIME, time),
                *(
                    _element(
                        _CUE_PLACES,
                        _uint(_CUE_TRACK, number),
                        _uint(_CUE_CLUSTER, place - content),
                    )
                    for number in index.head.track_numbers
                ),
            )
            for place, time in index.clusters
        ),
    )
