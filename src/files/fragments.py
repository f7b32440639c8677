"""Reads the boxes of a fragmented MP4 (ISO/IEC 14496-12): `moov` of a stream, `moof` of a fragment.

Both are given as bytes. What they claim is checked: a reader must not trust a browser.
"""

from __future__ import annotations

import struct
import sys
from array import array
from typing import TYPE_CHECKING, Final, NamedTuple

from files.movie import MAX_SAMPLES, Defaults, MalformedError, SampleRun, TrackHeader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEADER: Final = struct.Struct(">I4s")
# Flags of a fragment's header (`tfhd`), of a run (`trun`) and of a sample.
_HAS_BASE, _HAS_DESCRIPTION, _HAS_DURATION, _HAS_SIZE, _HAS_FLAGS = 1, 2, 8, 16, 32
_RUN_HAS_OFFSET, _RUN_HAS_FIRST_FLAGS = 1, 4
_RUN_DURATIONS, _RUN_SIZES, _RUN_FLAGS, _RUN_SHIFTS = 0x100, 0x200, 0x400, 0x800
_NO_SYNC: Final = 0x10000
_MAX_DURATION: Final = 2**31
_PICTURE_BYTES: Final = 60
_KINDS: Final = (b"vide", b"soun")


class Box(NamedTuple):
    """The header of a box; `size` counts from the header's first byte."""

    kind: bytes
    header: int
    """The header's length."""
    size: int


def box_at(data: bytes, start: int = 0) -> Box:
    """The box that begins there. Raises: MalformedError."""
    try:
        size, kind = _HEADER.unpack_from(data, start)
        header = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            header = 16
    except struct.error as error:
        raise MalformedError(str(error)) from error
    if size < header:
        msg = f"a box {kind!r} of {size} bytes"
        raise MalformedError(msg)
    return Box(kind, header, size)


