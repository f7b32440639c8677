"""BigBlueButton on loopback: its API, its two callbacks, and a client page that can be embedded.

It checks the checksum of the exact query, and refuses unknown parameters, which the real server
ignores. Standard library only.
"""

import hashlib
import itertools
import json
import re
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from xml.sax.saxutils import escape

from tests.fakes import hs256
from tests.fakes.faults import Faults, answer
from tests.fakes.serving import serving
from tests.fakes.webhook_sender import DIRECT, post

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"  # the API documentation's example
CLIENT = Path(__file__).with_name("client.html")
MEETING_ID = re.compile(r"[A-Za-z0-9_-]{2,256}\Z")
BOOLEANS = (
    *("record", "autoStartRecording", "allowStartStopRecording", "notifyRecordingIsOn"),
    *("endWhenNoModerator", "allowRequestsWithoutSession", "webcamsOnlyForModerator"),
)
NUMBERS = (
    *("duration", "maxParticipants", "meetingExpireIfNoUserJoinedInMinutes"),
    "meetingExpireWhenLastUserLeftInMinutes",
)
KNOWN = {
    "create": {
        *BOOLEANS,
        *NUMBERS,
        *("name", "meetingID", "logoutURL", "guestPolicy", "meetingLayout", "disabledFeatures"),
    },
    "join": {
        *("fullName", "meetingID", "role", "userID", "createTime", "avatarURL"),
        *("errorRedirectUrl", "redirect", "guest"),
    },
    "end": {"meetingID"},
    "isMeetingRunning": {"meetingID"},
    "getMeetingInfo": {"meetingID"},
    "getRecordings": {"meetingID", "recordID", "state", "offset", "limit"},
}
OPEN_PREFIXES = {"create": "meta_", "join": "userdata-"}


class RefusedError(Exception):
    """A failed call; clients read its key."""

    def __init__(self, key: str, message: str = "") -> None:
        super().__init__(message or key)
        self.key = key


@dataclass
class Meeting:
    meeting_id: str
    asked: dict[str, str]
    create_time: int
    internal_id: str
    people: dict[str, dict[str, str]] = field(default_factory=dict)


