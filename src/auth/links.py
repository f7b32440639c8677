"""Room links in e-mails, and the cookie such a link leaves: one session, one person.

Signed by itsdangerous with SHA-256 and a salt a purpose. How long a link lives follows from the
session's row, so a rescheduled session's links live on with it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from itsdangerous import BadData, URLSafeSerializer

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOM_COOKIE: Final = "session_room"
LINK: Final = "room-link"
COOKIE: Final = "room-cookie"
UNSUBSCRIBE: Final = "unsubscribe"


class RoomLink(NamedTuple):
    """What a link says: this person may enter this session."""

    session_id: str
    user_id: str


def sign(link: RoomLink, keys: Sequence[str], *, purpose: str = LINK) -> str:
    """The token, safe in a URL. `keys` are oldest to newest; the newest signs."""
    return str(_serializer(keys, purpose).dumps([link.session_id, link.user_id]))


def read(token: str, keys: Sequence[str], *, purpose: str = LINK) -> RoomLink | None:
    """What a token says; None when it was not signed by one of `keys` for this purpose."""
    try:
        session_id, user_id = _serializer(keys, purpose).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    if not isinstance(session_id, str) or not isinstance(user_id, str):
        return None
    return RoomLink(session_id, user_id)


def room_cookie(link: RoomLink, keys: Sequence[str], *, max_age: int) -> str:
    """The Set-Cookie value that opens this session only, for `max_age` seconds."""
    value = sign(link, keys, purpose=COOKIE)
    return (
        f"{ROOM_COOKIE}={value}; Path=/session/{link.session_id}; Max-Age={max_age}; "
        "HttpOnly; Secure; SameSite=Lax"
    )


def no_room_cookie(session_id: str) -> str:
    """The Set-Cookie value that takes it away again."""
    return f"{ROOM_COOKIE}=; Path=/session/{session_id}; Max-Age=0; HttpOnly; Secure; SameSite=Lax"


def _serializer(keys: Sequence[str], purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        list(keys), salt=purpose, signer_kwargs={"digest_method": hashlib.sha256}
    )
