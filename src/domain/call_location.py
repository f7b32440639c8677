"""The place of a call: peer to peer, a provider's room, or the session's own meeting. Pure.

The settings decide it, so that an operator can leave a provider that is down. Only "peer first"
moves a call by itself: from peer to peer to the provider, and never back.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from domain.provider_names import BIGBLUEBUTTON, PEER

if TYPE_CHECKING:
    from domain.model import Session
    from settings import Settings


class Place(NamedTuple):
    """The place of a call. `url` is the session's own meeting, which we cannot control."""

    provider: str
    room_id: str | None = None
    url: str | None = None

    @property
    def name(self) -> str:
        """Pages compare the name: another name is another call, also at the same provider."""
        if self.url:
            return f"{self.provider}/{hashlib.sha256(self.url.encode()).hexdigest()[:16]}"
        return f"{self.provider}/{self.room_id}" if self.room_id else self.provider


def place_on_record(session: Session) -> str | None:
    """The name of the place in the record; None before the first join.

    The name changes when the room is over, so that people who have just joined it join again.
    """
    if session.provider is None:
        return None
    if session.provider_room_id:
        name = Place(session.provider, session.provider_room_id).name
        return f"{name}/over" if session.provider_room_over else name
    own_meeting = None if session.provider == PEER else session.bbb_meeting_url
    return Place(session.provider, url=own_meeting).name


def place_of(session: Session, settings: Settings) -> Place:
    """The place of this session's call, also before it starts."""
    if session.bbb_meeting_url:
        return Place(BIGBLUEBUTTON, url=session.bbb_meeting_url)
    provider = settings.video_provider
    if provider == PEER:
        return Place(PEER)
    stays_peer = settings.peer_first and not session.recording_enabled
    if stays_peer and session.provider in (None, PEER):
        return Place(PEER)
    return Place(provider, _room_of(session, provider, settings))


def frame_origins(session: Session, settings: Settings) -> tuple[str, ...]:
    """The origins that the session's page may show in a frame.

    They are the origins of all configured providers, since the call can move to another provider
    while the page is open. A session with its own meeting never moves.
    """
    if session.bbb_meeting_url:
        return (origin(session.bbb_meeting_url),)
    addresses = settings.plugnmeet_url, settings.bbb_url
    return tuple(dict.fromkeys(origin(address) for address in addresses if address))


def has_provider(session: Session, settings: Settings) -> bool:
    """True if the session's call is at a provider, or can move to one."""
    return bool(session.bbb_meeting_url) or settings.video_provider != PEER


def origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def calls_peer(session: Session, settings: Settings) -> bool:
    """True if the call is between two browsers, and was never at a provider."""
    place = place_of(session, settings)
    return place.provider == PEER and session.provider in (None, PEER)


def can_move_call(session: Session, settings: Settings) -> bool:
    """Whether the call is peer to peer and there is a provider to move it to."""
    place = place_of(session, settings)
    return place.provider == PEER and settings.video_provider != PEER


def is_recorded(session: Session, settings: Settings) -> bool:
    """True if the session is booked with a recording, and its provider can make one."""
    return session.recording_enabled and place_of(session, settings).room_id is not None


def records_in_browser(session: Session, settings: Settings) -> bool:
    """True if the session is booked with a recording, and its call is between two browsers."""
    may = settings.peer_recording and session.recording_enabled
    return may and calls_peer(session, settings)


def _room_of(session: Session, provider: str, settings: Settings) -> str:
    """The id of the present call's room at the provider, or else a new one."""
    if session.provider == provider and session.provider_room_id and not session.provider_room_over:
        return session.provider_room_id
    return new_room_id(session, settings)


def new_room_id(session: Session, settings: Settings) -> str:
    """The id of the room of the session's next call; two people who join at once get the same.

    It is not the session's id: that may be too long, or begin with a word that PlugNmeet reserves,
    and two deployments may share one server. It depends on the recording, since a provider keeps a
    room's recording setting for as long as the room exists.
    """
    parts: tuple[object, ...] = (
        *(settings.public_url, session.id),
        *(session.scheduled_start, session.sequence, session.recording_enabled),
    )
    if session.provider_room_over:
        # The booking may be the same again as when that room was opened.
        parts += (session.provider_room_id,)
    lesson = "\n".join(map(str, parts))
    return f"lesson-{hashlib.sha256(lesson.encode()).hexdigest()[:40]}"
