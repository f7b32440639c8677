"""Fixtures of the unit tests."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.unit.sqlite_database import SqliteDatabase, migrated


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Return an empty database with the whole schema."""
    with closing(migrated()) as connection:
        yield connection


@pytest.fixture
def db(connection: sqlite3.Connection) -> SqliteDatabase:
    """Return the same database with the interface that the queries use."""
    return SqliteDatabase(connection)
