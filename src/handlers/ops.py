"""For those who run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.messages import json_response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request, Response


async def openapi(_request: Request, ctx: Context) -> Response:
    """This document. Imported when asked for, in development only."""
    from openapi import document  # noqa: PLC0415

    return json_response(document.document(ctx.settings))


async def healthz(_request: Request, ctx: Context) -> Response:
    """200 when every binding answers, else 503. Names only; no secrets.

    `lacks` has what does not work because a setting is missing that not everybody needs.
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
