"""`db.database.Database` with sqlite3 and the real migrations."""

import sqlite3
from contextlib import closing
from functools import cache
from typing import Any

from tools.paths import MIGRATIONS

Row = dict[str, Any]


def migrated() -> sqlite3.Connection:
    """Return a new database in memory with the whole schema; each statement commits."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(empty())
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@cache
def empty() -> bytes:
    """Return the bytes of a migrated database: a copy takes a tenth of the migrations' time."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for migration in sorted(MIGRATIONS.glob("*.sql")):
            connection.executescript(migration.read_text(encoding="utf-8"))
        return connection.serialize()


class SqliteDatabase:
    """`calls` counts the round trips, like the adapter of D1."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.calls = 0

    async def all(self, sql: str, *params: Any) -> list[Row]:
        self.calls += 1
        return self._run(sql, params)

    async def batch(self, statements: list[tuple[str, tuple[Any, ...]]]) -> list[list[Row]]:
        self.calls += 1
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            results = [self._run(sql, params) for sql, params in statements]
        except sqlite3.Error:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        return results

    def _run(self, sql: str, params: tuple[Any, ...]) -> list[Row]:
        return [dict(row) for row in self.connection.execute(sql, params)]
