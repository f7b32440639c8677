"""What unit tests start from."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.unit.sqlite_database import SqliteDatabase, migrated


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Return a migrated, empty database."""
    with closing(migrated()) as connection:
        yield connection


@pytest.fixture
def db(connection: sqlite3.Connection) -> SqliteDatabase:
    """Return the same database as the queries see it."""
    return SqliteDatabase(connection)