def _children(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes in these bytes: the kind and the whole of each."""
    start = 0
    while start < len(data):
        box = box_at(data, start)
        if start + box.size > len(data):
            msg = f"a box {box.kind!r} ends outside of its box"
            raise MalformedError(msg)
        yield box.kind, data[start : start + box.size]
        start += box.size


def _content(box: bytes) -> bytes:
    return box[box_at(box).header :]


def _in(box: bytes, *path: bytes) -> bytes:
    """The content of the box at this path of kinds. Raises: MalformedError if there is none."""
    content = _content(box)
    for wanted in path:
        found = next((child for kind, child in _children(content) if kind == wanted), None)
        if found is None:
            msg = f"no box {wanted!r}"
            raise MalformedError(msg)
        content = _content(found)
    return content


def _whole(box: bytes, *path: bytes) -> bytes:
    """Like `_in`, with the header of the last box."""
    *above, wanted = path
    for kind, child in _children(_in(box, *above)):
        if kind == wanted:
            return child
    msg = f"no box {wanted!r}"
    raise MalformedError(msg)


def tracks_of(moov: bytes) -> list[TrackHeader]:
    """The tracks of a stream with pictures or sound. `moov` is the whole box.

    Raises: MalformedError.
    """
    try:
        children = list(_children(_content(moov)))
        defaults: dict[int, Defaults] = {}
        for kind, child in children:
            if kind == b"mvex":
                defaults |= _defaults(_content(child))
        found = [_track(child, defaults) for kind, child in children if kind == b"trak"]
    except struct.error as error:
        raise MalformedError(str(error)) from error
    return [track for track in found if track.kind in _KINDS]


def _defaults(mvex: bytes) -> dict[int, Defaults]:
    found = {}
    for kind, child in _children(mvex):
        if kind == b"trex":
            track_id, *values = struct.unpack_from(">IIIII", _content(child), 4)
            found[track_id] = Defaults(*values)
    return found


def _track(trak: bytes, defaults: Mapping[int, Defaults]) -> TrackHeader:
    tkhd = _in(trak, b"tkhd")
    (track_id,) = struct.unpack_from(">I", tkhd, 20 if tkhd[:1] == b"\1" else 12)
    if len(tkhd) < _PICTURE_BYTES + 20:
        msg = "a short track header"
        raise MalformedError(msg)
    mdhd = _in(trak, b"mdia", b"mdhd")
    place = 20 if mdhd[:1] == b"\1" else 12
    (scale,) = struct.unpack_from(">I", mdhd, place)
    language = place + (12 if mdhd[:1] == b"\1" else 8)
    if scale == 0:
        msg = "a track without a time scale"
        raise MalformedError(msg)
    handler = _whole(trak, b"mdia", b"hdlr")
    stsd = _in(trak, b"mdia", b"minf", b"stbl", b"stsd")
    kind = _content(handler)[8:12]
    media_header = b"vmhd" if kind == b"vide" else b"smhd"
    return TrackHeader(
        track_id=track_id,
        kind=kind,
        scale=scale,
        language=mdhd[language : language + 2].ljust(2, b"\0"),
        picture=tkhd[-_PICTURE_BYTES:],
        handler=handler,
        media_header=_whole(trak, b"mdia", b"minf", media_header) if kind in _KINDS else b"",
        data_reference=_whole(trak, b"mdia", b"minf", b"dinf"),
        descriptions=[entry for _, entry in _children(stsd[8:])],
        defaults=defaults.get(track_id, Defaults(1, 0, 0, 0)),
    )


def runs_of(moof: bytes, at: int, defaults: Mapping[int, Defaults]) -> list[SampleRun]:
    """The samples of a fragment whose `moof`, the whole box, lies `at` this byte of the file.

    Tracks without `defaults` are left out. Raises: MalformedError.
    """
    found: list[SampleRun] = []
    try:
        for kind, traf in _children(_content(moof)):
            if kind == b"traf":
                found += _runs_of_track(traf, at, defaults)
    except (struct.error, OverflowError) as error:
        raise MalformedError(str(error)) from error
    return found


def _runs_of_track(
    traf: bytes, at: int, all_defaults: Mapping[int, Defaults]
) -> Iterator[SampleRun]:
    tfhd = _in(traf, b"tfhd")
    flags, track_id = struct.unpack_from(">II", tfhd)
    if track_id not in all_defaults:
        return
    if flags & _HAS_BASE:
        # It counts from the beginning of the file, which other streams may precede.
        msg = "a fragment with places in the file"
        raise MalformedError(msg)
    defaults = _overridden(tfhd, flags, all_defaults[track_id])
    tfdt = _in(traf, b"tfdt")
    (time,) = struct.unpack_from(">Q" if tfdt[:1] == b"\1" else ">I", tfdt, 4)
    position = at
    for kind, child in _children(_content(traf)):
        if kind == b"trun":
            run = _run(_content(child), defaults, track_id, time, at=at, position=position)
            position = run.offset + sum(run.sizes)
            time += sum(run.durations)
            if run.sizes:
                yield run


def _overridden(tfhd: bytes, flags: int, defaults: Defaults) -> Defaults:
    position, values = 8, list(defaults)
    for number, flag in enumerate((_HAS_DESCRIPTION, _HAS_DURATION, _HAS_SIZE, _HAS_FLAGS)):
        if flags & flag:
            (values[number],) = struct.unpack_from(">I", tfhd, position)
            position += 4
    return Defaults(*values)


def _run(
    trun: bytes, defaults: Defaults, track_id: int, time: int, *, at: int, position: int
) -> SampleRun:
    """`position` is where its samples lie if the run does not say it."""
    flags, count = struct.unpack_from(">II", trun)
    if count > MAX_SAMPLES:
        msg = f"a run of {count} samples"
        raise MalformedError(msg)
    start, offset, first_flags = 8, position, None
    if flags & _RUN_HAS_OFFSET:
        offset = at + struct.unpack_from(">i", trun, start)[0]
        start += 4
    if flags & _RUN_HAS_FIRST_FLAGS:
        (first_flags,) = struct.unpack_from(">I", trun, start)
        start += 4
    columns = _columns(trun[start:], count, flags)
    return SampleRun(
        track_id=track_id,
        time=time,
        description=defaults.description,
        offset=offset,
        sizes=columns.get(_RUN_SIZES) or array("I", [defaults.size]) * count,
        durations=_checked(columns.get(_RUN_DURATIONS) or array("I", [defaults.duration]) * count),
        shifts=_signed(columns.get(_RUN_SHIFTS)),
        syncs=_syncs(columns.get(_RUN_FLAGS), first_flags, defaults.flags),
    )


def _columns(table: bytes, count: int, flags: int) -> dict[int, array[int]]:
    """The columns that a run has, by their flags."""
    present = [
        flag for flag in (_RUN_DURATIONS, _RUN_SIZES, _RUN_FLAGS, _RUN_SHIFTS) if flags & flag
    ]
    length = 4 * count * len(present)
    if length > len(table):
        msg = f"a run of {count} samples in {len(table)} bytes"
        raise MalformedError(msg)
    values = array("I", table[:length])
    if sys.byteorder == "little":
        values.byteswap()
    return {flag: values[number :: len(present)] for number, flag in enumerate(present)}


def _checked(durations: array[int]) -> array[int]:
    if durations and max(durations) > _MAX_DURATION:
        msg = "a sample that lasts for hours"
        raise MalformedError(msg)
    return durations


def _signed(shifts: array[int] | None) -> array[int] | None:
    """Also of version 0: no shift is so large that its sign would matter."""
    return array("i", shifts.tobytes()) if shifts and any(shifts) else None


def _syncs(flags: array[int] | None, first_flags: int | None, default: int) -> list[int] | None:
    if flags is not None:
        found = [number for number, each in enumerate(flags) if not each & _NO_SYNC]
        return None if len(found) == len(flags) else found
    if not default & _NO_SYNC:
        return None
    return [] if first_flags is None or first_flags & _NO_SYNC else [0]
