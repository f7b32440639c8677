"""A deployment with video providers on the world's clock, and the browsers of two people.

The fakes of the providers work in the foreground instead of in threads, so nothing happens between
two steps of a test. Their requests to us wait in `provider_requests` until a test delivers them:
late, twice, in another order, or never. A `Browser` does what live_socket.js, call_place.js and
embed.js do.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import RLock
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from context import HTTPAnswer
from errors import ServiceUnavailableError
from tests.fakes import bigbluebutton, plugnmeet
from tests.unit.cast import MINUTE, START, booking
from tests.unit.faults import Case, WebSocket, World, running

CLOSED = 3
END = START + 14 * MINUTE
PEOPLE = ("student", "teacher")


@dataclass
class ProviderRequest:
    """A webhook or callback of a provider that is not delivered yet."""

    event: str
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class CallWorld(World):
    """A world with fake providers. `faults` has the kinds of failure of their next answers."""

    def __init__(self, provider: str, *, now: int = START, peer_first: bool = False) -> None:
        super().__init__(provider, now=now, peer_first=peer_first)
        self.provider_requests: list[ProviderRequest] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.faults: list[str] = []
        self.ready: set[str] = set()
        """The ids of recordings that a webhook has announced."""
        self.failures = 0
        self.ended_at: list[int] = []
        """The times of our requests to end a call, successful or not."""
        self.plug.webhooks = self  # type: ignore[assignment]
        self.connection.execute("CREATE TEMP TABLE came (user_id TEXT)")
        self.connection.execute(
            "CREATE TEMP TRIGGER comes AFTER INSERT ON attendance"
            " BEGIN INSERT INTO came VALUES (new.user_id); END"
        )

    def send(self, event: str, url: str, body: bytes, headers: dict[str, str]) -> None:
        """Take a webhook of PlugNmeet."""
        lower = {name.lower(): value for name, value in headers.items()}
        self.provider_requests.append(
            ProviderRequest(event, "POST", urlsplit(url).path, body, lower)
        )

    def call_back(self, address: str) -> int:
        """Take an end callback of BigBlueButton."""
        parts = urlsplit(address)
        self.provider_requests.append(
            ProviderRequest("meeting_ended", "GET", f"{parts.path}?{parts.query}")
        )
        return 200

    async def deliver_request(self, number: int = 0, *, keep: bool = False) -> None:
        """Deliver one of the waiting requests; with `keep` it is delivered again later."""
        waiting = self.provider_requests
        request = waiting[number] if keep else waiting.pop(number)
        self._expect_recording(request)
        given = {"body": request.body, "headers": request.headers}
        await self.press(request.method, request.path, "nobody", **given)

    def _expect_recording(self, request: ProviderRequest) -> None:
        """Note an announced recording, if the session's call is in its room."""
        if request.event == "recording_proceeded":
            event = json.loads(request.body)
            if event["room"]["room_id"] == self.session()["provider_room_id"]:
                self.ready.add(event["recording_info"]["record_id"])

    async def deliver_all(self) -> None:
        while self.provider_requests:
            await self.deliver_request()

    def open_rooms(self) -> set[str]:
        """The provider rooms that are open."""
        return {*self.plug.rooms, *self.bbb.meetings}

    def is_recorded(self, room_id: str) -> bool:
        """True if the provider records this room."""
        if room := self.plug.rooms.get(room_id):
            features = room.metadata["room_features"]["recording_features"]
            return bool(features["enable_auto_cloud_recording"])
        return bool(self.bbb.meetings[room_id].asked["record"] == "true")

    async def platform_puts(self, **changes: Any) -> int:
        """The platform books the session, or changes it; the status of the answer."""
        body = booking(**{"scheduled_end": END} | changes)
        answer = await self.press("PUT", "/platform/sessions/s1", "platform", body)
        assert answer is not None
        return answer.status

    def session(self) -> dict[str, Any]:
        return dict(self.connection.execute("SELECT * FROM sessions WHERE id = 's1'").fetchone())

    def attendance(self) -> dict[str, int | None]:
        """User id to the time of leaving; None for a person who is present."""
        return dict(self.rows("SELECT user_id, left_at FROM attendance"))

    @property
    def join_count(self) -> int:
        """How often a person has joined for the first time since the last move of the session."""
        return int(self.rows("SELECT count(*) FROM came")[0][0])

    def counted(self, event: str) -> int:
        """How many product events of this name were made."""
        return sum(times for point, times in self.points.items() if json.loads(point)[1] == event)

    @property
    def alarm(self) -> float | None:
        return self.rooms.states["s1"].alarm

    async def pass_time(self, until: int) -> None:
        """Let time pass: alarms ring, and the providers' own timers end."""
        while due := [at for at, _ in self.timers if at <= until]:
            await self.rooms.alarms(int(min(due)))
            self._run_timers()
        await self.rooms.alarms(until)

    def _run_timers(self) -> None:
        due = [work for at, work in self.timers if at <= self.now]
        self.timers = [each for each in self.timers if each[0] > self.now]
        for work in due:
            work()

    def _answer(self, method: str, url: str, headers: dict[str, str], body: bytes) -> HTTPAnswer:
        of_provider = url.startswith((self.plug.url, self.bbb.url))
        if of_provider and urlsplit(url).path.endswith(("/endRoom", "/end")):
            self.ended_at.append(self.now)
        fault = self.faults.pop(0) if of_provider and self.faults else ""
        self.failures += bool(fault)
        if fault == "error":
            return HTTPAnswer(500, [], b"")
        if fault == "slow":
            self.now += 40
            raise TimeoutError
        answer = super()._answer(method, url, headers, body)
        if fault == "cut off":
            raise ConnectionError
        return answer

    # The fakes' threads.

    def thread(self, target: Callable[..., None], args: Any = (), **_: Any) -> Any:
        return SimpleNamespace(start=lambda: target(*args))

    def timer(self, seconds: float, work: Callable[..., None], args: Any = ()) -> Any:
        add = lambda: self.timers.append((self.now + seconds, partial(work, *args)))  # noqa: E731
        return SimpleNamespace(start=add)


