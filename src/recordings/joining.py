"""Reads a browser's MP4: streams of fragments, one after another, as one movie.

A browser begins a new stream each time its page loads. A stream may be cut anywhere: the browser
died, and only whole pieces had been sent. A fragment that is not whole is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from files.fragments import Box, box_at, runs_of, tracks_of
from files.movie import MalformedError, Movie

if TYPE_CHECKING:
    from files.movie import SampleRun
    from recordings.stream import Received

# A header of a stream or of a fragment. Those of browsers have a few kilobytes.
MAX_HEADER_BYTES: Final = 1024 * 1024
# A fragment is two boxes and lasts for some seconds. It bounds the work for a stream of tiny boxes.
MAX_BOXES: Final = 100_000


async def read_movie(received: Received) -> Movie:
    """All whole fragments. A malformed stream is left out from there to the next stream.

    Raises: RecordingError.
    """
    reader = _Reader(received)
    position: int | None = 0
    while position is not None:
        cut = await reader.read_stream(position)
        position = await _next_stream(received, cut)
    return reader.movie


async def _next_stream(received: Received, after: int) -> int | None:
    """The next place where a stream begins, after a place where one was cut."""
    async for start, head in received.heads(after, received.size):
        if begins_stream(head):
            return start
    return None


def begins_stream(head: bytes) -> bool:
    """True for the first bytes of a stream; those of a piece within one do not look like this."""
    return head[4:8] == b"ftyp" and int.from_bytes(head[:4], "big") <= 256  # noqa: PLR2004


class _Reader:
    def __init__(self, received: Received) -> None:
        self.movie = Movie()
        self._received = received
        self._boxes_left = MAX_BOXES
        self._has_tracks = False
        self._runs: list[SampleRun] = []
        """The runs of the fragment whose samples follow."""

    async def read_stream(self, position: int) -> int:
        """Read box after box, also of streams that follow. Returns where that ended."""
        self._has_tracks, self._runs = False, []
        try:
            while position < self._received.size and self._boxes_left > 0:
                self._boxes_left -= 1
                box = box_at(await self._received.read(position, 16))
                end = position + box.size
                if end > self._received.size or await self._holds_a_stream(position, end):
                    break
                await self._take(box, position)
                position = end
        except MalformedError:
            pass
        return position

    async def _holds_a_stream(self, start: int, end: int) -> bool:
        """True if the next stream begins inside of this box, which was cut."""
        async for _, head in self._received.heads(start, end):
            if begins_stream(head):
                return True
        return False

    async def _take(self, box: Box, position: int) -> None:
        """Raises: MalformedError."""
        if box.kind == b"moov":
            self.movie.begin(tracks_of(await self._header(box, position)))
            self._has_tracks = True
        elif box.kind == b"moof" and self._has_tracks:
            moof = await self._header(box, position)
            self._runs = runs_of(moof, position, self.movie.defaults())
        elif box.kind == b"mdat" and self._runs:
            first, last = position + box.header, position + box.size
            for run in self._runs:
                if run.offset < first or run.offset + sum(run.sizes) > last:
                    msg = "samples outside of their fragment"
                    raise MalformedError(msg)
            self.movie.add(self._runs)
            self._runs = []

    async def _header(self, box: Box, position: int) -> bytes:
        if box.size > MAX_HEADER_BYTES:
            msg = f"a header of {box.size} bytes"
            raise MalformedError(msg)
        return await self._received.read(position, box.size)
