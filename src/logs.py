"""Structured logs: one JSON line an event."""

from __future__ import annotations

import json


def log(event: str, **fields: object) -> None:
    """Write one line. Ids and counts only: never tokens, addresses or bodies."""
    print(json.dumps({"event": event, **fields}, default=str))  # noqa: T201
