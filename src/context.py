"""The services that an event may use; `bindings.context` makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from db.database import Database
    from files.storage import Files
    from files.streams import Fetched
    from settings import Settings


class VerifySignature(Protocol):
    """Check a public-key signature; see `bindings.signatures`."""

    async def __call__(
        self, jwk: dict[str, Any], algorithm: str, signature: bytes, data: bytes
    ) -> bool: ...


class HTTPAnswer(NamedTuple):
    """A server's response. `headers` are pairs, since names may repeat."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class HTTP(Protocol):
    """One outbound request; see `bindings.outbound`. `outbound_client.client` makes httpx of it."""

    async def __call__(
        self,
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: bytes,
        timeout_s: float | None,
    ) -> HTTPAnswer: ...


class Rooms(Protocol):
    """The Durable Objects, one a session. Each call raises ServiceUnavailableError."""

    async def connect(self, session_id: str, identity: str) -> Any:
        """Open a live socket for a `room.identity.SocketIdentity` in JSON.

        Returns the runtime's own response.
        """
        ...

    async def end(self, session_id: str) -> None:
        """End the session for both people now."""
        ...

    async def refresh(self, session_id: str) -> None:
        """Have the room read the record again: the session was moved or cancelled."""
        ...

    async def apply_event(self, session_id: str, event: dict[str, Any]) -> None:
        """Send the room an event of its provider's call: a `providers.base.CallEvent` in JSON."""
        ...

    async def check_provider(self, session_id: str) -> None:
        """Have the room query who is in the provider's call: it may have changed."""
        ...

    async def files_changed(self, session_id: str, change: dict[str, Any]) -> None:
        """Send people in the room a change of the files, as in docs/protocol.md."""
        ...

    async def chat(self, session_id: str) -> list[dict[str, Any]]:
        """The lines of the chat, in order: role, text and time of each."""
        ...

    async def board(self, session_id: str, page: str = "") -> str:
        """What is on the board, or on this page alone, in JSON; empty if nobody has ever drawn."""
        ...

    async def board_image(self, session_id: str, image_id: str) -> None:
        """Tell the room of a picture that its board may show."""
        ...

    async def board_fill(self, session_id: str, role: str, content: str) -> bool:
        """Copy an earlier board into the room's, for this person; False if it has elements.

        `content` is JSON: `pages` as `board` gives them, and `images`, the ids of the pictures.
        """
        ...

    async def forget_chat(self, session_id: str) -> None:
        """Have the room delete its data if the session is deleted or old enough."""
        ...

    async def shift_clock(self, session_id: str, seconds: int) -> None:
        """Set the room's clock ahead; only in development."""
        ...


class Context(NamedTuple):
    """Made for each event. `now` is epoch seconds and does not change during the event."""

    settings: Settings
    db: Database
    now: int
    request_id: str
    fetch_json: Callable[[str], Awaitable[Any]]
    verify_signature: VerifySignature
    write_data_point: Callable[[str, list[str], list[float]], None] | None
    defer: Callable[[Awaitable[Any]], None]
    probe: Callable[[], Awaitable[dict[str, bool]]]
    rooms: Rooms
    http: HTTP
    files: Files
    fetch_stream: Callable[[str, Mapping[str, str]], Awaitable[Fetched]]
    """GET an address and follow redirects; the body is unread. Raises: RecordingError."""
    static_file: Callable[[str], Awaitable[Fetched]]
    """GET a file of public/ by its path; the body is unread. Raises: ServiceUnavailableError."""
    discard: Callable[[Any], Awaitable[None]]
    """Cancel a body that will not be read."""
    queue_recording: Callable[[str], Awaitable[None]]
    """Put a recording's id into the queue. Raises: ServiceUnavailableError."""
    count_one: Callable[[str], Awaitable[bool]] | None
    """Count one request under a key; False if it exceeds the limit. None without RATE_LIMIT."""
    version: str = ""
    """The running release: its tag or the start of its id; empty if Cloudflare gives none."""
