"""PlugNmeet: its own client in a frame, media through its servers.

The signature of a request covers the exact bytes of its body. Logical failures have HTTP status
200, so the answer's `status` decides.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import httpx
from jwt.utils import base64url_decode
from pydantic_core import from_json

from domain import rules
from domain.provider_names import PLUGNMEET
from errors import ProviderError
from logs import log
from providers import plugnmeet_room, plugnmeet_webhook
from providers.base import Delivery, JoinGrant, Recording, RecordingSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from domain.model import Role, Session
    from settings import Settings

# Codes that mean an absent room or recording, and not a failure.
ABSENT: Final = ("NOT_FOUND", "ROOM_NOT_FOUND", "ROOM_NOT_ACTIVE")
PAGE: Final = 100
MB: Final = 1_000_000


class PlugNmeet:
    """`base.VideoProvider` over PlugNmeet's server API."""

    name = PLUGNMEET

    def __init__(self, settings: Settings, http: Callable[[], httpx.AsyncClient]) -> None:
        self._settings = settings
        self._server = server_address(settings.plugnmeet_url)
        self._http = http

    async def join(self, session: Session, room_id: str, role: Role) -> JoinGrant:
        # If the room closes between the two calls, it is opened once more.
        for last_try in (False, True):
            await self._open_room(session, room_id)
            request = plugnmeet_room.token_request(
                session, room_id, role, self._settings.public_url
            )
            answer = await self._call("/room/getJoinToken", request, absent_ok=not last_try)
            if answer is not None:
                break
        token = _text(answer, "token")
        return JoinGrant(
            self.name,
            expires_at=_expiry(token) or rules.closes_at(session),
            url=plugnmeet_room.join_url(self._server, token),
        )

    async def _open_room(self, session: Session, room_id: str) -> None:
        """Create the room; an open room is returned unchanged."""
        public_url = self._settings.public_url
        request = plugnmeet_room.create_request(session, room_id, public_url)
        answer = await self._call("/room/create", request)
        wanted = request["metadata"]["room_features"]
        with self._reading("/room/create"):
            metadata = from_json((answer or {})["room_info"]["metadata"])
            effective = metadata["room_features"]
            recording = effective["recording_features"].get("enable_auto_cloud_recording", False)
            differing = plugnmeet_room.not_in_effect(wanted, effective)
        if differing:
            log("room_features_differ", session_id=session.id, features=differing)
        if recording and not session.recording_enabled:
            # Nobody has agreed to a recording, so there is no call.
            await self.end(room_id)
            raise self._failed("/room/create", "would record an unrecorded session")

    async def end(self, room_id: str) -> None:
        await self._call("/room/endRoom", {"room_id": room_id}, absent_ok=True)

    async def query_presence(self, room_id: str) -> set[Role]:
        answer = await self._call("/room/getActiveRoomInfo", {"room_id": room_id}, absent_ok=True)
        with self._reading("/room/getActiveRoomInfo"):
            room = (answer or {}).get("room") or {}
            people = room.get("participants_info") or []
            announced = str((room.get("room_info") or {}).get("joined_participants", 0))
            found = [
                plugnmeet_webhook.role_of(person)
                for person in people
                if person.get("state") != "DISCONNECTED"
            ]
        if not people and announced != "0":
            # Some servers answer this (plugNmeet-sdk-php#11). A failure is safer than a wrong list.
            raise self._failed("/room/getActiveRoomInfo", "contradicts itself")
        return {role for role in found if role}

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, *, now: int) -> Delivery:
        del now  # the token has its own times
        key, secret = self._settings.plugnmeet_api_key, self._settings.plugnmeet_api_secret
        plugnmeet_webhook.verify(headers, body, key=key, secret=secret)
        return plugnmeet_webhook.parse(body)

    async def list_recordings(self, room_id: str) -> list[Recording]:
        request = {"room_ids": [room_id], "from": 0, "limit": PAGE, "order_by": "ASC"}
        answer = await self._call("/recording/fetch", request, absent_ok=True)
        with self._reading("/recording/fetch"):
            found = ((answer or {}).get("result") or {}).get("recordings_list") or []
            return [
                Recording(
                    str(each["record_id"]), round(float(each.get("file_size") or 0) * MB) or None
                )
                for each in found
            ]

    async def open_recording(self, record_id: str) -> RecordingSource | None:
        request = {"record_id": record_id}
        answer = await self._call("/recording/getDownloadToken", request, absent_ok=True)
        if answer is None:
            return None
        token = _text(answer, "token")
        return RecordingSource(f"{self._server}/download/recording/{token}")

    async def _call(
        self, path: str, request: dict[str, Any], *, absent_ok: bool = False
    ) -> dict[str, Any] | None:
        """The successful answer; with `absent_ok`, None for an absent room or recording.

        Raises: ProviderError.
        """
        body = json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "API-KEY": self._settings.plugnmeet_api_key,
            "HASH-SIGNATURE": sign(body, self._settings.plugnmeet_api_secret),
        }
        try:
            async with self._http() as client:
                answer = await client.post(
                    f"{self._server}/auth{path}",
                    content=body,
                    headers=headers,
                    timeout=self._settings.provider_timeout_s,
                )
        except httpx.HTTPError as error:
            raise self._failed(path, type(error).__name__) from error
        if answer.status_code != httpx.codes.OK:
            raise self._failed(path, f"HTTP {answer.status_code}")
        with self._reading(path):
            data = from_json(answer.content)
            succeeded, code = data["status"], data.get("status_code")
        if succeeded is True:
            return dict(data)
        if absent_ok and code in ABSENT:
            return None
        raise self._failed(path, str(code))

    @contextmanager
    def _reading(self, call: str) -> Iterator[None]:
        """Turn the errors of reading a malformed answer into a ProviderError."""
        try:
            yield
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise self._failed(call, "malformed answer") from error

    def _failed(self, call: str, reason: str) -> ProviderError:
        log("provider_failed", provider=self.name, call=call, reason=reason)
        return ProviderError()


def server_address(url: str) -> str:
    """The server's address without its /auth."""
    return url.rstrip("/").removesuffix("/auth")


def sign(body: bytes, secret: str) -> str:
    """The HASH-SIGNATURE of these bytes."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _text(answer: dict[str, Any] | None, name: str) -> str:
    value = (answer or {}).get(name)
    if not isinstance(value, str) or not value:
        log("provider_failed", provider=PLUGNMEET, reason=f"no {name} in its answer")
        raise ProviderError
    return value


def _expiry(token: str) -> int | None:
    """The token's expiry, unverified; None if it cannot be read."""
    try:
        expires_at = from_json(base64url_decode(token.split(".")[1]))["exp"]
    except (LookupError, ValueError, TypeError):
        return None
    return expires_at if isinstance(expires_at, int) else None
