"""The three kinds of calls with one interface for tests: each has a fake server, or none."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests import plain_http
from tests.fakes import bigbluebutton, plugnmeet
from tests.fakes.faults import Faults
from tools.local_worker import LocalWorker

TIMEOUT_S = 2


class Service:
    """A provider. `server` is its fake."""

    name = "peer"
    has_server = False
    # The first request of a join.
    opens = ""

    def __init__(self, server: Any, worker: LocalWorker) -> None:
        self.server = server
        self.worker = worker
        self.faults: Faults = server.faults if server else Faults()

    def enter(self, url: str) -> tuple[str, str, bool]:
        """Enter the call as a browser does. Returns title, name, and True for a moderator."""
        raise NotImplementedError

    def open_rooms(self) -> set[str]:
        """The rooms that are open."""
        return set()

    def present(self, room_id: str) -> set[str]:
        raise NotImplementedError

    def webhook(self, room_id: str, **how: Any) -> tuple[bytes, dict[str, str]]:
        """The body and headers of a signed webhook. `how` makes it forged or stale."""
        raise NotImplementedError

    def deliver(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        url = f"{self.worker.url}/webhooks/{self.name}"
        return plain_http.request("POST", url, content=body, headers=headers)


class PlugNmeetService(Service):
    name = "plugnmeet"
    has_server = True
    opens = "/auth/room/create"

    def enter(self, url: str) -> tuple[str, str, bool]:
        query = parse_qs(urlsplit(url).query)
        entered = self.server.enter(query["access_token"][0])
        assert not isinstance(entered, str), entered
        room, person = entered
        return room.title, person.name, person.is_admin

    def open_rooms(self) -> set[str]:
        return set(self.server.rooms)

    def present(self, room_id: str) -> set[str]:
        room = self.server.rooms.get(room_id)
        return set(room.people) if room else set()

    def webhook(self, room_id: str, **how: Any) -> tuple[bytes, dict[str, str]]:
        room = self.server.rooms[room_id]
        person = plugnmeet.Person("student", "Lena", False, "PA_test", int(time.time()))
        about = plugnmeet.as_participant(person, "ACTIVE")
        body, headers = self.server.webhook("participant_joined", room, participant=about)
        return body, plugnmeet.signed(body, **how) if how else headers


class BigBlueButtonService(Service):
    name = "bigbluebutton"
    has_server = True
    opens = "create"

    def enter(self, url: str) -> tuple[str, str, bool]:
        assert url.startswith(f"{self.server.url}/api/join?")
        query = urlsplit(url).query
        assert "access_token" in self.server.join(query)
        asked = parse_qs(query)
        meeting = self.server.meetings[asked["meetingID"][0]]
        person = meeting.people[asked["userID"][0]]
        return meeting.asked["name"], person["fullName"], person["role"] == "MODERATOR"

    def open_rooms(self) -> set[str]:
        return set(self.server.meetings)

    def present(self, room_id: str) -> set[str]:
        meeting = self.server.meetings.get(room_id)
        return set(meeting.people) if meeting else set()

    def webhook(self, room_id: str, **how: Any) -> tuple[bytes, dict[str, str]]:
        meeting = self.server.meetings[room_id]
        return bigbluebutton.recording_ready(meeting, f"{room_id}-rec", **how)


@contextmanager
def services(start: Callable[..., LocalWorker]) -> Iterator[Callable[[str], Service]]:
    """Give a function that starts the service of a name, and a Worker that uses it."""
    with ExitStack() as stack:
        running: dict[str, Service] = {}

        def service(name: str) -> Service:
            if name in running:
                return running[name]
            if name == "plugnmeet":
                server = stack.enter_context(plugnmeet.running())
                worker = start(**server.settings, PROVIDER_TIMEOUT_S=str(TIMEOUT_S))
                running[name] = PlugNmeetService(server, worker)
            elif name == "bigbluebutton":
                other = stack.enter_context(bigbluebutton.running())
                worker = start(**other.settings, PROVIDER_TIMEOUT_S=str(TIMEOUT_S))
                running[name] = BigBlueButtonService(other, worker)
            else:
                running[name] = Service(None, start())
            return running[name]

        yield service
