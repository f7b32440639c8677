"""What a server of another is asked for, as a stream that flows on into the bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from files.storage import Stream


class RecordingError(Exception):
    """An attempt to copy a recording did not succeed. What it says is kept for the operator."""


class Fetched(NamedTuple):
    """The head of an answer, and its body as a stream nobody has read yet."""

    status: int
    headers: Mapping[str, str]
    body: Stream
