"""JSON Web Tokens with HMAC-SHA256, by another implementation than the one under test."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any


def encode(claims: dict[str, Any], secret: str, *, alg: Any = "HS256") -> str:
    """A token with an HS256 signature, and any `alg` in its header."""
    head = json.dumps({"alg": alg, "typ": "JWT"}).encode()
    return signed(head, json.dumps(claims).encode(), secret)


def signed(head: bytes, payload: bytes, secret: str) -> str:
    """A token of exactly these bytes, valid JSON or not."""
    parts = f"{_b64(head)}.{_b64(payload)}"
    return f"{parts}.{_b64(_mac(parts, secret))}"


def decode(token: str, secret: str) -> dict[str, Any] | None:
    """The claims of a valid token that has not expired; else None."""
    signed, _, mac = token.rpartition(".")
    if not hmac.compare_digest(_b64(_mac(signed, secret)), mac):
        return None
    payload = signed.partition(".")[2]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * 3))
    return claims if claims["nbf"] <= time.time() < claims["exp"] else None


def _mac(signed: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
