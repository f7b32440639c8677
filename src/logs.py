"""Structured logs: one JSON line an event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    Level = Literal["info", "warning", "error"]

ERRORS: Final = frozenset(
    {
        "deferred_work_failed",
        "event_dead",
        "mail_dead",
        "mail_render_failed",
        "not_configured",
        "purge_failed",
        "recording_failed",
        "recording_message_failed",
        "resource_missing_in_bucket",
        "scheduled_work_failed",
        "unexpected_error",
    }
)
"""An operator must act: a defect, or work that has no further retry."""
WARNINGS: Final = frozenset(
    {
        "binding_failed",
        "board_save_failed",
        "call_not_ended",
        "chat_purge_failed",
        "event_not_counted",
        "event_not_taken",
        "jwks_unavailable",
        "mail_call_failed",
        "mail_late",
        "provider_failed",
        "provider_query_failed",
        "purge_backlog",
        "rate_limit_unavailable",
        "reconcile_failed",
        "recording_attempt_failed",
        "recording_id_refused",
        "recording_message_invalid",
        "recording_part_failed",
        "recording_sweep_failed",
        "recordings_query_failed",
        "room_features_differ",
        "room_refresh_failed",
        "socket_closed_for_abuse",
        "turn_unavailable",
        "weak_settings",
    }
)
"""There is a retry, or a part works. An operator must act if it continues."""

_encode = json.JSONEncoder(default=str).encode


def _print(_level: Level, line: str) -> None:
    print(line)  # noqa: T201 (outside the Worker)


write: Callable[[Level, str], None] = _print
"""Writes a line. The Worker sets it to `console.log` (bindings), which is faster than print."""
version = ""
"""The running release, if Cloudflare names it (bindings)."""


def log(event: str, **fields: object) -> None:
    """Write one line. Ids and counts only: never tokens, addresses or bodies."""
    level = level_of(event)
    line: dict[str, object] = {"event": event, **fields}
    if level != "info":
        line["level"] = level
    if version:
        line["version"] = version
    write(level, _encode(line))


def level_of(event: str) -> Level:
    """The severity of events of this name."""
    if event in ERRORS:
        return "error"
    return "warning" if event in WARNINGS else "info"
