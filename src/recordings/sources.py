"""Where recordings come from: the part of a video provider that a copy needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from providers.base import Recording, RecordingSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context import Context


class Source(Protocol):
    """The part of `providers.base.VideoProvider` that a copy needs."""

    async def list_recordings(self, room_id: str, /) -> Sequence[Recording]: ...

    async def open_recording(self, record_id: str, /) -> RecordingSource | None:
        """None if the provider does not have the recording (any more)."""
        ...


class PlainServer:
    """A file server in place of a provider, on a developer's machine."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._server = ctx.settings.dev_recordings_url

    async def list_recordings(self, room_id: str) -> list[Recording]:
        found = await self._ctx.fetch_json(f"{self._server}/recordings?room={quote(room_id)}")
        return [Recording(each["record_id"], each["size_bytes"]) for each in found]

    async def open_recording(self, record_id: str) -> RecordingSource | None:
        found = await self._ctx.fetch_json(f"{self._server}/open/{quote(record_id)}")
        return RecordingSource(found["url"]) if found["url"] else None


def of_provider(provider: str, ctx: Context) -> Source:
    """The source of this provider's recordings."""
    if ctx.settings.development and ctx.settings.dev_recordings_url:
        return PlainServer(ctx)
    # Not at the top of the module: `video` announces recordings, and so imports this package.
    from video import service  # noqa: PLC0415

    return service.provider_named(provider, ctx)
