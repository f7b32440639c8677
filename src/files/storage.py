"""The bucket as use cases see it. Bodies are the runtime's own streams, never Python's bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

Stream = Any
MB: Final = 1000 * 1000
# Above this our own page uploads in parts.
MULTIPART_ABOVE_BYTES: Final = 20 * MB


def size_in_words(size: int) -> str:
    """`20 bytes`, `340 KB`, `2.4 MB`, `1.2 GB`; in powers of ten, as files are sold."""
    for unit, bytes_ in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= bytes_:
            number = f"{size / bytes_:.1f}" if size < 10 * bytes_ else f"{size / bytes_:.0f}"
            return f"{number.removesuffix('.0')} {unit}"
    return f"{size} bytes"


class StreamBrokenError(Exception):
    """A body ended too early, or the bucket would not take it."""


class Stored(NamedTuple):
    """What the bucket says of an object."""

    size: int
    etag: str


class Part(NamedTuple):
    number: int
    etag: str


class Files(Protocol):
    """R2. What takes a body, and `finish`, raises StreamBrokenError when it does not succeed.

    The others raise ServiceUnavailableError, but for `abort`.
    """

    async def put(self, key: str, body: Stream) -> Stored:
        """Store a body of known length."""
        ...

    async def head(self, key: str) -> Stored | None: ...

    async def read(self, key: str, start: int, length: int) -> bytes:
        """A few bytes, such as a header; fewer at the end, none when there is no such object."""
        ...

    async def open(self, key: str, start: int, length: int) -> Stream | None:
        """A range as a stream; None when there is no such object."""
        ...

    async def delete(self, keys: Sequence[str]) -> None: ...

    async def list_keys(self, after: str, limit: int) -> list[tuple[str, int]]:
        """Keys in order, after that one, each with its time of upload in epoch seconds."""
        ...

    async def begin(self, key: str) -> str:
        """Start an object that arrives in parts; its upload id."""
        ...

    async def put_part(self, key: str, upload_id: str, number: int, body: Stream) -> Part:
        """Store one part; again replaces it."""
        ...

    async def finish(self, key: str, upload_id: str, parts: Sequence[Part]) -> Stored: ...

    async def abort(self, key: str, upload_id: str) -> None:
        """Forget the parts. Harmless when there are none."""
        ...
