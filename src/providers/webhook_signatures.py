"""Signatures of Standard Webhooks, which Svix, and so Resend, use too.

A signature is an HMAC-SHA256 of `id.timestamp.body`, written as `v1,` and base64.
Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

from datetime import UTC, datetime

from standardwebhooks import Webhook


def sign(message_id: str, body: str, secret: str, *, at: int) -> str:
    """The signature of a message that is sent at this time, in epoch seconds.

    `secret` looks like `whsec_MfKQ...`; settings.py has checked it.
    """
    return Webhook(secret).sign(message_id, datetime.fromtimestamp(at, UTC), body)
