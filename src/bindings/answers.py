"""The answer of a binding, or an error if it is down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyodide.ffi import JsException

from errors import ServiceUnavailableError
from logs import log

if TYPE_CHECKING:
    from collections.abc import Awaitable

# Codes of D1 for a wrong statement. A retry would fail as well.
OWN_FAULTS: Final = (
    "SQLITE_CONSTRAINT",
    "SQLITE_ERROR",
    "SQLITE_MISMATCH",
    "SQLITE_TOOBIG",
)


async def answer_of(binding: str, call: Awaitable[Any]) -> Any:
    """Await a binding's answer.

    Raises: ServiceUnavailableError; JsException for a fault of our own.
    """
    try:
        return await call
    except JsException as error:
        if any(mark in str(error) for mark in OWN_FAULTS):
            raise
        log("binding_failed", binding=binding, error=str(error)[:500])
        raise ServiceUnavailableError from error
