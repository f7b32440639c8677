"""PlugNmeet's webhooks: the check of the signature, and the event in it. Pure.

The Authorization header is a bare JWT that is signed with the API secret. Join and download tokens
have the same secret and issuer. Only a webhook's token has a hash of the body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Final

import jwt
import pydantic_core

from auth import jwt_guard
from domain.model import Role
from errors import WebhookRejectedError
from providers.base import CallEvent, CallEventType, Delivery, RecordingReady

if TYPE_CHECKING:
    from collections.abc import Mapping

LEEWAY_S: Final = 60
DONE: Final = "success"

_CONNECTIONS: Final = {
    "participant_joined": CallEventType.JOINED,
    "participant_left": CallEventType.LEFT,
}
_ENDS: Final = ("session_ended", "room_finished")
_RECORDINGS: Final = {
    "start_recording": CallEventType.RECORDING,
    "end_recording": CallEventType.RECORDING_STOPPED,
}


def verify(headers: Mapping[str, str], body: bytes, *, key: str, secret: str) -> None:
    """Raises: WebhookRejectedError unless PlugNmeet signed this body a short time ago."""
    token = headers.get("authorization") or headers.get("hash-token") or ""
    if jwt_guard.is_too_long(token):
        raise WebhookRejectedError
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            issuer=key,
            leeway=LEEWAY_S,
            options={"require": ["iss", "exp", "nbf", "sha256"], "verify_aud": False},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise WebhookRejectedError from error
    digest = base64.b64encode(hashlib.sha256(body).digest())
    if not hmac.compare_digest(str(claims["sha256"]).encode(), digest):
        raise WebhookRejectedError


def parse(body: bytes) -> Delivery:
    """Parse the body. Raises: WebhookRejectedError if it has another shape."""
    try:
        data = pydantic_core.from_json(body)
        room_id = str(data.get("room", {}).get("room_id", ""))
        return Delivery(str(data["id"]), room_id, _event(data, room_id))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WebhookRejectedError from error


def _event(data: dict[str, Any], room_id: str) -> CallEvent | RecordingReady | None:
    name = data["event"]
    call = str(data.get("room", {}).get("sid", ""))
    if name in _CONNECTIONS:
        person = data["participant"]
        role = role_of(person)
        if role is None:
            return None
        return CallEvent(_CONNECTIONS[name], call, str(person["sid"]), role)
    if name in _ENDS:
        return CallEvent(CallEventType.FINISHED, call)
    if name in _RECORDINGS:
        about = data["recording_info"]
        if about.get("recorder_msg") != DONE and name == "start_recording":
            return None
        return CallEvent(_RECORDINGS[name], call, str(about["record_id"]))
    if name == "recording_proceeded" and data["recording_info"].get("recorder_msg") == DONE:
        return RecordingReady(room_id, str(data["recording_info"]["record_id"]))
    return None


def role_of(participant: Mapping[str, Any]) -> Role | None:
    """The role of our participant, whose identity it is; None for bots such as the recorder."""
    identity = participant.get("identity")
    return Role(identity) if identity in (Role.STUDENT, Role.TEACHER) else None
