"""A context for use cases on the host: real queries, and fakes of the runtime's functions."""

import asyncio
from collections.abc import Awaitable
from types import SimpleNamespace
from typing import Any, cast

from context import Context
from db.database import Database
from settings import Settings


class FakeContext(SimpleNamespace):
    """`points` are the analytics events: (event, its texts and numbers)."""

    @classmethod
    def make(cls, db: Database, now: int, **changes: Any) -> Context:
        points: list[tuple[str, list[Any]]] = []
        tasks: list[Any] = []

        def write(_index: str, texts: list[str], numbers: list[float]) -> None:
            points.append((texts[0], [*texts[2:], *numbers]))

        def defer(work: Awaitable[Any]) -> None:
            tasks.append(asyncio.ensure_future(work))

        context = cls(
            settings=Settings(),
            db=db,
            now=now,
            request_id="test",
            write_data_point=write,
            defer=defer,
            points=points,
            tasks=tasks,
        )
        vars(context).update(changes)
        return cast("Context", context)
