"""The bucket's interface for use cases. Files are the runtime's streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from i18n import N_, _, ngettext, number

if TYPE_CHECKING:
    from collections.abc import Sequence

Stream = Any
MB: Final = 1000 * 1000
# Our page uploads larger files in parts.
MULTIPART_ABOVE_BYTES: Final = 20 * MB
_UNITS: Final = (
    # Translators: {size} is a number.
    (N_("{size} GB"), 10**9),
    (N_("{size} MB"), 10**6),
    (N_("{size} KB"), 10**3),
)


def size_in_words(size: int) -> str:
    """`20 bytes`, `340 KB`, `2.4 MB`, `1.2 GB`; in powers of ten, as file managers show it."""
    for pattern, bytes_ in _UNITS:
        if size >= bytes_:
            rounded = round(size / bytes_, 1 if size < 10 * bytes_ else 0)
            return _(pattern, size=number(rounded, 0 if rounded.is_integer() else 1))
    return ngettext("{count} byte", "{count} bytes", size)


class StreamBrokenError(Exception):
    """A body ended too early, or the bucket rejected it."""


class Stored(NamedTuple):
    """An object's size and ETag in the bucket."""

    size: int
    etag: str


class Part(NamedTuple):
    number: int
    etag: str


class Span(NamedTuple):
    """A range of an object's bytes."""

    key: str
    start: int
    length: int


Source = Span | bytes
"""What a part is put together from."""


class Files(Protocol):
    """R2. Methods with a body or parts, and `finish`, raise StreamBrokenError if they fail.

    The others raise ServiceUnavailableError; `abort` never raises.
    """

    async def put(self, key: str, body: Stream | bytes) -> Stored:
        """Store bytes, or a stream of known length."""
        ...

    async def head(self, key: str) -> Stored | None: ...

    async def read(self, key: str, start: int, length: int) -> bytes:
        """A few bytes, such as a header; fewer at the end, none if the object does not exist."""
        ...

    async def open(self, key: str, start: int, length: int) -> Stream | None:
        """A range as a stream; None if the object does not exist."""
        ...

    async def delete(self, keys: Sequence[str]) -> None: ...

    async def list_keys(self, after: str, limit: int) -> list[tuple[str, int]]:
        """The keys that follow `after`, in order, each with its upload time in epoch seconds."""
        ...

    async def begin(self, key: str) -> str:
        """Start a multipart upload. Returns its id."""
        ...

    async def put_part(self, key: str, upload_id: str, number: int, body: Stream) -> Part:
        """Store one part; a second call with its number replaces it."""
        ...

    async def put_part_of(
        self, key: str, upload_id: str, number: int, sources: Sequence[Source]
    ) -> Part:
        """Store one part that is put together from other objects and from bytes.

        The objects' bytes stay streams. Raises: StreamBrokenError, also if an object is missing.
        """
        ...

    async def finish(self, key: str, upload_id: str, parts: Sequence[Part]) -> Stored: ...

    async def abort(self, key: str, upload_id: str) -> None:
        """Delete the parts. Harmless if there are none."""
        ...
