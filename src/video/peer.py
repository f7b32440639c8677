"""Calls without a provider: two browsers connect, and our room relays their signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain import rules
from domain.provider_names import PEER
from errors import WebhookRejectedError
from providers.base import Delivery, JoinGrant, Recording, RecordingSource
from video import turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context import Context
    from domain.model import Role, Session


class Peer:
    """`base.VideoProvider` without a server: it opens, ends and records nothing."""

    name = PEER

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def join(self, session: Session, room_id: str, role: Role) -> JoinGrant:
        del room_id, role
        closes_at = rules.closes_at(session)
        servers = await turn.ice_servers(self._ctx, until=closes_at)
        return JoinGrant(self.name, closes_at, ice_servers=servers)

    async def end(self, room_id: str) -> None:
        """Do nothing: the call ends when the sockets close."""

    async def query_presence(self, room_id: str) -> set[Role]:
        """Empty: the sockets show who is present."""
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