class BigBlueButtonFake(ThreadingHTTPServer):
    """The server. `asked` has the requests to its API; tests plan `faults`."""

    daemon_threads = True

    def __init__(self, port: int = 0, *, repeats_need_passwords: bool = False) -> None:
        """With `repeats_need_passwords` it behaves as before bigbluebutton#17937."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://localhost:{self.server_port}/bigbluebutton"
        self.repeats_need_passwords = repeats_need_passwords
        self.meetings: dict[str, Meeting] = {}
        self.ended: list[str] = []
        self.recordings: list[dict[str, str]] = []
        self.asked: list[tuple[str, str]] = []
        self.callbacks: list[tuple[str, int]] = []
        self.faults = Faults()
        self.logout_after_ms = 300
        self.retry_pauses_s: tuple[float, ...] = (1.0,)
        self.lock = threading.RLock()
        self._tickets: dict[str, tuple[str, str]] = {}
        self._numbers = itertools.count(1)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "VIDEO_PROVIDER": "bigbluebutton",
            "BBB_URL": f"{self.url}/api",
            "BBB_SECRET": SECRET,
        }

    def call(self, name: str, query: str) -> str:
        """Answer an API call, as XML. Raises: RefusedError."""
        parameters = checked(name, query)
        method = {
            "create": self._create,
            "end": self._end,
            "isMeetingRunning": self._is_running,
            "getMeetingInfo": self._info,
            "getRecordings": self._recordings,
        }[name]
        with self.lock:
            return method(parameters)

    def _create(self, asked: dict[str, str]) -> str:
        validate_create(asked)
        meeting = self.meetings.get(asked["meetingID"])
        if meeting is None:
            create_time = int(time.time() * 1000) + next(self._numbers)
            internal = f"{hashlib.sha1(asked['meetingID'].encode()).hexdigest()}-{create_time}"  # noqa: S324
            meeting = Meeting(asked["meetingID"], asked, create_time, internal)
            self.meetings[meeting.meeting_id] = meeting
            if minutes := int(asked.get("duration", "0")):
                timer = threading.Timer(minutes * 60, self.close, [meeting])
                timer.daemon = True
                timer.start()
            return xml(**about(meeting), messageKey="", message="")
        if self.repeats_need_passwords:
            raise RefusedError("idNotUnique", "A meeting already exists with that meeting ID.")
        return xml(**about(meeting), messageKey="duplicateWarning", message="It exists already.")

    def _end(self, asked: dict[str, str]) -> str:
        meeting = self._meeting(asked)
        threading.Thread(target=self.close, args=[meeting], daemon=True).start()
        return xml(messageKey="sentEndMeetingRequest", message="Sent.")

    def _is_running(self, asked: dict[str, str]) -> str:
        meeting = self.meetings.get(asked["meetingID"])
        return xml(running=str(bool(meeting and meeting.people)).lower())

    def _info(self, asked: dict[str, str]) -> str:
        meeting = self._meeting(asked)
        people = "".join(
            f"<attendee>{tags(**person)}</attendee>" for person in meeting.people.values()
        )
        return xml(
            **about(meeting),
            running=str(bool(meeting.people)).lower(),
            recording=meeting.asked.get("autoStartRecording", "false"),
            participantCount=str(len(meeting.people)),
            attendees_=people,
        )

    def _recordings(self, asked: dict[str, str]) -> str:
        wanted, prefix = asked.get("meetingID"), asked.get("recordID")
        found = [
            each
            for each in self.recordings
            if (prefix and each["recordID"].startswith(prefix))
            or (not prefix and wanted in (None, each["meetingID"]))
        ]
        listed = "".join(recording_xml(each) for each in found)
        key = {} if found else {"messageKey": "noRecordings", "message": "None."}
        return xml(**key, recordings_=listed)

    def _meeting(self, asked: dict[str, str]) -> Meeting:
        meeting = self.meetings.get(asked["meetingID"])
        if meeting is None:
            raise RefusedError("notFound", "A meeting with that ID does not exist.")
        return meeting

    # Calls of browsers.

    def join(self, query: str) -> str:
        """The address of the client page for a join address. Raises: RefusedError."""
        asked = checked("join", query)
        with self.lock:
            meeting = self._meeting(asked)
            if asked.get("createTime", str(meeting.create_time)) != str(meeting.create_time):
                raise RefusedError("mismatchCreateTimeParam")
            if asked.get("role") not in ("MODERATOR", "VIEWER"):
                raise RefusedError("Params required")
            limit = int(meeting.asked.get("maxParticipants", "0"))
            if limit and asked["userID"] not in meeting.people and len(meeting.people) >= limit:
                raise RefusedError("maxParticipantsReached")
            ticket = uuid.uuid4().hex
            self._tickets[ticket] = (meeting.meeting_id, asked["userID"])
            meeting.people[asked["userID"]] = {
                "userID": asked["userID"],
                "fullName": asked["fullName"],
                "role": asked["role"],
            }
        return f"/html5client/?access_token={ticket}"

    def leave(self, meeting: Meeting, user_id: str) -> None:
        with self.lock:
            meeting.people.pop(user_id, None)

    def close(self, meeting: Meeting) -> None:
        """End a meeting and send its end callback, with retries."""
        with self.lock:
            if self.meetings.get(meeting.meeting_id) is not meeting:
                return
            del self.meetings[meeting.meeting_id]
            self.ended.append(meeting.meeting_id)
            meeting.people.clear()
        address = meeting.asked.get("meta_endCallbackUrl")
        if address:
            marks = urlencode({"recordingmarks": "false", "meetingID": meeting.meeting_id})
            threading.Thread(target=self._call_back, args=[f"{address}&{marks}"]).start()

    def _call_back(self, address: str) -> None:
        for pause in (*self.retry_pauses_s, None):
            status = get(address)
            self.callbacks.append((address, status))
            if status == 200 or pause is None:
                return
            time.sleep(pause)

    def publish_recording(self, meeting: Meeting, record_id: str) -> int:
        """Send the callback of a ready recording. Returns the status of the answer."""
        self.recordings.append({"recordID": record_id, "meetingID": meeting.meeting_id})
        return post(
            meeting.asked["meta_bbb-recording-ready-url"], *recording_ready(meeting, record_id)
        )


def recording_ready(
    meeting: Meeting, record_id: str, secret: str = SECRET
) -> tuple[bytes, dict[str, str]]:
    """The body and headers of the callback of a ready recording."""
    token = hs256.encode({"meeting_id": meeting.meeting_id, "record_id": record_id}, secret)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return urlencode({"signed_parameters": token}).encode(), form


def checked(name: str, query: str) -> dict[str, str]:
    """The parameters of a call, after the checks. Raises: RefusedError."""
    given = re.findall(r"(?:^|&)checksum=([0-9a-f]*)", query)
    if len(given) != 1:
        raise RefusedError("checksumError")
    hashed = re.sub(r"&?checksum=[0-9a-f]*", "", query)
    if hashlib.sha256(f"{name}{hashed}{SECRET}".encode()).hexdigest() != given[0]:
        raise RefusedError("checksumError", "You did not pass the checksum security check.")
    pairs = parse_qsl(hashed, keep_blank_values=True, strict_parsing=bool(hashed))
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise RefusedError("validationError", "a parameter came twice")
    prefix = OPEN_PREFIXES.get(name)
    for each, value in pairs:
        if each not in KNOWN[name] and not (prefix and each.startswith(prefix)):
            raise RefusedError("validationError", f"unknown parameter {each}")
        if any(ord(character) < ord(" ") for character in value):
            raise RefusedError("validationError", f"control character in {each}")
    return parameters


def validate_create(asked: dict[str, str]) -> None:
    if not MEETING_ID.match(asked.get("meetingID", "")):
        raise RefusedError("missingParamMeetingID")
    if not 2 <= len(asked.get("name", "")) <= 64:
        raise RefusedError("validationError", "name")
    for each in BOOLEANS:
        if asked.get(each, "true") not in ("true", "false"):
            raise RefusedError("validationError", each)
    for each in NUMBERS:
        if not asked.get(each, "0").isdigit():
            raise RefusedError("validationError", each)


def about(meeting: Meeting) -> dict[str, str]:
    return {
        "meetingID": meeting.meeting_id,
        "internalMeetingID": meeting.internal_id,
        "createTime": str(meeting.create_time),
        "hasUserJoined": str(bool(meeting.people)).lower(),
        "duration": meeting.asked.get("duration", "0"),
        "hasBeenForciblyEnded": "false",
    }


def recording_xml(recording: dict[str, str]) -> str:
    player = f"https://bbb.example.com/playback/presentation/2.3/{recording['recordID']}"
    server = recording.get("videos_at", "https://bbb.example.com")
    video = f"{server}/playback/video/{recording['recordID']}/"
    recording = {name: value for name, value in recording.items() if name != "videos_at"}
    formats = "".join(
        f"<format>{tags(type=kind, url=url, length='42')}</format>"
        for kind, url in (("presentation", player), ("video", video))
    )
    return f"<recording>{tags(**recording)}<playback>{formats}</playback></recording>"


def tags(**values: str) -> str:
    """XML elements. The value of a name that ends in `_` is XML already."""
    return "".join(
        f"<{name.rstrip('_')}>{value if name.endswith('_') else escape(value)}</{name.rstrip('_')}>"
        for name, value in values.items()
    )


def xml(returncode: str = "SUCCESS", **values: str) -> str:
    return f"<response><returncode>{returncode}</returncode>{tags(**values)}</response>"


def get(url: str) -> int:
    try:
        with DIRECT.open(url, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class _Handler(BaseHTTPRequestHandler):
    server: BigBlueButtonFake
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/html5client/"):
            self._answer(200, CLIENT.read_bytes(), "text/html; charset=utf-8")
            return
        name = parts.path.removeprefix("/bigbluebutton/api/")
        if name == "join":
            self._join(parts.query)
        elif name in KNOWN:
            self.server.asked.append((name, parts.query))
            if not self.server.faults.strike(self, name):
                self._api(name, parts.query)
        else:
            self._answer(404, b"not found")

    def _api(self, name: str, query: str) -> None:
        try:
            body = self.server.call(name, query)
        except RefusedError as refusal:
            body = xml("FAILED", messageKey=refusal.key, message=str(refusal))
        self._answer(200, body.encode(), "text/xml; charset=utf-8")

    def _join(self, query: str) -> None:
        try:
            target = self.server.join(query)
        except RefusedError as refusal:
            # The real server redirects failures there, with the reasons.
            fallback = dict(parse_qsl(query)).get("errorRedirectUrl", "/")
            errors = json.dumps([{"key": refusal.key, "message": str(refusal)}])
            target = f"{fallback}?errors={quote(errors)}"
        answer(self, 302, b"", ("Location", target))

    def do_POST(self) -> None:
        data = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        what = self.path.removeprefix("/client/")
        ticket = data.get("token") or data["connection"]
        meeting_id, user_id = self.server._tickets.get(ticket, ("", ""))
        meeting = self.server.meetings.get(meeting_id)
        person = meeting.people.get(user_id) if meeting else None
        if what == "enter":
            self._entered(meeting, person, ticket)
            return
        if meeting and what == "leave":
            self.server.leave(meeting, user_id)
        elif meeting and what == "end":
            self.server.close(meeting)
        others = [p["fullName"] for who, p in (meeting.people if meeting else {}).items()
                  if who != user_id]  # fmt: skip
        self._json(200, {"online": person is not None, "others": others})

    def _entered(self, meeting: Meeting | None, person: dict[str, str] | None, ticket: str) -> None:
        if meeting is None or person is None:
            self._answer(403, b"the meeting has ended")
            return
        self._json(
            200,
            {
                "connection": ticket,
                "room_title": meeting.asked["name"],
                "name": person["fullName"],
                "is_admin": person["role"] == "MODERATOR",
                # The real server adds the reason.
                "logout_url": f"{meeting.asked['logoutURL']}?reason=ended",
                "logout_after_ms": self.server.logout_after_ms,
            },
        )

    def _json(self, status: int, data: dict[str, Any]) -> None:
        self._answer(status, json.dumps(data).encode(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str = "text/plain") -> None:
        answer(self, status, body, ("Content-Type", kind))

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def running(port: int = 0, **options: Any) -> AbstractContextManager[BigBlueButtonFake]:
    return serving(BigBlueButtonFake(port, **options))


if __name__ == "__main__":
    BigBlueButtonFake(int(sys.argv[1])).serve_forever()
