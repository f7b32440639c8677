"""A film that browsers can play, as large as a test needs.

film.mp4 is one minute of a moving square (VP9, a key frame each second, 35 KB, made with PyAV).
With padding between its frames it behaves like a long file.
"""

import struct
from itertools import accumulate
from pathlib import Path

SMALL = Path(__file__).with_name("film.mp4")
WITHIN = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
FRAMES = 600


class PlayableFilm:
    """Like tests.fakes.films.Film: the fake source can serve it."""

    duration_s = 60
    salt = 0

    def __init__(self, padding: int) -> None:
        self._content = stretched(SMALL.read_bytes(), padding)
        self.size = len(self._content)

    def read(self, start: int, length: int) -> bytes:
        return self._content[start : start + length]


def stretched(film: bytes, padding: int) -> bytes:
    """The same film with `padding` bytes of a free box after each frame."""
    boxes = dict(top_level(film))
    sizes = struct.unpack_from(f">{FRAMES}I", film, film.index(b"stsz") + 16)
    moov = film[boxes[b"moov"][0] : boxes[b"moov"][1]]
    grown = with_offsets(moov, [0] * FRAMES)
    first = boxes[b"ftyp"][1] + len(grown) + 16
    starts = [first, *accumulate((size + padding for size in sizes), initial=first)][1:-1]
    content = bytearray()
    position = boxes[b"mdat"][0] + 8
    for size in sizes:
        content += film[position : position + size] + bytes(padding)
        position += size
    header = struct.pack(">I4sQ", 1, b"mdat", len(content) + 16)
    return film[: boxes[b"ftyp"][1]] + with_offsets(moov, starts) + header + bytes(content)


def top_level(content: bytes) -> list[tuple[bytes, tuple[int, int]]]:
    found, start = [], 0
    while start < len(content):
        size, kind = struct.unpack_from(">I4s", content, start)
        found.append((kind, (start, start + size)))
        start += size
    return found


def with_offsets(box: bytes, starts: list[int]) -> bytes:
    """The movie header with one chunk for each frame, at these offsets."""
    kind, content = box[4:8], box[8:]
    if kind == b"stco":
        content = struct.pack(f">II{FRAMES}I", 0, FRAMES, *starts)
    elif kind == b"stsc":
        content = struct.pack(">IIIII", 0, 1, 1, 1, 1)
    elif kind in WITHIN:
        content = b"".join(
            with_offsets(content[start:stop], starts) for _, (start, stop) in top_level(content)
        )
    return struct.pack(">I4s", len(content) + 8, kind) + content
