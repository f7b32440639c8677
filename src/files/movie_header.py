"""Writes the header of an ordinary MP4: `ftyp` and `mdat` before the samples, `moov` after them."""

from __future__ import annotations

import struct
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from array import array

    from files.movie import Movie, Track

# The movie's own times are milliseconds.
_SCALE: Final = 1000
_FILE_TYPE: Final = b"isom\0\0\2\0isomiso2mp41"
_MATRIX: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_MAX_OFFSET: Final = 2**32 - 1
START_BYTES: Final = len(_FILE_TYPE) + 8 + 16
"""The length of `start_of`."""


def start_of(size: int) -> bytes:
    """The first bytes of a file whose `mdat` goes on to byte `size`. They replace what was there.

    So all that was sent lies in the `mdat`: the samples, and the boxes that nobody needs any more.
    """
    length = size - START_BYTES + 16
    return _box(b"ftyp", _FILE_TYPE) + struct.pack(">I4sQ", 1, b"mdat", length)


def header_of(movie: Movie) -> bytes:
    """The whole `moov`. A movie has at least one sample in each track."""
    units, scale = movie.length
    tracks = [track for track in movie.tracks if track.sizes]
    mvhd = _full_box(
        b"mvhd",
        1,
        struct.pack(">QQIQ", 0, 0, _SCALE, _in_movie_units(units, scale)),
        struct.pack(">IHHII", 0x10000, 0x100, 0, 0, 0),
        _MATRIX,
        bytes(24),
        struct.pack(">I", len(tracks) + 1),
    )
    return _box(b"moov", mvhd, *(_trak(track, number) for number, track in enumerate(tracks, 1)))


def _in_movie_units(units: int, scale: int) -> int:
    return (2 * units * _SCALE + scale) // (2 * scale)


def _trak(track: Track, number: int) -> bytes:
    header, start = track.header, track.start or 0
    end = _in_movie_units(track.end, header.scale)
    tkhd = _full_box(
        b"tkhd", 1, struct.pack(">QQIIQ", 0, 0, number, 0, end), header.picture, flags=3
    )
    media = struct.pack(">QQIQ", 0, 0, header.scale, track.end - start)
    return _box(
        b"trak",
        tkhd,
        _edits(track, start, end),
        _box(
            b"mdia",
            _full_box(b"mdhd", 1, media, header.language, bytes(2)),
            header.handler,
            _box(b"minf", header.media_header, header.data_reference, _sample_tables(track)),
        ),
    )


def _edits(track: Track, start: int, end: int) -> bytes:
    """Nothing is shown or heard before the track's first sample."""
    if start == 0:
        return b""
    empty = _in_movie_units(start, track.header.scale)
    entries = struct.pack(">Qqi", empty, -1, 0x10000) + struct.pack(">Qqi", end - empty, 0, 0x10000)
    return _box(b"edts", _full_box(b"elst", 1, struct.pack(">I", 2), entries))


def _sample_tables(track: Track) -> bytes:
    return _box(
        b"stbl",
        _full_box(b"stsd", 0, struct.pack(">I", len(track.descriptions)), *track.descriptions),
        _run_lengths(b"stts", 0, track.durations, ">II"),
        _run_lengths(b"ctts", 1, track.shifts, ">Ii") if any(track.shifts) else b"",
        b"" if track.all_sync else _table(b"stss", track.syncs),
        _chunks(track),
        _full_box(b"stsz", 0, struct.pack(">II", 0, len(track.sizes)), _big_endian(track.sizes)),
        _offsets(track),
    )


def _run_lengths(kind: bytes, version: int, values: array[int], layout: str) -> bytes:
    """Equal values that follow each other are one entry."""
    if values.count(values[0]) == len(values):
        entries = [struct.pack(layout, len(values), values[0])]
    else:
        entries = [
            struct.pack(layout, sum(1 for _ in equal), value) for value, equal in groupby(values)
        ]
    return _full_box(kind, version, struct.pack(">I", len(entries)), *entries)


def _chunks(track: Track) -> bytes:
    """An entry for each chunk that differs from the one before."""
    entries, before = [], None
    found = zip(track.chunk_lengths, track.chunk_descriptions, strict=True)
    for number, each in enumerate(found, 1):
        if each != before:
            entries.append(struct.pack(">III", number, *each))
        before = each
    return _full_box(b"stsc", 0, struct.pack(">I", len(entries)), *entries)


def _offsets(track: Track) -> bytes:
    if max(track.chunk_offsets) > _MAX_OFFSET:
        return _table(b"co64", track.chunk_offsets)
    narrow = struct.pack(f">{len(track.chunk_offsets)}I", *track.chunk_offsets)
    return _full_box(b"stco", 0, struct.pack(">I", len(track.chunk_offsets)), narrow)


def _table(kind: bytes, values: array[int]) -> bytes:
    return _full_box(kind, 0, struct.pack(">I", len(values)), _big_endian(values))


def _big_endian(values: array[int]) -> bytes:
    if sys.byteorder == "big":
        return values.tobytes()
    swapped = values[:]
    swapped.byteswap()
    return swapped.tobytes()


def _full_box(kind: bytes, version: int, *parts: bytes, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", len(content) + 8, kind) + content
