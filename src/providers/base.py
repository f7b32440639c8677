"""The interface of a video provider, and its events. Plain values; times are epoch seconds UTC."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import i18n
from domain.model import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.model import Participant, Session

# A provider fixes a room's lifetime when the room is created, and a session can be prolonged later.
# So the lifetime is longer than the longest session (24 hours). Our requests to end a
# call are retried; this limit ends a call that none of them has reached.
ROOM_LIFE_MINUTES: Final = 48 * 60


class JoinGrant(NamedTuple):
    """What a browser needs to enter the call. `url` is a secret of one person, for one join."""

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
    """The avatar's absolute address for a provider: some avatars are paths on our own server."""
    return f"{public_url}{address}" if address.startswith("/") else address


def language_of(person: Participant) -> str:
    """The tag of the language in which this person joins: that of their page, if they gave none."""
    return person.language or person.locale or i18n.current()


def left_url(session: Session, public_url: str) -> str:
    """The page that a provider's client opens in its frame when the person has left the call."""
    return f"{public_url}/session/{session.id}/left"


class CallEventType(StrEnum):
    """What can happen in a provider's call."""

    JOINED = "joined"
    LEFT = "left"
    FINISHED = "finished"
    RECORDING = "recording"
    RECORDING_STOPPED = "recording_stopped"


class CallEvent(NamedTuple):
    """An event of a call.

    `call` names one life of the room: a room that was ended and opened again has another one.
    `subject_id` is the connection that joined or left, or the recording that started or stopped.
    """

    type: CallEventType
    call: str
    subject_id: str = ""
    role: Role | None = None

    def to_json(self) -> dict[str, str | None]:
        """The event as the Worker sends it to the room (docs/protocol.md)."""
        return {
            "news": self.type.value,
            # Rooms of the release before fail without this key, although they do not use it.
            "room_id": "",
            "call": self.call,
            "thing": self.subject_id,
            "role": self.role.value if self.role else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CallEvent:
        role = Role(data["role"]) if data["role"] else None
        return cls(CallEventType(data["news"]), data["call"], data["thing"], role)


class RecordingReady(NamedTuple):
    """A recording can be downloaded now."""

    room_id: str
    record_id: str


class Delivery(NamedTuple):
    """One webhook, verified. A repeated delivery has the same `id`."""

    id: str
    room_id: str
    event: CallEvent | RecordingReady | None
    """None for an event that we do not use."""


class Recording(NamedTuple):
    """A recording at the provider. `size_bytes` is as announced; None if it is not."""

    record_id: str
    size_bytes: int | None


class RecordingSource(NamedTuple):
    """The address of a recording's bytes; it is a secret and expires."""

    url: str


class VideoProvider(Protocol):
    """A video service. Each async method raises ProviderError if the service fails."""

    name: str

    async def join(self, session: Session, room_id: str, role: Role) -> JoinGrant:
        """Open the room unless it is open, and return a way in for this person."""
        ...

    async def end(self, room_id: str) -> None:
        """End the call for everybody; does nothing if there is no call."""
        ...

    async def query_presence(self, room_id: str) -> set[Role]:
        """The roles that are in the call now."""
        ...

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, *, now: int) -> Delivery:
        """Parse a webhook. Raises: WebhookRejectedError unless the provider signed it."""
        ...

    async def list_recordings(self, room_id: str) -> list[Recording]:
        """The recordings of this room that can be downloaded."""
        ...

    async def open_recording(self, record_id: str) -> RecordingSource | None:
        """The address of a recording; None if the provider does not have it."""
        ...
