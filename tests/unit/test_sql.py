"""Every SQL constant of `db/` compiles and scans no table."""

import importlib
import pkgutil
import re
import sqlite3

import pytest

import db as db_package

# The queries that may read a whole table or index, and why.
MAY_SCAN = {
    "mails.COUNT_UNSENT": "walks the indexes of the pending mails and of those being sent",
    "operations.COUNT_WAITING_EVENTS": "walks the index of the pending events",
    "operations.LIST_DEAD_EVENTS": "walks the index of the dead events, and stops",
    "operations.LIST_DEAD_MAILS": "walks the index of the dead mails, and stops",
    "transitions.END_OVERDUE_STAYS": "walks the index of the open stays: who is in a room now",
    "outbox.LIST_NEWEST": "walks the index by time and stops after a hundred rows",
}
# The queries that may read a whole table without an index by its person, and why.
MAY_SCAN_ROWS = {
    "erasure.CLEAR_REASONS": "a person is deleted rarely, and requests for another time are few",
    "erasure.DROP_OUTBOX": "only deployments without a mail service have this table",
}
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE)\b", re.IGNORECASE)
PARAMETER = re.compile(r"\?(\d+)")


def constants() -> dict[str, str]:
    found = {}
    for module_info in pkgutil.iter_modules(db_package.__path__):
        module = importlib.import_module(f"db.{module_info.name}")
        for name, value in vars(module).items():
            # A _PART of statements is explained with the statements that use it.
            if name.isupper() and not name.startswith("_") and isinstance(value, str):
                found[f"{module_info.name}.{name}"] = value
    return {name: value for name, value in found.items() if SQL.match(value)}


STATEMENTS = constants()


def plan_of(connection: sqlite3.Connection, sql: str) -> list[str]:
    highest = max(map(int, PARAMETER.findall(sql)), default=0)
    # An INSERT of several rows plans to look for rows that refer to the new ones, and skips that
    # (OP_FkIfZero): only a reference that is violated already could need it.
    connection.execute(f"PRAGMA foreign_keys = {'OFF' if 'INSERT' in sql else 'ON'}")
    rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}", (None,) * highest)
    return [row["detail"] for row in rows]


def scans(connection: sqlite3.Connection, sql: str) -> list[str]:
    """The steps that scan a real table or its index; a scan of a subquery's result is fine."""
    real = real_names(connection, sql)
    steps = [(step, step.split()) for step in plan_of(connection, sql)]
    return [step for step, words in steps if words[0] == "SCAN" and words[1] in real]


def real_names(connection: sqlite3.Connection, sql: str) -> set[str]:
    """Our tables and their aliases in the statement."""
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    tables = {row["name"] for row in rows}
    return tables | {
        alias for table, alias in re.findall(r"\b(\w+)(?=(?: AS)? (\w+))", sql) if table in tables
    }


def test_statements_are_found():
    assert {"sessions.FIND", "bookings.CHANGE_SESSIONS", "transitions.ABANDON_OVERDUE"} <= set(
        STATEMENTS
    )


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_scans_no_table(connection, name):
    found = scans(connection, STATEMENTS[name])

    if name in MAY_SCAN:
        assert found, "remove it from MAY_SCAN"
        assert all("USING INDEX" in step for step in found)
    elif name in MAY_SCAN_ROWS:
        assert len(found) == 1
    else:
        assert found == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM sessions WHERE recording_enabled = ?1",
        "SELECT s.id FROM sessions s WHERE s.recording_enabled = ?1",
        "SELECT count(*) FROM sessions s WHERE s.recording_enabled = ?1",
        "SELECT s.id FROM sessions AS s LEFT JOIN users u ON u.id = s.student_id",
        "UPDATE mails SET attempts = 0 WHERE attempts = ?1",
    ],
)
def test_scans_finds_a_table_scan(connection, sql):
    assert len(scans(connection, sql)) == 1


def test_scans_allows_results_of_subqueries(connection):
    sql = """
    WITH due AS MATERIALIZED (SELECT id FROM sessions WHERE status = ?1 AND scheduled_end < ?2)
    SELECT due.id, kind.value FROM due, json_each('["24h", "1h"]') AS kind
    """

    assert any(step.startswith("SCAN due") for step in plan_of(connection, sql))
    assert scans(connection, sql) == []


@pytest.mark.parametrize("name", [*MAY_SCAN, *MAY_SCAN_ROWS])
def test_exception_is_needed(connection, name):
    assert scans(connection, STATEMENTS[name])


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_numbers_parameters_without_gaps(name):
    numbers = {int(number) for number in PARAMETER.findall(STATEMENTS[name])}

    assert numbers == set(range(1, len(numbers) + 1))
    assert not re.search(r"\?(?!\d)", STATEMENTS[name])


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_sorts_by_an_index_or_within_one_session(connection, name):
    """A list that grows with the table is not sorted in memory."""
    sorts = [step for step in plan_of(connection, STATEMENTS[name]) if "TEMP B-TREE" in step]
    is_of_one_thing = re.search(
        r"(session_id|student_id|user_id) = (\?1|mails\.session_id)", STATEMENTS[name]
    )

    assert not sorts or is_of_one_thing
