"""STUN and TURN servers for a call. With a key, Cloudflare makes credentials for each join.

Source: developers.cloudflare.com/realtime/turn/generate-credentials
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from logs import log

if TYPE_CHECKING:
    from context import Context

URL: Final = (
    "https://rtc.live.cloudflare.com/v1/turn/keys/{key_id}/credentials/generate-ice-servers"
)
TIMEOUT_S: Final = 3.0
CREATED: Final = 201
# A call breaks soon after its credentials expire, so they last longer than the room.
MARGIN_S: Final = 15 * 60
# Browsers block the DNS port, and waste time on it.
BLOCKED_PORT: Final = ":53?"


async def ice_servers(ctx: Context, *, until: int) -> list[dict[str, Any]]:
    """The servers with which a browser finds the other one; credentials are valid until `until`.

    Without an answer from Cloudflare these are the configured servers: most calls need no relay.
    """
    configured = list(ctx.settings.ice_servers)
    if not ctx.settings.turn_key_id:
        return configured
    try:
        return configured + await _create_credentials(ctx, ttl=until - ctx.now + MARGIN_S)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        log("turn_unavailable", request_id=ctx.request_id, error=type(error).__name__)
        return configured


async def _create_credentials(ctx: Context, *, ttl: int) -> list[dict[str, Any]]:
    answer = await ctx.http(
        "POST",
        URL.format(key_id=ctx.settings.turn_key_id),
        [
            ("Authorization", f"Bearer {ctx.settings.turn_key_api_token}"),
            ("Content-Type", "application/json"),
        ],
        json.dumps({"ttl": ttl}).encode(),
        TIMEOUT_S,
    )
    if answer.status != CREATED:
        raise ValueError("no credentials")
    from pydantic_core import from_json  # noqa: PLC0415

    return [
        {**server, "urls": usable}
        for server in from_json(answer.body)["iceServers"]
        if (usable := [url for url in _urls(server) if BLOCKED_PORT not in f"{url}?"])
    ]


def _urls(server: dict[str, Any]) -> list[str]:
    urls = server["urls"]
    return [urls] if isinstance(urls, str) else urls
