"""Many rows in one parameter: D1 allows a hundred parameters, so a list is one JSON text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# D1's limit for a text is one or two million bytes (its documents disagree). The JSON is ASCII.
MAX_CHARACTERS: Final = 500_000


def json_lists(items: Iterable[str]) -> list[str]:
    """Group JSON values into JSON lists that are short enough to be a parameter."""
    lists: list[list[str]] = [[]]
    size = 0
    for item in items:
        if lists[-1] and size + len(item) > MAX_CHARACTERS:
            lists.append([])
            size = 0
        lists[-1].append(item)
        size += len(item) + 1
    return [f"[{','.join(found)}]" for found in lists if found]
