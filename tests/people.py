"""The demo people as the platform books them, with the zones they were seeded with.

What a booking says of somebody holds for all their sessions, so all tests must say the same.
"""

from collections.abc import Mapping
from typing import Any, Final

import jwt

from tests.fakes.jwks_server import claims_of

STUDENT: Final = "demo-student"
TEACHER: Final = "demo-teacher"
STRANGER: Final = "demo-stranger"
NAMES: Final = {STUDENT: "Lena Fischer", TEACHER: "Amara Okafor", STRANGER: "Sam Stranger"}
ZONES: Final = {STUDENT: "Europe/Berlin", TEACHER: "America/New_York"}
LOCALES: Final = {STUDENT: "en", TEACHER: "en-US"}


def both() -> dict[str, dict[str, str]]:
    """Return `student` and `teacher` of a booking."""
    return {
        role: {
            "id": who,
            "name": NAMES[who],
            "given_name": NAMES[who].split()[0],
            "email": f"{who}@example.com",
            "time_zone": ZONES[who],
            "locale": LOCALES[who],
        }
        for role, who in (("student", STUDENT), ("teacher", TEACHER))
    }


def token_of(who: str, settings: Mapping[str, str], **claims: Any) -> str:
    """Return the token of somebody signed in at the platform that shares a secret with us."""
    return jwt.encode(claims_of(who, **claims), settings["AUTH_JWT_SECRET"], "HS256")
