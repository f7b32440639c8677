"""Many rows in one parameter: D1 takes a hundred parameters, so lists go as JSON texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# A text of D1 has one or two million bytes at most, whichever page one reads; JSON as Python
# writes it is ASCII.
MAX_CHARACTERS: Final = 500_000


def json_lists(items: Iterable[str]) -> list[str]:
    """JSON values gathered into JSON lists, each short enough to be a parameter."""
    lists: list[list[str]] = [[]]
    size = 0
    for item in items:
        if lists[-1] and size + len(item) > MAX_CHARACTERS:
            lists.append([])
            size = 0
        lists[-1].append(item)
        size += len(item) + 1
    return [f"[{','.join(found)}]" for found in lists if found]
