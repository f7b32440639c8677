"""Room links in e-mails, and the cookie that such a link sets: one session, one person.

itsdangerous signs them with SHA-256 and one salt a purpose. The session's row decides when a link
expires, so moving a session keeps its links valid.
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
    """The content of a link: this person may enter this session."""

    session_id: str
    user_id: str


def sign(link: RoomLink, keys: Sequence[str], *, purpose: str = LINK) -> str:
    """The token, safe in a URL. `keys` are oldest to newest; the newest signs."""
    return str(_serializer(keys, purpose).dumps([link.session_id, link.user_id]))


def read(token: str, keys: Sequence[str], *, purpose: str = LINK) -> RoomLink | None:
    """The content of a token; None if none of `keys` signed it for this purpose."""
    try:
        session_id, user_id = _serializer(keys, purpose).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    if not isinstance(session_id, str) or not isinstance(user_id, str):
        return None
    return RoomLink(session_id, user_id)


def room_cookie(link: RoomLink, keys: Sequence[str], *, max_age: int) -> str:
    """A Set-Cookie value that opens only this session, for `max_age` seconds."""
    value = sign(link, keys, purpose=COOKIE)
    return (
        f"{ROOM_COOKIE}={value}; Path=/session/{link.session_id}; Max-Age={max_age}; "
        "HttpOnly; Secure; SameSite=Lax"
    )


def no_room_cookie(session_id: str) -> str:
    """A Set-Cookie value that deletes the room cookie."""
    return f"{ROOM_COOKIE}=; Path=/session/{session_id}; Max-Age=0; HttpOnly; Secure; SameSite=Lax"


def _serializer(keys: Sequence[str], purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        list(keys), salt=purpose, signer_kwargs={"digest_method": hashlib.sha256}
    )
