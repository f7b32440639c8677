"""A Worker that only does one thing: a request through our transport, as it is told."""

import json

import httpx
from workers import Response, WorkerEntrypoint

from bindings import outbound
from web import outbound_client


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        order = json.loads(await request.text() or "{}")
        if not order:
            return Response("ready")
        async with outbound_client.client(outbound.http, "", timeout_s=10) as client:
            return Response(json.dumps(await report(client, order)))


async def report(client, order):
    try:
        answer = await client.request(
            order["method"],
            order["url"],
            headers=order.get("headers"),
            content=order.get("content"),
            timeout=order.get("timeout", 10),
        )
    except httpx.HTTPError as error:
        return {"error": type(error).__name__, "has_request": error.request is not None}
    return {
        "status": answer.status_code,
        "headers": answer.headers.multi_items(),
        "text": answer.text,
        "history": len(answer.history),
    }
