"""Routes for operators and developers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.messages import json_response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def openapi(_request: Request, ctx: Context) -> Response:
    """The OpenAPI document, which names no secrets. Only this route imports it."""
    from openapi import document  # noqa: PLC0415

    return json_response(document.document(ctx.settings))


async def healthz(_request: Request, ctx: Context) -> Response:
    """200 if every binding answers, else 503. Names only, no secrets.

    `lacks` lists features that a missing optional setting turns off.
    """
    bindings = await ctx.probe()
    healthy = all(bindings.values())
    health = {
        "ok": healthy,
        "version": ctx.version,
        "bindings": bindings,
        "lacks": ctx.settings.lacks(),
    }
    return json_response(health, 200 if healthy else 503)
