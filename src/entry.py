"""The Worker's events (fetch, scheduled, queue) and the export of the Durable Object."""

from __future__ import annotations

from typing import Any

from workers import WorkerEntrypoint

import abridged  # noqa: F401 (before all that imports packages)
import app
import bindings
from bindings import exchange
from room.durable_object import Room

__all__ = ["Default", "Room"]


class Default(WorkerEntrypoint):  # type: ignore[misc]
    """Cloudflare's events. It calls `scheduled` and `queue` with all three arguments."""

    # Not a static method: the check of an upload does not find one (workerd's introspection.py).
    async def fetch(self, request: Any) -> Any:
        request_id = bindings.new_id()
        response = await app.respond(
            exchange.incoming(request.js_object), request_id, lambda: bindings.context(request_id)
        )
        return exchange.outgoing(response)

    # These two import their modules late: a person waits while the Worker starts.

    async def scheduled(self, controller: Any, _env: Any = None, _ctx: Any = None) -> None:
        import schedule  # noqa: PLC0415

        await schedule.run(controller.cron, lambda: bindings.context(bindings.new_id()))

    async def queue(self, batch: Any, _env: Any = None, _ctx: Any = None) -> None:
        from bindings import deliveries  # noqa: PLC0415
        from events import sending  # noqa: PLC0415
        from recordings import consumer  # noqa: PLC0415

        ctx = bindings.context(bindings.new_id())
        await consumer.consume(ctx, batch.queue, deliveries.messages(batch))
        await sending.deliver_due(ctx)