@contextmanager
def call_world(provider: str, *, peer_first: bool = False, now: int = START) -> Iterator[CallWorld]:
    """Give a world without a session."""
    make = partial(CallWorld, provider, peer_first=peer_first, now=now)
    with running(Case(_nothing, _nothing, make=make)) as world:
        assert isinstance(world, CallWorld)
        threads = SimpleNamespace(Thread=world.thread, Timer=world.timer, RLock=RLock)
        kept = plugnmeet.threading, bigbluebutton.threading, bigbluebutton.get
        plugnmeet.threading = bigbluebutton.threading = threads  # type: ignore[assignment]
        bigbluebutton.get = world.call_back
        try:
            yield world
        finally:
            plugnmeet.threading, bigbluebutton.threading, bigbluebutton.get = kept


async def _nothing(_world: World) -> None:
    pass


class Browser:
    """One page of one person. It is in the room from `open` until the room or person ends it."""

    def __init__(self, world: CallWorld, role: str, number: int = 0, *, who: str = "") -> None:
        """`who` is the id of the person in this role; by default the role's name."""
        self.world, self.role, self.who = world, role, who or role
        self.page = self.page_of(role, number)
        self.socket: WebSocket | None = None
        self.in_room = False
        self.end_reason = ""
        """The reason why the room, or the person, ended it."""
        self.place = ""
        """The place of its call: `peer`, the name of a provider's room, or empty without a call."""
        self.provider = ""
        """The provider that the last grant names; empty before the first."""
        self.received: list[dict[str, Any]] = []
        self._epoch, self._read, self._name = 0, 0, ""
        self._connection: Any = None

    @staticmethod
    def page_of(role: str, number: int = 0) -> str:
        return f"{PEOPLE.index(role):08x}{number:08x}"

    async def open(self) -> int:
        """Press Join, then open the socket, then the call. Returns the status of the answer."""
        answer = await self.world.press("POST", "/session/s1/join", self.who)
        assert answer is not None
        if answer.status == 200:
            await self.enter(json.loads(answer.body))
        else:
            await self.drop()
            self.socket = None
        return answer.status

    async def enter(self, grant: dict[str, Any]) -> None:
        """Enter by the lobby's socket or open one, then the call."""
        self.in_room, self.end_reason, self._epoch = True, "", 0
        self.provider, self._name = grant["provider"], grant["place"]
        if self.is_open:
            await self._enter_by_lobby()
        await self.connect()
        if self.in_room and not self.place:
            self._enter_call(grant)

    async def wait_in_lobby(self) -> None:
        """Open the lobby's socket."""
        with suppress(ServiceUnavailableError):
            self.socket = await self.world.connect(self.who, f"{self.page}&watch=1")

    async def _enter_by_lobby(self) -> None:
        """What the lobby was sent before is dropped; a refused socket is closed."""
        assert self.socket is not None
        self._read = len(self.socket.sent)
        await self._event("webSocketMessage", f"enter {self.page}")
        answer = json.loads(self.socket.sent[self._read])
        if answer["type"] == "error":
            await self.drop()
        else:
            await self.read()

    async def connect(self) -> None:
        """Open the live socket, again if it was lost."""
        if not self.in_room or self.is_open:
            return
        try:
            self.socket = await self.world.connect(self.who, self.page)
        except ServiceUnavailableError:
            return
        self._read = 0
        if self.socket is None:
            self._end("refused")
        await self.read()

    async def drop(self) -> None:
        """Lose the socket; the provider's frame stays."""
        if self.socket is None or not self.is_open:
            return
        self.socket.readyState = CLOSED
        await self._event("webSocketClose", 1006, "", False)

    async def leave(self) -> None:
        if self.is_open:
            await self._event("webSocketMessage", '{"type":"leave"}')
        self._end("left")

    async def send(self, **message: Any) -> None:
        if self.is_open:
            await self._event("webSocketMessage", json.dumps(message))

    async def request_move(self) -> None:
        await self.send(type="move", epoch=self._epoch, reason="asked")

    def vanish(self) -> None:
        """Close the laptop: the socket gets neither a message nor a close."""
        if self.socket is not None:
            self.socket.silent_since = self.world.now
        self._end("vanished")

    async def read(self) -> bool:
        """Handle new messages and the end of the call. Returns True if there was any."""
        sent = self.socket.sent if self.socket else []
        fresh, self._read = sent[self._read :], len(sent)
        for text in fresh:
            message = json.loads(text)
            self.received.append(message)
            await self._handle(message)
        if self.in_room and self._connection is not None and not self._is_connected():
            # The provider's client opens our page in its frame, and the page around it leaves.
            self.place, self._connection = "", None
            await self.leave()
            return True
        return bool(fresh)

    async def _handle(self, message: dict[str, Any]) -> None:
        if message["type"] in ("replaced", "ended"):
            self._end(message.get("reason", "replaced"))
        elif message["type"] in ("mode", "welcome"):
            self._epoch = max(self._epoch, message["epoch"])
            if self.in_room and message["place"] not in (None, self._name):
                self._name = message["place"]
                await self.rejoin()

    async def rejoin(self) -> None:
        """Request a new way into the call, from inside the room."""
        self._leave_call()
        answer = await self.world.press("POST", "/session/s1/join", self.who)
        if answer is not None and answer.status == 200:
            self._enter_call(json.loads(answer.body))

    def _enter_call(self, grant: dict[str, Any]) -> None:
        self.provider, self._name = grant["provider"], grant["place"]
        if grant["provider"] == "peer":
            self.place = "peer"
        elif not grant["url"].startswith((self.world.plug.url, self.world.bbb.url)):
            self.place = grant["url"]
        elif grant["provider"] == "plugnmeet":
            token = parse_qs(urlsplit(grant["url"]).query)["access_token"][0]
            entered = self.world.plug.enter(token)
            if not isinstance(entered, str):
                self.place, self._connection = entered[0].room_id, entered[1]
        else:
            query = urlsplit(grant["url"]).query
            self.world.bbb.join(query)
            self.place = parse_qs(query)["meetingID"][0]
            self._connection = self.world.bbb.meetings[self.place].people[self.role]

    def _is_connected(self) -> bool:
        rooms = [*self.world.plug.rooms.values(), *self.world.bbb.meetings.values()]
        return any(self._connection is person for room in rooms for person in room.people.values())

    def _leave_call(self) -> None:
        if self._connection is not None and self._is_connected():
            if room := self.world.plug.rooms.get(self.place):
                self.world.plug.leave(room, self.role)
            elif meeting := self.world.bbb.meetings.get(self.place):
                self.world.bbb.leave(meeting, self.role)
        self.place, self._connection = "", None

    def _end(self, why: str) -> None:
        self._leave_call()
        self.in_room, self.end_reason = False, why

    @property
    def is_open(self) -> bool:
        return self.socket is not None and self.socket.readyState != CLOSED

    async def _event(self, method: str, *args: Any) -> None:
        await self.world.rooms.run("s1", method, self.socket, *args)


async def run_until_quiet(world: CallWorld, *browsers: Browser) -> None:
    """Deliver all requests and messages, until neither provider nor browser makes another one."""
    deadline = time.monotonic() + 20
    while True:
        await world.deliver_all()
        acted = [await browser.read() for browser in browsers]
        for browser in browsers:
            await browser.connect()
        if not any(acted) and not world.provider_requests:
            return
        assert time.monotonic() < deadline, "it does not become quiet"
