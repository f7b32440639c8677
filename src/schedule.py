"""The cron triggers of wrangler.toml, by what they are for. Every other one is the minute's."""

from __future__ import annotations

from typing import Final

EACH_FIVE_MINUTES: Final = "*/5 * * * *"
DAILY: Final = "17 3 * * *"
