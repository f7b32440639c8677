"""Structured logs: one JSON line an event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_encode = json.JSONEncoder(default=str).encode
write: Callable[[str], object] = print
"""Takes a line. The Worker has the console itself do it (bindings): print goes a long way there."""


def log(event: str, **fields: object) -> None:
    """Write one line. Ids and counts only: never tokens, addresses or bodies."""
    write(_encode({"event": event, **fields}))
