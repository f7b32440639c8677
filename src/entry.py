"""The Worker: fetch, scheduled, queue, and the Durable Object's export; nothing else."""

from __future__ import annotations

import traceback
from typing import Any, Final

from workers import WorkerEntrypoint

import app
import bindings
import cleaning
import lifecycle
import recordings
import reminders
import retention
import schedule
from logs import log
from room import Room

__all__ = ["Default", "Room"]

EACH_MINUTE: Final = (lifecycle.close_overdue, reminders.tick, cleaning.sweep)
WORK: Final = {
    schedule.EACH_FIVE_MINUTES: (recordings.sweep,),
    schedule.DAILY: (retention.purge,),
}


class Default(WorkerEntrypoint):  # type: ignore[misc]
    """Cloudflare's events, handed on. All three arguments of `scheduled` and `queue` arrive."""

    async def fetch(self, request: Any) -> Any:
        request_id = bindings.new_id()
        response = await app.respond(
            bindings.incoming(request.js_object),
            request_id,
            lambda: bindings.context(self.ctx.waitUntil, request_id),
        )
        return bindings.outgoing(response)

    async def scheduled(self, controller: Any, _env: Any = None, _ctx: Any = None) -> None:
        failure = None
        # Each with a context of its own: one that fails must not keep the others from their work.
        for work in WORK.get(controller.cron, EACH_MINUTE):
            context = bindings.context(self.ctx.waitUntil, bindings.new_id())
            try:
                await work(context)
            except Exception as error:  # noqa: BLE001
                log("scheduled_work_failed", trace=traceback.format_exception(error))
                failure = error
        if failure:
            raise failure

    async def queue(self, batch: Any, _env: Any = None, _ctx: Any = None) -> None:
        ctx = bindings.context(self.ctx.waitUntil, bindings.new_id())
        await recordings.consume(ctx, batch.queue, bindings.messages(batch))
