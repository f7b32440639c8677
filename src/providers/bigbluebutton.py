"""BigBlueButton: its HTML5 client in a frame, media through its servers.

It sends two events: a meeting has ended, in a request that anybody could make, and a recording is
ready. So after the first one we query who is in the meeting.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import httpx
import jwt
from itsdangerous import BadData, URLSafeSerializer

from auth import jwt_guard
from domain import rules
from domain.model import Role
from domain.provider_names import BIGBLUEBUTTON
from errors import ProviderError, WebhookRejectedError
from logs import log
from providers import bigbluebutton_calls as calls
from providers.base import Delivery, JoinGrant, Recording, RecordingReady, RecordingSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from xml.etree.ElementTree import Element

    from domain.model import Session
    from settings import Settings

ABSENT: Final = ("notFound", "invalidMeetingIdentifier", "noRecordings")
# The answer of older servers to a repeated `create` without passwords: the meeting is running.
RUNNING_ALREADY: Final = "idNotUnique"
END_OF_ROOM: Final = "bigbluebutton-end"


class BigBlueButton:
    """`base.VideoProvider` over BigBlueButton's API."""

    name = BIGBLUEBUTTON

    def __init__(self, settings: Settings, http: Callable[[], httpx.AsyncClient]) -> None:
        self._settings = settings
        self._server = calls.server_address(settings.bbb_url)
        self._http = http

    async def join(self, session: Session, room_id: str, role: Role) -> JoinGrant:
        public_url = self._settings.public_url
        create_time = await self._open_room(session, room_id)
        parameters = calls.join_parameters(
            session, room_id, role, create_time=create_time, public_url=public_url
        )
        url = calls.signed_url(self._server, "join", parameters, self._settings.bbb_secret)
        return JoinGrant(self.name, rules.closes_at(session), url=url)

    async def _open_room(self, session: Session, room_id: str) -> str:
        """Create the meeting unless it is running, and return its createTime."""
        parameters = calls.create_parameters(
            session,
            room_id,
            public_url=self._settings.public_url,
            end_token=str(self._end_tokens().dumps(room_id)),
        )
        meeting = await self._call("create", parameters, allowed=(RUNNING_ALREADY,))
        if meeting is None:
            meeting = await self._call("getMeetingInfo", {"meetingID": room_id})
        create_time = meeting.findtext("createTime") if meeting is not None else None
        if not create_time or not create_time.isdigit():
            raise self._failed("create", "no createTime")
        return create_time

    async def end(self, room_id: str) -> None:
        await self._call("end", {"meetingID": room_id}, allowed=ABSENT)

    async def query_presence(self, room_id: str) -> set[Role]:
        meeting = await self._call("getMeetingInfo", {"meetingID": room_id}, allowed=ABSENT)
        if meeting is None:
            return set()
        found = {attendee.findtext("userID") for attendee in meeting.iterfind("attendees/attendee")}
        return {role for role in Role if role.value in found}

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, *, now: int) -> Delivery:
        """Parse the event of a ready recording. Its token has no times: the id makes it unique."""
        del headers, now
        try:
            fields = parse_qs(body.decode(), strict_parsing=True, max_num_fields=10)
            [token] = fields["signed_parameters"]
            claims = self._claims(token)
            room_id, record_id = str(claims["meeting_id"]), str(claims["record_id"])
        except (ValueError, KeyError) as error:
            raise WebhookRejectedError from error
        return Delivery(f"recording:{record_id}", room_id, RecordingReady(room_id, record_id))

    def _claims(self, token: str) -> dict[str, Any]:
        if jwt_guard.is_too_long(token):
            raise WebhookRejectedError
        try:
            return jwt.decode(token, self._settings.bbb_secret, algorithms=["HS256"])
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise WebhookRejectedError from error

    def ended_room(self, token: str) -> str:
        """The room in the token of an end callback. Raises: WebhookRejectedError."""
        try:
            return str(self._end_tokens().loads(token))
        except (BadData, ValueError, TypeError) as error:
            raise WebhookRejectedError from error

    def _end_tokens(self) -> URLSafeSerializer:
        keys = list(self._settings.link_secrets)
        return URLSafeSerializer(
            keys, salt=END_OF_ROOM, signer_kwargs={"digest_method": hashlib.sha256}
        )

    async def list_recordings(self, room_id: str) -> list[Recording]:
        found = await self._recordings({"meetingID": room_id})
        return [Recording(record_id, None) for record_id in found]

    async def open_recording(self, record_id: str) -> RecordingSource | None:
        found = await self._recordings({"recordID": record_id})
        # The server also finds recordings by a part of the id.
        url = found.get(record_id)
        return RecordingSource(url) if url else None

    async def _recordings(self, filters: dict[str, str]) -> dict[str, str]:
        """The matching recordings with a video: record id to address."""
        if not all(filters.values()):
            return {}  # an empty filter would match all recordings of the server
        answer = await self._call("getRecordings", filters, allowed=ABSENT)
        if answer is None:
            return {}
        each = [
            (recording.findtext("recordID") or "", calls.video_of(recording))
            for recording in answer.iterfind("recordings/recording")
        ]
        return {record_id: url for record_id, url in each if record_id and url}

    async def _call(
        self, call: str, parameters: dict[str, str], *, allowed: tuple[str, ...] = ()
    ) -> Element | None:
        """The successful answer; None for a failure in `allowed`. Raises: ProviderError."""
        url = calls.signed_url(self._server, call, parameters, self._settings.bbb_secret)
        try:
            async with self._http() as client:
                answer = await client.get(url, timeout=self._settings.provider_timeout_s)
        except httpx.HTTPError as error:
            raise self._failed(call, type(error).__name__) from error
        if answer.status_code != httpx.codes.OK:
            raise self._failed(call, f"HTTP {answer.status_code}")
        try:
            root = calls.parse_xml(answer.content)
        except ValueError as error:
            raise self._failed(call, "malformed answer") from error
        if root.findtext("returncode") == "SUCCESS":
            return root
        key = calls.message_key(root)
        if key in allowed:
            return None
        raise self._failed(call, key or "FAILED")

    def _failed(self, call: str, reason: str) -> ProviderError:
        log("provider_failed", provider=self.name, call=call, reason=reason)
        return ProviderError()
