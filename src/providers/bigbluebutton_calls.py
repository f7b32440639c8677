"""Requests to BigBlueButton and its answers: parameters, signed addresses, XML. Pure.

The server hashes the query as it arrives. So all characters are escaped that a proxy could rewrite.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

from domain.model import Role
from providers.base import ROOM_LIFE_MINUTES, absolute_address, language_of, left_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.model import Session

MIN_NAME: Final = 2
MAX_NAME: Final = 64
MAX_XML_BYTES: Final = 2_000_000
# By default an unjoined room is deleted after five minutes, and an empty one after one.
UNJOINED_MINUTES: Final = 30
EMPTY_MINUTES: Final = 5
PEOPLE: Final = 2
# Features for groups: a lesson has one teacher and one student.
DISABLED: Final = "breakoutRooms,learningDashboard,polls,privateChat"


def server_address(url: str) -> str:
    """The server's address without its /api."""
    return url.rstrip("/").removesuffix("/api")


def signed_url(server: str, call: str, parameters: Mapping[str, str], secret: str) -> str:
    """The address of an API call, signed with SHA-256."""
    query = urlencode(parameters, quote_via=quote, safe="")
    checksum = hashlib.sha256(f"{call}{query}{secret}".encode()).hexdigest()
    return f"{server}/api/{call}?{query}{'&' if query else ''}checksum={checksum}"


def create_parameters(
    session: Session, room_id: str, *, public_url: str, end_token: str
) -> dict[str, str]:
    """The parameters of `create`, without passwords: a repeated call returns the same meeting."""
    recorded = _boolean(session.recording_enabled)
    webhook = f"{public_url}/webhooks/bigbluebutton"
    return {
        "name": session.course.title[:MAX_NAME].ljust(MIN_NAME, "."),
        "meetingID": room_id,
        "duration": str(ROOM_LIFE_MINUTES),
        "maxParticipants": str(PEOPLE),
        "meetingExpireIfNoUserJoinedInMinutes": str(UNJOINED_MINUTES),
        "meetingExpireWhenLastUserLeftInMinutes": str(EMPTY_MINUTES),
        "logoutURL": left_url(session, public_url),
        # Nobody can start it by hand, so the recording starts in the first second or never.
        "record": recorded,
        "autoStartRecording": recorded,
        "allowStartStopRecording": "false",
        "notifyRecordingIsOn": recorded,
        "guestPolicy": "ALWAYS_ACCEPT",
        "disabledFeatures": DISABLED,
        # Browsers that block third-party cookies could not join otherwise.
        "allowRequestsWithoutSession": "true",
        "meta_endCallbackUrl": f"{webhook}?room={end_token}",
        "meta_bbb-recording-ready-url": webhook,
        "meta_session-id": session.id,
    }


def join_parameters(
    session: Session, room_id: str, role: Role, *, create_time: str, public_url: str
) -> dict[str, str]:
    """The parameters of `join`. The person's id is the role: stable, and nothing personal."""
    person = session.participant(role)
    parameters = {
        "fullName": person.name,
        "meetingID": room_id,
        "role": "MODERATOR" if role is Role.TEACHER else "VIEWER",
        "userID": role.value,
        # Links into an earlier meeting of the same name do not work.
        "createTime": create_time,
        "errorRedirectUrl": left_url(session, public_url),
        "userdata-bbb_override_default_locale": language_of(person),
        "userdata-bbb_client_title": session.course.title,
        # Our lobby has checked the devices.
        "userdata-bbb_auto_join_audio": "true",
        "userdata-bbb_skip_check_audio": "true",
        "userdata-bbb_listen_only_mode": "false",
        "userdata-bbb_auto_share_webcam": "true",
        "userdata-bbb_skip_video_preview": "true",
    }
    if person.avatar:
        parameters["avatarURL"] = absolute_address(person.avatar, public_url)
    return parameters


def parse_xml(body: bytes) -> ET.Element:
    """The answer's root. Raises: ValueError."""
    # These answers have no document type; entities in one could expand without limit.
    if len(body) > MAX_XML_BYTES or b"<!DOCTYPE" in body:
        raise ValueError("not an answer of this service")
    try:
        root = ET.fromstring(body)  # noqa: S314
    except ET.ParseError as error:
        raise ValueError("not XML") from error
    if root.tag != "response" or root.findtext("returncode") is None:
        raise ValueError("not an answer of this service")
    return root


def message_key(root: ET.Element) -> str:
    """The reason of a failed call, in either of its two forms."""
    error = root.find("errors/error")
    return root.findtext("messageKey") or ("" if error is None else error.get("key") or "")


def video_of(recording: ET.Element) -> str | None:
    """The address of a recording's video file; the API returns the folder's address."""
    for each in recording.iterfind("playback/format"):
        url = (each.findtext("url") or "").strip()
        if each.findtext("type") == "video" and url:
            return url if url.endswith((".m4v", ".mp4")) else f"{url.rstrip('/')}/video-0.m4v"
    return None


def _boolean(value: bool) -> str:
    return "true" if value else "false"
