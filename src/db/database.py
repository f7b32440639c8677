"""The database that the queries need: D1 in the Worker, sqlite3 in unit tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = dict[str, Any]
Statement = tuple[str, tuple[Any, ...]]
"""SQL and its parameters."""
Loaded = TypeVar("Loaded")


class Query(NamedTuple, Generic[Loaded]):
    """Statements of one round trip, and the parser of their rows.

    `parse` gets one list of rows for each statement, in the order of the statements.
    """

    statements: Sequence[Statement]
    parse: Callable[[Sequence[list[Row]]], Loaded]


class Database(Protocol):
    """A call is one round trip. Parameters are str, int, float or None, numbered ?1, ?2 ...

    Raises: ServiceUnavailableError.
    """

    async def all(self, sql: str, *params: Any) -> list[Row]:
        """Run one statement; its rows (of RETURNING, for a write)."""
        ...

    async def batch(self, statements: list[Statement]) -> list[list[Row]]:
        """Run all in one transaction: every one or none. The rows of each."""
        ...
