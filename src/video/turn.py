"""STUN and TURN servers for a call. Each join gets credentials of its own for the TURN servers.

Sources: developers.cloudflare.com/realtime/turn/generate-credentials;
draft-uberti-behave-turn-rest, which coturn calls `use-auth-secret`.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from logs import log
from setting_values import urls_of

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

    Without an answer from Cloudflare these are the other servers: most calls need no relay.
    """
    configured = list(ctx.settings.ice_servers)
    if ctx.settings.turn_urls:
        configured.append(_own_servers(ctx, expires_at=until + MARGIN_S))
    if not ctx.settings.turn_key_id:
        return configured
    try:
        return configured + await _create_credentials(ctx, ttl=until - ctx.now + MARGIN_S)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        log("turn_unavailable", request_id=ctx.request_id, error=type(error).__name__)
        return configured


def _own_servers(ctx: Context, *, expires_at: int) -> dict[str, Any]:
    """The operator's TURN servers. The name says when it expires; the secret signs the name.

    The rest of the name is random: TURN servers log it, and count what each name uses.
    """
    import base64  # noqa: PLC0415
    import hmac  # noqa: PLC0415

    username = f"{expires_at}:{os.urandom(8).hex()}"
    signature = hmac.digest(ctx.settings.turn_secret.encode(), username.encode(), "sha1")
    return {
        "urls": list(ctx.settings.turn_urls),
        "username": username,
        "credential": base64.b64encode(signature).decode(),
    }


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
        if (usable := [url for url in urls_of(server) if BLOCKED_PORT not in f"{url}?"])
    ]
