"""Responses of other servers as streams, which go to the bucket unread."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from files.storage import Stream


class RecordingError(Exception):
    """An attempt to copy a recording failed. The message is stored for the operator."""


class UnfinishedError(Exception):
    """The work made progress, but the consumer's time is over."""


class Fetched(NamedTuple):
    """A response's status and headers, and its body as an unread stream."""

    status: int
    headers: Mapping[str, str]
    body: Stream
