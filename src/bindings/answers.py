"""What a binding answers, or that it is down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyodide.ffi import JsException

from errors import ServiceUnavailableError
from logs import log

if TYPE_CHECKING:
    from collections.abc import Awaitable

# What D1 says of a statement that no repetition would mend.
FAULTS_OF_OURS: Final = (
    "SQLITE_CONSTRAINT",
    "SQLITE_ERROR",
    "SQLITE_MISMATCH",
    "SQLITE_TOOBIG",
)


async def answer_of(binding: str, call: Awaitable[Any]) -> Any:
    """What a binding answers. Raises: ServiceUnavailableError; ours are JsException still."""
    try:
        return await call
    except JsException as error:
        if any(mark in str(error) for mark in FAULTS_OF_OURS):
            raise
        log("binding_failed", binding=binding, error=str(error)[:500])
        raise ServiceUnavailableError from error
