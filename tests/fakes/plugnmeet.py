"""PlugNmeet on loopback: its server API, its webhooks, and a client page that can be embedded.

It has the checks of the real server, and also refuses unknown JSON fields, which the real server
drops. It stores rooms, people and recordings, and fails on demand. `python -m tests.fakes.plugnmeet
PORT` runs it alone. Standard library only.
"""

import base64
import hashlib
import hmac
import itertools
import json
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes import hs256, plugnmeet_schema
from tests.fakes.faults import Faults, answer, body_of
from tests.fakes.films import Film
from tests.fakes.playable import PlayableFilm
from tests.fakes.serving import serving
from tests.fakes.webhook_sender import Sender

KEY = "plugnmeet"
SECRET = "zumyyYWqv7KR2kUqvYdq4z4sXg7XTBD2ljT6"  # the server's documented example
TOKEN_LIFE_S = 600
CLIENT = Path(__file__).with_name("client.html")
RECORDER = "RECORDER_BOT"
PADDING = 20_000  # bytes after each frame: 12 MB a minute, as a recorder makes them
HONOURS_FALSE = ("2.2.0",)


@dataclass
class Person:
    """A person in a room. Each connection has another `connection` id."""

    identity: str
    name: str
    is_admin: bool
    connection: str
    joined_at: int


@dataclass
class Room:
    room_id: str
    sid: str
    title: str
    asked: dict[str, Any]
    metadata: dict[str, Any]
    created_at: int
    people: dict[str, Person] = field(default_factory=dict)
    record_id: str | None = None
    has_started: bool = False

    @property
    def as_info(self) -> dict[str, Any]:
        """ActiveRoomInfo as protojson writes it: 64-bit integers are texts."""
        return {
            "room_title": self.title,
            "room_id": self.room_id,
            "sid": self.sid,
            "joined_participants": str(len(self.people)),
            "is_running": 1,
            "is_recording": int(self.record_id is not None),
            "is_active_rtmp": 0,
            "webhook_url": self.metadata.get("webhook_url", ""),
            "is_breakout_room": 0,
            "parent_room_id": "",
            "creation_time": str(self.created_at),
            "metadata": json.dumps(self.metadata),
        }


