"""Signatures of webhooks by Svix, which Resend uses. Source: https://docs.svix.com

The signature is HMAC-SHA256 of `id.timestamp.body`. The header has one signature for each key, so
that keys can rotate. Pure.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TOLERANCE_S: Final = 5 * 60
PREFIX: Final = "whsec_"
# int() fails on thousands of digits.
_SECONDS: Final = re.compile(r"[0-9]{1,12}\Z")


def message_id(headers: Mapping[str, str], body: bytes, secret: str, *, now: int) -> str | None:
    """The id of a genuine and recent message; None for any other.

    Header names are lower case. `secret` looks like `whsec_MfKQ...`; settings.py has checked it.
    """
    found = headers.get("svix-id", "")
    timestamp = headers.get("svix-timestamp", "")
    given = headers.get("svix-signature", "")
    if not found or not _SECONDS.match(timestamp):
        return None
    if abs(now - int(timestamp)) > TOLERANCE_S:
        return None
    signed = f"{found}.{timestamp}.".encode() + body
    key = base64.b64decode(secret.removeprefix(PREFIX))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    matches = [
        hmac.compare_digest(signature.encode(), wanted)
        for version, _, signature in (part.partition(",") for part in given.split())
        if version == "v1"
    ]
    return found if any(matches) else None
