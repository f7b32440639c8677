"""Conditional and partial downloads (RFC 9110, sections 13 and 14): one file, one range. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from errors import PreconditionFailedError, RangeNotSatisfiableError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TAG: Final = re.compile(r'(?:W/)?"[^"]*"')
_RANGE: Final = re.compile(r"bytes=\s*(\d*)\s*-\s*(\d*)\s*\Z", re.IGNORECASE | re.ASCII)
# More digits than any size has: Python converts a million digits slowly.
_MAX_DIGITS: Final = 18


class Slice(NamedTuple):
    """`length` bytes from `start` of a file of `size`."""

    start: int
    length: int
    size: int

    @property
    def content_range(self) -> str:
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.size}"


def is_unchanged(headers: Mapping[str, str], etag: str) -> bool:
    """Whether the client has this version already, so the answer is 304.

    Raises: PreconditionFailedError if If-Match names another version.
    """
    wanted = headers.get("if-match")
    if wanted is not None and wanted.strip() != "*" and etag not in _strong_tags(wanted):
        raise PreconditionFailedError
    known = headers.get("if-none-match")
    if known is None:
        return False
    return known.strip() == "*" or etag in {tag.removeprefix("W/") for tag in _TAG.findall(known)}


def _strong_tags(value: str) -> set[str]:
    return {tag for tag in _TAG.findall(value) if not tag.startswith("W/")}


def requested(headers: Mapping[str, str], *, size: int, etag: str) -> Slice | None:
    """The range to send; None for the whole file.

    A range of another version, several ranges, or an invalid range get the whole file.

    Raises: RangeNotSatisfiableError.
    """
    value = headers.get("range")
    if value is None or headers.get("if-range", etag).strip() != etag:
        return None
    found = _RANGE.match(value.strip())
    if found is None or len(value) > 2 * _MAX_DIGITS:
        return None
    first, last = found.groups()
    if first == "" and last == "":
        return None
    if first == "":
        length = min(int(last), size)
        start = size - length
    else:
        start = int(first)
        end = int(last) if last else size - 1
        if end < start and last:
            return None
        length = min(end, size - 1) - start + 1
    if start >= size or length <= 0:
        raise RangeNotSatisfiableError(size)
    return Slice(start, length, size)
