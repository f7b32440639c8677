"""The parts of a browser's recording: equal, but for the last. R2 makes one file of them.

A part lies in the bucket as soon as its pieces are there, so that little is left to do in the end.
The first one is made last: what is written over the beginning is known only then. Pieces stay until
the file is ready, since parts cannot be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from db import receiving as receiving_db
from errors import ServiceUnavailableError
from files.storage import StreamBrokenError
from logs import log
from recordings.stream import Received

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context import Context
    from db.database import Row
    from files.storage import Source

# No piece is in two of them.
PART_BYTES: Final = 8 * 1024 * 1024


async def make_early(ctx: Context, row: Row, number: int) -> None:
    """Make the part whose last piece has arrived. A failure does not matter: see above."""
    stop = number * PART_BYTES
    about = {"session_id": row["session_id"], "record_id": row["record_id"], "number": number}
    try:
        pieces = await receiving_db.list_pieces(
            ctx.db, row["record_id"], start=stop - PART_BYTES, stop=stop
        )
        sources = Received(ctx.files, pieces).sources(stop - PART_BYTES, stop)
        part = await ctx.files.put_part_of(row["r2_key"], row["upload_id"], number, sources)
        await receiving_db.add_part(ctx.db, row, part, PART_BYTES, state="receiving")
    except (StreamBrokenError, ServiceUnavailableError) as error:
        log("recording_part_failed", **about, error=str(error))


class Film(NamedTuple):
    """The finished file: what was sent, up to `end`, with changes, and what follows it."""

    seconds: float
    end: int
    patches: Sequence[tuple[int, bytes]]
    tail: bytes

    @property
    def size(self) -> int:
        return self.end + len(self.tail)

    @property
    def part_count(self) -> int:
        return -(-self.size // PART_BYTES)

    def is_as_sent(self, number: int) -> bool:
        """True for a part without changes, which may have been made early."""
        start, stop = (number - 1) * PART_BYTES, number * PART_BYTES
        return stop <= self.end and not any(
            place < stop and start < place + len(content) for place, content in self.patches
        )

    def part(self, received: Received, number: int) -> list[Source]:
        """Where the bytes of a part come from."""
        position = (number - 1) * PART_BYTES
        stop = min(number * PART_BYTES, self.size)
        found: list[Source] = []
        for place, content in [*self.patches, (self.end, self.tail)]:
            if position < min(place, stop):
                found += received.sources(position, min(place, stop))
                position = min(place, stop)
            last = min(place + len(content), stop)
            if position < last:
                found.append(content[position - place : last - place])
                position = last
        return found