@dataclass
class ApiRequest:
    """A request to the API."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class PlugNmeetFake(ThreadingHTTPServer):
    """The server. `asked` has the requests to its API; tests plan `faults` and `webhooks`."""

    daemon_threads = True

    def __init__(self, port: int = 0, *, version: str = "2.4.0") -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://localhost:{self.server_port}"
        self.version = version
        self.rooms: dict[str, Room] = {}
        self.ended: list[str] = []
        self.recordings: dict[str, dict[str, Any]] = {}
        self.films: dict[str, Film | PlayableFilm] = {}
        self.asked: list[ApiRequest] = []
        self.faults = Faults()
        self.webhooks = Sender()
        # LiveKit's departure_timeout, and the client's delay before it opens the logout address.
        self.departure_timeout_s = 20.0
        self.logout_after_ms = 300
        self.force_auto_recording = False
        self.lock = threading.RLock()
        self._numbers = itertools.count(1)

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a Worker that uses this server."""
        return {
            "VIDEO_PROVIDER": "plugnmeet",
            "PLUGNMEET_URL": self.url,
            "PLUGNMEET_API_KEY": KEY,
            "PLUGNMEET_API_SECRET": SECRET,
        }

    # The API. Each method gets the request's JSON and returns the answer.

    def create(self, data: dict[str, Any]) -> dict[str, Any]:
        if found := plugnmeet_schema.create_problems(data):
            return refused("INVALID_PARAMETERS", "; ".join(found))
        room = self.rooms.get(data["room_id"])
        if room is None:
            room = self._new_room(data)
            self.fire("room_created", room)
        return succeeded(room_info=room.as_info)

    def _new_room(self, data: dict[str, Any]) -> Room:
        metadata = data["metadata"] | {
            "room_features": plugnmeet_schema.features_in_effect(
                data["metadata"]["room_features"], honours_false=self.version in HONOURS_FALSE
            )
        }
        if self.force_auto_recording:
            recording = metadata["room_features"]["recording_features"]
            recording |= {"is_allow": True, "enable_auto_cloud_recording": True}
        title = metadata["room_title"]
        sid = str(uuid.uuid4())
        room = Room(data["room_id"], sid, title, data, metadata, int(time.time()))
        self.rooms[room.room_id] = room
        return room

    def get_join_token(self, data: dict[str, Any]) -> dict[str, Any]:
        if found := plugnmeet_schema.token_problems(data):
            return refused("INVALID_PARAMETERS", "; ".join(found))
        room = self.rooms.get(data["room_id"])
        if room is None:
            return refused("ROOM_NOT_FOUND", "room is not active")
        user = data["user_info"]
        # A person who is online with this id is removed now, before the token is used.
        self.leave(room, user["user_id"], "DUPLICATE_IDENTITY")
        now = int(time.time())
        claims = {
            "iss": KEY,
            "nbf": now,
            "exp": now + TOKEN_LIFE_S,
            "sub": user["user_id"],
            "name": user["name"],
            "room_id": room.room_id,
            "is_admin": user.get("is_admin", False),
        }
        return succeeded(token=hs256.encode(claims, SECRET))

    def is_room_active(self, data: dict[str, Any]) -> dict[str, Any]:
        active = data["room_id"] in self.rooms
        code = "SUCCESS" if active else "ROOM_NOT_FOUND"
        return {"status": True, "msg": "", "status_code": code, "is_active": active}

    def get_active_room_info(self, data: dict[str, Any]) -> dict[str, Any]:
        room = self.rooms.get(data["room_id"])
        if room is None:
            return refused("ROOM_NOT_FOUND", "room not found") | {"room": None}
        people = [
            {
                "sid": person.connection,
                "identity": person.identity,
                "state": "ACTIVE",
                "name": person.name,
                "joined_at": str(person.joined_at),
                "metadata": "{}",
            }
            for person in room.people.values()
        ]
        return succeeded(room={"room_info": room.as_info, "participants_info": people})

    def end_room(self, data: dict[str, Any]) -> dict[str, Any]:
        room = self.rooms.get(data["room_id"])
        if room is None:
            return refused("ROOM_NOT_FOUND", "room not found")
        threading.Thread(target=self.close, args=[room], daemon=True).start()
        return succeeded()

    def fetch_recordings(self, data: dict[str, Any]) -> dict[str, Any]:
        found = [each for each in self.recordings.values() if each["room_id"] in data["room_ids"]]
        if not found:
            return refused("NOT_FOUND", "no recordings found") | {"result": None}
        page = {"total_recordings": str(len(found)), "from": 0, "limit": data.get("limit", 20)}
        return succeeded(result=page | {"order_by": "ASC", "recordings_list": found})

    def get_download_token(self, data: dict[str, Any]) -> dict[str, Any]:
        recording = self.recordings.get(data["record_id"])
        if recording is None:
            return refused("NOT_FOUND", "recording not found")
        now = int(time.time())
        claims = {"iss": KEY, "nbf": now, "exp": now + 1800, "sub": recording["file_path"]}
        return succeeded(token=hs256.encode(claims, SECRET))

    # Calls of browsers.

    def enter(self, token: str) -> tuple[Room, Person] | str:
        """Connect a client with a join token. Returns the reason if it is refused."""
        claims = hs256.decode(token, SECRET)
        if claims is None:
            return "the token is invalid or has expired"
        with self.lock:
            room = self.rooms.get(claims["room_id"])
            if room is None:
                return "the room is not active"
            # The recorder counts as a participant.
            if len(room.people) >= room.asked.get("max_participants", 1_000):
                return "the room is full"
            person = self._connect(room, claims["sub"], claims["name"], admin=claims["is_admin"])
            automatic = room.metadata["room_features"]["recording_features"]
            if person.is_admin and automatic["enable_auto_cloud_recording"] and not room.record_id:
                self._start_recording(room)
            return room, person

    def _connect(self, room: Room, identity: str, name: str, *, admin: bool) -> Person:
        if not room.people:
            self.fire("room_started", room)
        if not room.has_started:
            room.has_started = True
            self._end_in_time(room)
        connection = f"PA_{next(self._numbers)}"
        person = Person(identity, name, admin, connection, int(time.time()))
        room.people[identity] = person
        self.fire("participant_joined", room, participant=as_participant(person, "ACTIVE"))
        return person

    def _end_in_time(self, room: Room) -> None:
        """End the room after `room_duration` minutes; 0 means no limit."""
        minutes = int(room.metadata["room_features"].get("room_duration") or 0)
        if minutes:
            timer = threading.Timer(minutes * 60, self.close, [room])
            timer.daemon = True
            timer.start()

    def leave(self, room: Room, identity: str, reason: str = "CLIENT_INITIATED") -> None:
        """Disconnect a client."""
        with self.lock:
            person = room.people.pop(identity, None)
            if person is None:
                return
            about = as_participant(person, "DISCONNECTED") | {"disconnect_reason": reason}
            self.fire("participant_left", room, participant=about)
            if not set(room.people) - {RECORDER}:
                timer = threading.Timer(self.departure_timeout_s, self._close_if_empty, [room])
                timer.daemon = True
                timer.start()

    def _close_if_empty(self, room: Room) -> None:
        with self.lock:
            if not set(room.people) - {RECORDER} and self.rooms.get(room.room_id) is room:
                self.close(room, idle=True)

    def close(self, room: Room, *, idle: bool = False) -> None:
        """End a room: remove everybody, then send its two last events, in any order."""
        with self.lock:
            if self.rooms.get(room.room_id) is not room:
                return
            del self.rooms[room.room_id]
            self.ended.append(room.room_id)
            for identity in list(room.people):
                self.leave(room, identity, "ROOM_DELETED")
            last = ["session_ended", "room_finished"]
            for event in reversed(last) if idle else last:
                self.fire(event, room)
            if room.record_id:
                self.stop_recording(room)

    # Recordings.

    def _start_recording(self, room: Room) -> None:
        room.record_id = f"{room.sid}-{int(time.time() * 1000)}"
        self._connect(room, RECORDER, "Recorder", admin=False)
        self.fire("start_recording", room, recording_info=recording_info(room.record_id))

    def stop_recording(self, room: Room) -> None:
        """End the recording; it is ready at once."""
        record_id, room.record_id = room.record_id, None
        assert record_id
        self.fire("end_recording", room, recording_info=recording_info(record_id))
        self.add_recording(room, record_id, PlayableFilm(PADDING))

    def add_recording(self, room: Room, record_id: str, film: Film | PlayableFilm) -> None:
        path = f"node_01/{room.room_id}/{record_id}.mp4"
        size = round(film.size / 1e6, 2)  # MB, as the recorder rounds it
        self.films[path] = film
        self.recordings[record_id] = {
            "record_id": record_id,
            "room_id": room.room_id,
            "room_sid": room.sid,
            "file_path": path,
            "file_size": size,
            "creation_time": str(int(time.time())),
            "room_creation_time": str(room.created_at),
            "metadata": {"title": room.title, "subtitles": {}, "extra_data": {}},
        }
        ready = recording_info(record_id, path, size)
        self.fire("recording_proceeded", room, recording_info=ready)

    # Webhooks.

    def fire(self, event: str, room: Room, **about: Any) -> None:
        url = room.metadata.get("webhook_url")
        if not url:
            return
        body, headers = self.webhook(event, room, **about)
        self.webhooks.send(event, url, body, headers)

    def webhook(self, event: str, room: Room, **about: Any) -> tuple[bytes, dict[str, str]]:
        """The body and headers of an event, signed now."""
        data = {
            "event": event,
            "room": {
                "sid": room.sid,
                "room_id": room.room_id,
                "creation_time": str(room.created_at),
                "metadata": json.dumps(room.metadata),
            },
            **about,
            "id": f"EV_{uuid.uuid4()}",
            "created_at": str(int(time.time())),
        }
        body = json.dumps(data, indent=1).encode()  # the real server's whitespace varies as well
        return body, signed(body)


