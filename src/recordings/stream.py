"""What a browser has sent, as one stream of bytes that is read from its pieces in R2."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from files.storage import Span
from files.streams import RecordingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from db.database import Row
    from files.storage import Files, Source

# The header of a fragment of four seconds has about 4 KB, and it begins a piece.
WINDOW_BYTES: Final = 16 * 1024
# How many pieces are asked for at once. Cloudflare runs six requests at a time.
AHEAD: Final = 6
# Cloudflare allows an event 10,000 requests.
MAX_READS: Final = 8_000


class Received:
    """The pieces follow each other without a gap."""

    def __init__(self, files: Files, pieces: Sequence[Row]) -> None:
        self._files = files
        self.starts = [piece["start_byte"] for piece in pieces]
        self._sizes = [piece["size_bytes"] for piece in pieces]
        self._keys = [piece["r2_key"] for piece in pieces]
        self.size = self.starts[-1] + self._sizes[-1] if pieces else 0
        self._reads_left = MAX_READS
        self._heads: dict[int, bytes] = {}
        """The first bytes of pieces, by their numbers."""
        self._window = 0, b""
        """A place, and the bytes from there on."""

    async def read(self, start: int, length: int) -> bytes:
        """These bytes; fewer at the end. Raises: RecordingError if it took too many reads."""
        length = max(0, min(length, self.size - start))
        place, window = self._window
        if not place <= start <= start + length <= place + len(window):
            place, window = self._window = start, await self._fetch(start, length)
        return window[start - place : start - place + length]

    async def _fetch(self, start: int, length: int) -> bytes:
        """At least these bytes, and the rest of a window if it is in the same piece."""
        number = bisect_right(self.starts, start) - 1
        found = b""
        if start == self.starts[number]:
            found = await self._head(number)
        while len(found) < length:
            position = start + len(found)
            number = bisect_right(self.starts, position) - 1
            inside = position - self.starts[number]
            wanted = max(WINDOW_BYTES, length - len(found))
            found += await self._read_piece(
                number, inside, min(wanted, self._sizes[number] - inside)
            )
        return found

    async def _head(self, number: int) -> bytes:
        """The first bytes of a piece; those of the next ones are read with it."""
        if number not in self._heads:
            last = min(number + AHEAD, len(self.starts))
            numbers = range(number, last)
            found = await asyncio.gather(
                *(
                    self._read_piece(each, 0, min(WINDOW_BYTES, self._sizes[each]))
                    for each in numbers
                )
            )
            self._heads = dict(zip(numbers, found, strict=True))
        return self._heads[number]

    async def _read_piece(self, number: int, start: int, length: int) -> bytes:
        if self._reads_left <= 0:
            msg = f"it takes more than {MAX_READS} reads"
            raise RecordingError(msg)
        self._reads_left -= 1
        found = await self._files.read(self._keys[number], start, length)
        if len(found) != length:
            msg = f"piece {self.starts[number]} is not whole in the bucket"
            raise RecordingError(msg)
        return found

    async def heads(self, after: int, before: int) -> AsyncIterator[tuple[int, bytes]]:
        """The first bytes of each piece that begins between these places, both excluded."""
        number = bisect_right(self.starts, after)
        while number < len(self.starts) and self.starts[number] < before:
            yield self.starts[number], await self._head(number)
            number += 1

    def sources(self, start: int, stop: int) -> list[Source]:
        """Where the bytes from `start` to `stop` lie in the bucket."""
        found: list[Source] = []
        number = max(0, bisect_right(self.starts, start) - 1)
        while start < stop and number < len(self.starts):
            inside = start - self.starts[number]
            length = min(stop - start, self._sizes[number] - inside)
            found.append(Span(self._keys[number], inside, length))
            start += length
            number += 1
        return found
