"""No provider at all: browsers speak to each other, and our room signals between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules
from errors import WebhookRejectedError
from providers.base import PEER, Delivery, JoinGrant, Recording, RecordingSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model import Role, Session
    from settings import Settings


class Peer:
    """`base.VideoProvider` without a server: there is nothing to open, end or record."""

    name = PEER

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def join(self, session: Session, room_id: str, role: Role, now: int) -> JoinGrant:
        del room_id, role, now
        return JoinGrant(
            self.name, rules.closes_at(session), ice_servers=self._settings.ice_servers
        )

    async def end(self, room_id: str) -> None:
        """Closing the sockets ends the call."""

    async def present(self, room_id: str) -> set[Role]:
        """Sockets say who is there."""
        del room_id
        return set()

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, *, now: int) -> Delivery:
        del headers, body, now
        raise WebhookRejectedError

    async def list_recordings(self, room_id: str) -> list[Recording]:
        del room_id
        return []

    async def open_recording(self, record_id: str) -> RecordingSource | None:
        del record_id
        return None
