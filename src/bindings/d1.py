"""D1 behind `db.database`. Rows cross as one JSON text: a crossing costs more than the query."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import jsnull, to_js

from bindings.answers import answer_of

if TYPE_CHECKING:
    from db.database import Row


class D1:
    """`db.database.Database` over a D1 binding.

    `calls` counts the round trips; `rows_read` and `rows_written` count what D1 reports and bills.
    Raises: ServiceUnavailableError if D1 is down; JsException for a wrong statement.
    """

    def __init__(self, binding: Any) -> None:
        self._binding = binding
        self.calls = 0
        self.rows_read = 0
        self.rows_written = 0

    async def all(self, sql: str, *params: Any) -> list[Row]:
        self.calls += 1
        answer = await answer_of("DB", self._prepare(sql, params).all())
        return self._rows(json.loads(js.JSON.stringify(answer)))

    async def batch(self, statements: list[tuple[str, tuple[Any, ...]]]) -> list[list[Row]]:
        self.calls += 1
        prepared = to_js([self._prepare(sql, params) for sql, params in statements])
        answer = await answer_of("DB", self._binding.batch(prepared))
        results = json.loads(js.JSON.stringify(answer))
        return [self._rows(result) for result in results]

    def _rows(self, result: Any) -> list[Row]:
        self.rows_read += result["meta"]["rows_read"]
        self.rows_written += result["meta"]["rows_written"]
        rows: list[Row] = result["results"]
        return rows

    def _prepare(self, sql: str, params: tuple[Any, ...]) -> Any:
        statement = self._binding.prepare(sql)
        if not params:
            return statement
        return statement.bind(*[jsnull if value is None else value for value in params])
