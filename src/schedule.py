"""The work of each cron trigger of wrangler.toml. An unknown trigger runs the minute's work."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Final

import retention
from events import sending
from files import cleanup
from logs import log
from mail import tick
from recordings import consumer
from sessions import overdue

if TYPE_CHECKING:
    from collections.abc import Callable

    from context import Context

EACH_FIVE_MINUTES: Final = "*/5 * * * *"
HOURLY: Final = "17 * * * *"

# The deliveries come last: a platform that is down costs its own time alone.
EACH_MINUTE: Final = (overdue.close_overdue, tick.tick, cleanup.sweep, sending.sweep)
WORK: Final = {EACH_FIVE_MINUTES: (consumer.sweep,), HOURLY: (retention.purge,)}


async def run(cron: str, make_context: Callable[[], Context]) -> None:
    """Run the jobs of a trigger, each with its own context.

    A job that fails does not stop the next job; the last failure is raised at the end.
    """
    failure = None
    for work in WORK.get(cron, EACH_MINUTE):
        try:
            await work(make_context())
        except Exception as error:  # noqa: BLE001
            log("scheduled_work_failed", trace=traceback.format_exception(error))
            failure = error
    if failure:
        raise failure
