"""The keys of a platform that signs its tokens itself, and what it says in them."""

from typing import Any

from tests.fakes.jwks_server import SigningKey, claims_of

ISSUER, AUDIENCE = "https://www.example.com", "session-room"
KEYS = {name: SigningKey.generate(name, f"{name}-key") for name in ("RS256", "ES256", "EdDSA")}
# What can be wrong with the address at which the keys are published.
TROUBLES = ("failing", "redirecting", "not JSON", "no keys")


def claims(user_id: str = "demo-student", **changes: Any) -> dict[str, Any]:
    return claims_of(user_id, **({"iss": ISSUER, "aud": AUDIENCE} | changes))
