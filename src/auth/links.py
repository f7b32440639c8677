"""Room links in e-mails, and the cookie that such a link sets: one session, one person.

And the address of a person's calendar, which is valid as long as its key is.

itsdangerous signs them with SHA-256 and one salt a purpose. The session's row decides when a link
in an e-mail expires, so moving a session keeps its links valid. A link for a frame also has a
moment of its own, minutes after the platform has asked for it.
"""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from itsdangerous import BadData, URLSafeSerializer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settings import Settings

ROOM_COOKIE: Final = "session_room"
LINK: Final = "room-link"
FRAME_LINK: Final = "frame-link"
FRAME_LINK_S: Final = 10 * 60
COOKIE: Final = "room-cookie"
UNSUBSCRIBE: Final = "unsubscribe"
CALENDAR: Final = "calendar"


class RoomLink(NamedTuple):
    """The content of a link: this person may enter this session."""

    session_id: str
    user_id: str


def sign(link: RoomLink, keys: Sequence[str], *, purpose: str = LINK) -> str:
    """The token, safe in a URL. `keys` are oldest to newest; the newest signs."""
    return str(_serializer(keys, purpose).dumps([link.session_id, link.user_id]))


def sign_for_frame(link: RoomLink, keys: Sequence[str], *, now: int) -> str:
    """The token of a link that works for FRAME_LINK_S from `now` on."""
    content = [link.session_id, link.user_id, now + FRAME_LINK_S]
    return str(_serializer(keys, FRAME_LINK).dumps(content))


def frame_address(link: RoomLink, settings: Settings, *, now: int) -> str:
    """The address of such a link."""
    return f"{settings.public_url}/r/{sign_for_frame(link, settings.link_secrets, now=now)}"


def read_for_frame(token: str, keys: Sequence[str]) -> tuple[RoomLink, int] | None:
    """The content of such a token and when it expires; None if none of `keys` signed it."""
    try:
        session_id, user_id, expires_at = _serializer(keys, FRAME_LINK).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return RoomLink(session_id, user_id), expires_at


def read(token: str, keys: Sequence[str], *, purpose: str = LINK) -> RoomLink | None:
    """The content of a token; None if none of `keys` signed it for this purpose."""
    try:
        session_id, user_id = _serializer(keys, purpose).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    if not isinstance(session_id, str) or not isinstance(user_id, str):
        return None
    return RoomLink(session_id, user_id)


def read_followed(token: str, keys: Sequence[str]) -> tuple[RoomLink, int | None] | None:
    """The link in an address that a person follows and, if it is for a frame, when it expires.

    None if none of `keys` signed it.
    """
    if link := read(token, keys):
        return link, None
    return read_for_frame(token, keys)


def calendar_address(user_id: str, settings: Settings) -> str:
    """The address of a person's calendar with all their sessions."""
    token = _serializer(settings.link_secrets, CALENDAR).dumps(user_id)
    return f"{settings.public_url}/calendar/{token}.ics"


def calendar_person(token: str, keys: Sequence[str]) -> str | None:
    """The person whose calendar has this token; None if none of `keys` signed it for that."""
    try:
        user_id = _serializer(keys, CALENDAR).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return user_id if isinstance(user_id, str) else None


def room_cookie(link: RoomLink, keys: Sequence[str], *, max_age: int, framed: bool = False) -> str:
    """A Set-Cookie value that opens only this session, for `max_age` seconds.

    If it is `framed`, another site's page is around ours. Browsers then send the cookie only with
    SameSite=None, and those that block cookies of third parties only if it is kept for that site.
    """
    value = sign(link, keys, purpose=COOKIE)
    same_site = "None; Partitioned" if framed else "Lax"
    return (
        f"{ROOM_COOKIE}={value}; Path=/session/{link.session_id}; Max-Age={max_age}; "
        f"HttpOnly; Secure; SameSite={same_site}"
    )


def no_room_cookie(session_id: str) -> str:
    """A Set-Cookie value that deletes the room cookie."""
    return f"{ROOM_COOKIE}=; Path=/session/{session_id}; Max-Age=0; HttpOnly; Secure; SameSite=Lax"


def _serializer(keys: Sequence[str], purpose: str) -> URLSafeSerializer:
    return _serializer_of(tuple(keys), purpose)


@functools.cache
def _serializer_of(keys: tuple[str, ...], purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        list(keys), salt=purpose, signer_kwargs={"digest_method": hashlib.sha256}
    )
