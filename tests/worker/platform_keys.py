"""The keys with which a platform signs its tokens, and its claims."""

from typing import Any

from tests.fakes.jwks_server import SigningKey, claims_of

ISSUER, AUDIENCE = "https://www.example.com", "session-room"
KEYS = {name: SigningKey.generate(name, f"{name}-key") for name in ("RS256", "ES256", "EdDSA")}
# Faults of the address that publishes the keys.
TROUBLES = ("failing", "redirecting", "not JSON", "no keys")


def claims(user_id: str = "demo-student", **changes: Any) -> dict[str, Any]:
    return claims_of(user_id, **({"iss": ISSUER, "aud": AUDIENCE} | changes))