def signed(body: bytes, **changes: Any) -> dict[str, str]:
    """The headers of a webhook. `changes` replace claims; None removes one."""
    now = int(time.time())
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    claims = {"iss": KEY, "iat": now, "nbf": now, "exp": now + 300, "sha256": digest} | changes
    secret = claims.pop("secret", SECRET)
    token = hs256.encode({name: v for name, v in claims.items() if v is not None}, secret)
    return {"Content-Type": "application/json", "Authorization": token, "Hash-Token": token}


def as_participant(person: Person, state: str) -> dict[str, Any]:
    return {
        "sid": person.connection,
        "identity": person.identity,
        "state": state,
        "joined_at": str(person.joined_at),
        "joined_at_ms": str(person.joined_at * 1000),
        "name": person.name,
    }


def recording_info(record_id: str, path: str = "", size: float = 0) -> dict[str, Any]:
    about = {"record_id": record_id, "recorder_id": "node_01", "recorder_msg": "success"}
    return about | {"file_path": path, "file_size": size}


def succeeded(**content: Any) -> dict[str, Any]:
    return {"status": True, "msg": "success", "status_code": "SUCCESS", **content}


def refused(code: str, message: str) -> dict[str, Any]:
    return {"status": False, "msg": message, "status_code": code}


API: dict[str, tuple[Callable[..., dict[str, Any]], dict[str, Any] | None]] = {
    "/auth/room/create": (PlugNmeetFake.create, None),
    "/auth/room/getJoinToken": (PlugNmeetFake.get_join_token, None),
    "/auth/room/isRoomActive": (PlugNmeetFake.is_room_active, plugnmeet_schema.ROOM),
    "/auth/room/getActiveRoomInfo": (PlugNmeetFake.get_active_room_info, plugnmeet_schema.ROOM),
    "/auth/room/endRoom": (PlugNmeetFake.end_room, plugnmeet_schema.ROOM),
    "/auth/recording/fetch": (PlugNmeetFake.fetch_recordings, plugnmeet_schema.FETCH),
    "/auth/recording/getDownloadToken": (
        PlugNmeetFake.get_download_token,
        plugnmeet_schema.RECORD,
    ),
}


