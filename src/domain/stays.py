"""How long people were in a room, from the stays of each. Pure; times are epoch seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Stay(NamedTuple):
    """From the coming to the leaving. `left_at` is None while the person is there."""

    joined_at: int
    left_at: int | None


def seconds_present(stays: Iterable[Stay], now: int) -> int:
    """All stays of one person together; stays that touch or overlap count once."""
    return sum(end - start for start, end in _joined(stays, now))


def seconds_together(one: Iterable[Stay], other: Iterable[Stay], now: int) -> int:
    """How long both were there at the same time."""
    others = _joined(other, now)
    return sum(
        max(0, min(end, other_end) - max(start, other_start))
        for start, end in _joined(one, now)
        for other_start, other_end in others
    )


def _joined(stays: Iterable[Stay], now: int) -> list[tuple[int, int]]:
    """Periods without an overlap, in order."""
    periods: list[tuple[int, int]] = []
    for start, end in sorted((s.joined_at, now if s.left_at is None else s.left_at) for s in stays):
        if periods and start <= periods[-1][1]:
            first, before = periods[-1]
            periods[-1] = first, max(before, end)
        elif start < end:
            periods.append((start, end))
    return periods
