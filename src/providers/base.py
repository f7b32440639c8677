"""What a video provider is, and what it tells us. Plain values; times are epoch seconds UTC."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from domain.model import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.model import Session

# A provider fixes a room's life when the room is created, and a session can be prolonged later. So
# the room outlives the longest session, of 24 hours. Our own end, which is retried, ends the call;
# this ends a call that our end has never reached.
ROOM_LIFE_MINUTES: Final = 48 * 60


class JoinGrant(NamedTuple):
    """All a browser needs to enter the call. `url` is a secret of one person, for one click."""

    provider: str
    expires_at: int
    url: str | None = None
    ice_servers: list[dict[str, Any]] | None = None
    place: str = ""
    """The name of the place where the call is: `domain.call_location.Place.name`."""

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "provider": self.provider,
            "place": self.place,
            "expires_at": self.expires_at,
        }
        if self.url is not None:
            answer["url"] = self.url
        if self.ice_servers is not None:
            answer["ice_servers"] = self.ice_servers
        return answer


def absolute_address(address: str, public_url: str) -> str:
    """An avatar's address as other people's servers need it; some are paths of ours."""
    return f"{public_url}{address}" if address.startswith("/") else address


def left_url(session: Session, public_url: str) -> str:
    """Where a provider's client leads its frame when the call is over for it."""
    return f"{public_url}/session/{session.id}/left"


class CallNews(StrEnum):
    """What can happen in a provider's call."""

    JOINED = "joined"
    LEFT = "left"
    FINISHED = "finished"
    RECORDING = "recording"
    RECORDING_STOPPED = "recording_stopped"


class CallEvent(NamedTuple):
    """News of a call.

    `call` names one life of the room: a room that was ended and opened again has another one.
    `thing` is the connection that came or went, or the recording that began or stopped.
    """

    news: CallNews
    room_id: str
    call: str
    thing: str = ""
    role: Role | None = None

    def to_json(self) -> dict[str, str | None]:
        return {
            "news": self.news.value,
            "room_id": self.room_id,
            "call": self.call,
            "thing": self.thing,
            "role": self.role.value if self.role else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CallEvent:
        role = Role(data["role"]) if data["role"] else None
        news = CallNews(data["news"])
        return cls(news, data["room_id"], data["call"], data["thing"], role)


class RecordingReady(NamedTuple):
    """A recording can be fetched now."""

    room_id: str
    record_id: str


class Delivery(NamedTuple):
    """One webhook, verified. `id` is the same each time it is delivered."""

    id: str
    room_id: str
    event: CallEvent | RecordingReady | None
    """None for what means nothing to us."""


class Recording(NamedTuple):
    """A recording that the provider has. `size_bytes` is what it announces, if it does."""

    record_id: str
    size_bytes: int | None


class RecordingSource(NamedTuple):
    """Where a recording's bytes are now; the address is a secret and expires."""

    url: str


class VideoProvider(Protocol):
    """A video service. What goes out to it raises ProviderError when the service fails."""

    name: str

    async def join(self, session: Session, room_id: str, role: Role) -> JoinGrant:
        """Open the room unless it is open, and let this person in."""
        ...

    async def end(self, room_id: str) -> None:
        """End the call for everybody; nothing happens when there is none."""
        ...

    async def present(self, room_id: str) -> set[Role]:
        """Who is in the call right now, as the provider sees it."""
        ...

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, *, now: int) -> Delivery:
        """What a webhook says. Raises: WebhookRejectedError unless the provider signed it."""
        ...

    async def list_recordings(self, room_id: str) -> list[Recording]:
        """The recordings of this room that can be fetched."""
        ...

    async def open_recording(self, record_id: str) -> RecordingSource | None:
        """Where to fetch a recording; None when the provider does not have it (any more)."""
        ...
