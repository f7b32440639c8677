"""Signatures of webhooks by Svix, which Resend uses. Source: https://docs.svix.com

The header has one signature for each key, so that keys can rotate. The library's own check is not
used: it reads its own clock, and raises other errors for a malformed signature. Pure.
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Final

from providers.webhook_signatures import sign

if TYPE_CHECKING:
    from collections.abc import Mapping

TOLERANCE_S: Final = 5 * 60
# int() fails on thousands of digits. The signature covers the text, so it has one form a number.
_SECONDS: Final = re.compile(r"[1-9][0-9]{0,11}\Z")


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
    try:
        wanted = sign(found, body.decode(), secret, at=int(timestamp)).encode()
    except UnicodeDecodeError:
        return None
    matches = [hmac.compare_digest(signature.encode(), wanted) for signature in given.split()]
    return found if any(matches) else None