class _Handler(BaseHTTPRequestHandler):
    server: PlugNmeetFake
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/" and "access_token" in parse_qs(parts.query):
            if not self.server.faults.strike(self, "/"):
                self._answer(200, CLIENT.read_bytes(), "text/html; charset=utf-8")
        elif parts.path.startswith("/download/recording/"):
            self._download(parts.path.removeprefix("/download/recording/"))
        else:
            self._answer(404, b"not found")

    def _download(self, token: str) -> None:
        """Send the whole file and ignore Range, as the real server's SendFile does."""
        claims = hs256.decode(token, SECRET)
        film = self.server.films.get(claims["sub"]) if claims else None
        if film is None:
            self._answer(404 if claims else 401, b"no")
        elif not self.server.faults.strike(self, "/download/recording"):
            self._answer(200, film.read(0, film.size), "video/mp4")

    def do_POST(self) -> None:
        body = body_of(self)
        if self.path.startswith("/client/"):
            self._client(self.path.removeprefix("/client/"), json.loads(body))
            return
        self.server.asked.append(ApiRequest(self.path, dict(self.headers.items()), body))
        if not self.server.faults.strike(self, self.path):
            self._api(body)

    def _api(self, body: bytes) -> None:
        if self.headers.get("API-KEY") != KEY:
            self._json(401, refused("INVALID_API_KEY", "Invalid API key provided."))
            return
        wanted = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        if self.headers.get("HASH-SIGNATURE") != wanted:
            self._json(401, refused("INVALID_TOKEN_OR_SIGNATURE", "Invalid signature."))
            return
        if self.path not in API:
            self._answer(404, b"not found")
            return
        method, fields = API[self.path]
        data = json.loads(body)
        found = plugnmeet_schema.problems(data, fields) if fields else []
        with self.server.lock:
            refusal = refused("INVALID_PARAMETERS", "; ".join(found))
            self._json(200, refusal if found else method(self.server, data))

    def _client(self, what: str, data: dict[str, Any]) -> None:
        if what == "enter":
            entered = self.server.enter(data["token"])
            if isinstance(entered, str):
                self._answer(403, entered.encode())
                return
            room, person = entered
            self._json(
                200,
                {
                    "room_id": room.room_id,
                    "room_title": room.title,
                    "identity": person.identity,
                    "connection": person.connection,
                    "name": person.name,
                    "is_admin": person.is_admin,
                    "logout_url": room.metadata.get("logout_url"),
                    "logout_after_ms": self.server.logout_after_ms,
                },
            )
            return
        room_now = self.server.rooms.get(data["room_id"])
        person_now = room_now.people.get(data["identity"]) if room_now else None
        online = person_now is not None and person_now.connection == data["connection"]
        if room_now and online and what == "leave":
            self.server.leave(room_now, data["identity"])
        elif room_now and online and what == "end" and data["is_admin"]:
            self.server.close(room_now)
        others = [p.name for p in room_now.people.values()] if room_now else []
        others = [name for name in others if name != data["name"]]
        self._json(200, {"online": online, "others": others})

    def _json(self, status: int, data: dict[str, Any]) -> None:
        self._answer(status, json.dumps(data).encode(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str = "text/plain") -> None:
        answer(self, status, body, ("Content-Type", kind))

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def running(port: int = 0, **options: Any) -> AbstractContextManager[PlugNmeetFake]:
    return serving(PlugNmeetFake(port, **options))


if __name__ == "__main__":
    PlugNmeetFake(int(sys.argv[1])).serve_forever()
