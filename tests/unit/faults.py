"""A whole deployment on the host, each of whose outside doors can be made to fail at a chosen call.

`World` answers requests through `app.respond`, so what is seen is what a person would see. Its
rooms are the real Durable Objects over the host's stand-in for their runtime. `survives` runs a
use case once cleanly, then once for each of its calls and each way to fail, does what the world
does next (press again, deliver again, the next tick), and compares what is left.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from inspect import isawaitable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from tests.unit.host_runtime import ObjectState, WebSocket  # isort: skip (makes these importable)
import app
import bindings
from bindings.rooms import IDENTITY_HEADER
from context import Context, HTTPAnswer
from db.database import Database
from errors import ServiceUnavailableError
from files.storage import StreamBrokenError
from files.streams import Fetched, RecordingError
from mail import sender
from recordings.consumer import Message
from room import durable_object, reconciler, seats, sockets
from settings import Settings
from tests.fakes import bigbluebutton, hs256, plugnmeet, resend
from tests.unit.booked import book
from tests.unit.cast import START
from tests.unit.fake_files import FakeFiles
from tests.unit.sqlite_database import SqliteDatabase, migrated
from web.messages import Request, Response

SECRET = "the-platforms-secret-for-tests-only"
PLATFORM = "the-platforms-token-for-tests-only"
WEBHOOKS = "whsec_" + "c2VjcmV0LW9mLXdlYmhvb2tzLWZvci10ZXN0cw=="
URL = "https://rooms.example"
MAX_RINGS = 100
"""Alarms in one second; a room that sets more of them would do so for ever."""


class How(StrEnum):
    """The ways in which a call fails."""

    BEFORE = "it had no effect"
    AFTER = "it took effect, its answer was lost"
    DIED = "it took effect, and who made it was killed"
    LASTING = "the door stays shut"


class DiedError(BaseException):
    """The end of an event: evicted, killed, out of time."""


@dataclass
class Outage:
    """Which call of a run fails, and how. `calls` are the doors that were used, in order."""

    at: int | None = None
    how: How = How.BEFORE
    calls: list[str] = field(default_factory=list)
    shut: str = ""
    dead: bool = False
    """Who was killed does nothing more, not even in a `finally`."""

    def check(self) -> None:
        if self.dead:
            raise DiedError

    async def through(self, door: str, error: Exception, call: Callable[[], Awaitable[Any]]) -> Any:
        self.check()
        struck = len(self.calls) == self.at
        self.calls.append(door)
        if struck and self.how is How.LASTING:
            self.shut = door.partition(".")[0]
        if self.shut == door.partition(".")[0] or (struck and self.how is How.BEFORE):
            raise error
        result = await call()
        if struck and self.how is How.DIED:
            self.dead = True
        self.check()
        if struck:
            raise error
        return result


class FaultyDatabase:
    """D1 as `bindings.d1` shows it."""

    def __init__(self, db: Database, world: "World") -> None:
        self._db, self._world = db, world

    async def all(self, sql: str, *params: Any) -> Any:
        return await self._world.through("d1.all", lambda: self._db.all(sql, *params))

    async def batch(self, statements: Any) -> Any:
        return await self._world.through("d1.batch", lambda: self._db.batch(statements))


class FaultyFiles:
    """R2 as `bindings.r2` shows it: `abort` never says that it failed."""

    WRITES = ("put", "put_part", "finish")

    def __init__(self, world: "World") -> None:
        self._world = world

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any) -> Any:
            error = StreamBrokenError("R2") if name in self.WRITES else ServiceUnavailableError()
            method = getattr(self._world.files, name)
            try:
                return await self._world.through(f"r2.{name}", lambda: method(*args), error)
            except ServiceUnavailableError:
                if name == "abort":
                    return None
                raise

        return call


# `bindings.rooms` does the same.
RPC_NAMES = {"apply_event": "hear", "check_provider": "look"}


class Rooms:
    """`context.Rooms` over real room objects, which live until they are evicted."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.states: dict[str, ObjectState] = {}
        self._awake: dict[str, durable_object.Room] = {}
        self.browsers: Callable[[], Awaitable[None]] | None = None
        """Connect again whatever has lost its socket."""

    def __getattr__(self, name: str) -> Any:
        async def call(session_id: str, *args: Any) -> Any:
            method = RPC_NAMES.get(name, name)
            if method in ("hear", "files_changed"):
                args = (json.dumps(args[0]),)
            given = (
                () if name in ("refresh", "chat", "forget_chat", "files_changed") else (session_id,)
            )
            work = lambda: self.run(session_id, method, *given, *args)  # noqa: E731
            answer = await self._world.through(f"rooms.{name}", work)
            return json.loads(answer) if name == "chat" else answer

        return call

    async def run(self, session_id: str, method: str, *args: Any) -> Any:
        """One event of a room. What it raises comes out of the binding as one kind of error."""
        try:
            done = getattr(self.awake(session_id), method)(*args)
            return await done if isawaitable(done) else done
        except DiedError:
            self.crash(session_id)
            raise
        except Exception as error:
            raise ServiceUnavailableError from error

    def awake(self, session_id: str) -> durable_object.Room:
        state = self.states.get(session_id)
        if state is None:
            check = lambda: self._world.outage.check()  # noqa: E731, PLW0108 (whichever it is then)
            state = self.states[session_id] = ObjectState(lambda: self._world.now, check)
        if session_id not in self._awake:
            self._awake[session_id] = durable_object.Room(state, None)
        return self._awake[session_id]

    def evict(self) -> None:
        """All go to sleep: their sockets stay."""
        self._awake.clear()

    def crash(self, session_id: str) -> None:
        """One ends in the middle of its work: its sockets end with it."""
        self._awake.pop(session_id, None)
        for _, socket in self.states[session_id].sockets:
            socket.readyState = 3

    async def connect(self, session_id: str, identity: str) -> Any:
        request = SimpleNamespace(headers={IDENTITY_HEADER: identity})
        work = lambda: self.run(session_id, "fetch", request)  # noqa: E731
        return await self._world.through("rooms.connect", work)

    async def alarms(self, until: int) -> None:
        """Let time pass, and every alarm ring that is set for it."""
        rings: Counter[int] = Counter()
        while due := [each for each in self.states.items() if (each[1].alarm or until) < until]:
            session_id, state = min(due, key=lambda each: each[1].alarm)
            self._world.now = max(self._world.now, int(state.alarm))
            rings[self._world.now] += 1
            assert rings[self._world.now] < MAX_RINGS, f"{session_id} rings again and again"
            await self._ring(session_id, state)
            if self.browsers:
                await self.browsers()
        self._world.now = max(self._world.now, until)

    async def _ring(self, session_id: str, state: ObjectState) -> None:
        """As the runtime does: an alarm that fails is repeated six times, then given up."""
        for repeat in range(7):
            try:
                await state.ring(partial(self.run, session_id, "alarm"))
            except (ServiceUnavailableError, DiedError):
                self._world.outage.dead = False
                if self.browsers:
                    await self.browsers()
                self._world.now += 2**repeat
                if self._world.now >= self._world.heals_at:
                    self._world.heal()
            else:
                return
        state.alarm = None


class World:
    """One deployment with one booked session, `s1`; `outage` is what happens to it."""

    def __init__(self, provider: str = "peer", now: int = START, **settings: Any) -> None:
        self.now, self.outage, self.heals_at = now, Outage(), 2**40
        self.connection = migrated()
        self.db, self.files, self.queue = SqliteDatabase(self.connection), FakeFiles(), []
        self.points: Counter[str] = Counter()
        self.tasks: list[Awaitable[Any]] = []
        self.plug, self.bbb = plugnmeet.PlugNmeetFake(), bigbluebutton.BigBlueButtonFake()
        self.plug.webhooks.hold()
        self.mail = resend.Resend(limit=10**9, clock=lambda: self.now)
        self.rooms = Rooms(self)
        self.films: dict[str, Fetched] = {}
        given = self.plug.settings | self.bbb.settings | {"VIDEO_PROVIDER": provider}
        self.settings = Settings(
            public_url=URL,
            sign_in_url=f"{URL}/sign-in",
            student_dashboard_url=URL,
            teacher_dashboard_url=URL,
            auth_jwt_secret=SECRET,
            platform_token=PLATFORM,
            link_secrets=("a-key-of-links-for-tests-only",),
            resend_api_key=resend.API_KEY,
            resend_webhook_secret=WEBHOOKS,
            **{name.lower(): value for name, value in given.items()},
            **settings,
        )

    def book(self, session_id: str = "s1", **changes: Any) -> None:
        booked = {"status": "scheduled", "started_at": None, "ended_at": None}
        book(self.connection, session_id, **booked | changes)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.connection.execute(sql)]

    async def through(
        self, door: str, call: Callable[[], Awaitable[Any]], error: Exception | None = None
    ) -> Any:
        return await self.outage.through(door, error or ServiceUnavailableError(), call)

    def heal(self) -> None:
        self.outage = Outage()

    # The doors.

    def context(self, _id: str = "", *, wait_until: Callable[[Any], None] | None = None) -> Context:
        return Context(
            settings=self.settings,
            db=FaultyDatabase(self.db, self),
            now=self.now,
            request_id="test",
            write_data_point=self._note,
            defer=lambda work: (wait_until or self.tasks.append)(bindings._logged(work, "test")),
            rooms=self.rooms,
            http=self._http,
            files=FaultyFiles(self),
            fetch_stream=self._fetch,
            discard=self._discard,
            count_one=None,
            queue_recording=self._queue,
            fetch_json=self._nothing,
            verify_signature=self._nothing,
            probe=self._nothing,
        )

    def _note(self, index: str, texts: list[str], numbers: list[float]) -> None:
        self.points[json.dumps([index, *texts])] += 1

    async def _queue(self, record_id: str) -> None:
        async def send() -> None:
            self.queue.append(record_id)

        await self.through("queue.send", send)

    async def _fetch(self, url: str, headers: Any) -> Fetched:
        async def answer() -> Fetched:
            return self.films[url](headers)

        return await self.through("source.fetch", answer, RecordingError("no answer"))

    async def _discard(self, _body: Any) -> None:
        pass

    async def _nothing(self, *_args: Any) -> Any:
        raise AssertionError

    async def _http(
        self, method: str, url: str, headers: Any, body: bytes, _timeout: Any
    ) -> HTTPAnswer:
        async def answer() -> HTTPAnswer:
            return self._answer(method, url, dict(headers), body)

        return await self.through(f"http.{urlsplit(url).path}", answer, ConnectionError("cut off"))

    def _answer(self, method: str, url: str, headers: dict[str, str], body: bytes) -> HTTPAnswer:
        if url.startswith(self.plug.url):
            call, _ = plugnmeet.API[urlsplit(url).path]
            answer = call(self.plug, json.loads(body))
            while url.endswith("/endRoom") and json.loads(body)["room_id"] in self.plug.rooms:
                time.sleep(0.001)  # it closes in the background
            return HTTPAnswer(200, [], json.dumps(answer).encode())
        if url.startswith(self.bbb.url):
            return HTTPAnswer(200, [], self._bbb(urlsplit(url)).encode())
        found = self.mail.call(method, urlsplit(url).path, headers, body)
        return HTTPAnswer(found.status, list(found.headers.items()), found.body)

    def _bbb(self, parts: Any) -> str:
        try:
            return self.bbb.call(parts.path.rpartition("/")[2], parts.query)
        except bigbluebutton.RefusedError as refusal:
            return bigbluebutton.xml("FAILED", messageKey=refusal.key, message="")

    # What people and services do.

    async def press(
        self, method: str, path: str, who: str = "student", data: Any = None, **given: Any
    ) -> Response | None:
        """One request; None when the Worker died, so that no answer came."""
        body = given.get("body", b"" if data is None else json.dumps(data).encode())
        token = PLATFORM if who == "platform" else hs256.encode({"sub": who}, SECRET)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        headers |= {"content-length": str(len(body)), **given.get("headers", {})}

        async def read(_limit: int) -> bytes:
            return body

        request = Request(method, f"{URL}{path}", headers, read, lambda: body)
        try:
            return await app.respond(request, "test", self.context)
        except DiedError:
            self.outage.dead = False
            self.tasks.clear()
            return None
        finally:
            await self.deferred()

    async def connect(self, role: str, page: str) -> WebSocket | None:
        """A live socket; None when there was no answer. Raises: ServiceUnavailableError."""
        upgrade = {"upgrade": "websocket"}
        seen = await self.press("GET", f"/session/s1/live?page={page}", role, headers=upgrade)
        if seen is None or seen.status == ServiceUnavailableError.status:
            raise ServiceUnavailableError
        return seen.upgrade.webSocket if seen.upgrade else None

    async def deferred(self) -> None:
        while self.tasks:
            try:
                await self.tasks.pop(0)
            except DiedError:
                self.outage.dead = False
                self.tasks.clear()

    async def deliver(self, attempts: int = 1, queue: str = "recordings") -> None:
        """The queue brings what is in it; what is not acknowledged stays there."""
        from recordings import consumer  # noqa: PLC0415

        waiting, self.queue = self.queue, []
        for record_id in waiting:
            kept = [True]
            message = Message({"record_id": record_id}, attempts, kept.clear, lambda _wait: None)
            try:
                await consumer.consume(self.context(), queue, [message])
            finally:
                self.queue += [record_id] if kept else []

    def close(self) -> None:
        self.connection.close()
        self.plug.server_close()
        self.bbb.server_close()
        for state in self.rooms.states.values():
            state.close()

    # What is left in the end.

    def left(self, *, coarse_s: int = 1) -> dict[str, list[str]]:
        """All of D1 and R2, without what is random or says only how often something was tried."""
        names = self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        found = {}
        for (name,) in names:
            rows = [dict(row) for row in self.connection.execute(f"SELECT * FROM {name}")]  # noqa: S608
            found[name] = sorted(_told(row, coarse_s) for row in rows)
        found["files"] = sorted(
            _named(f"{key} {body[:9]!r}") for key, (body, _) in self.files.objects.items()
        )
        found["mails taken"] = sorted(
            _named(mail["subject"] + mail["to"][0]) for mail in self.mail.mails
        )
        found["calls held"] = sorted([*self.plug.rooms, *self.bbb.meetings])
        return found


EFFORT = (
    "updated_at", "attempts", "last_error", "not_before", "lease_until", "retry_at",
    "idempotency_key", "recordings_asked_at", "message_id", "sent_at", "etag",
)  # fmt: skip


def _told(row: dict[str, Any], coarse_s: int) -> str:
    kept = {name: value for name, value in row.items() if name not in EFFORT}
    rounded = {
        name: value // coarse_s if name.endswith("_at") and value else value
        for name, value in kept.items()
    }
    return _named(repr(rounded))


def _named(text: str) -> str:
    return re.sub(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "#", text)


@dataclass(frozen=True)
class Case:
    """`act` is done through doors that fail; `finish` is what time brings afterwards, without.

    `act` answers what was seen: responses, None for no answer; or nothing for work in the
    background. When it was refused or got no answer it is done once more.
    """

    prepare: Callable[[World], Awaitable[Any]]
    act: Callable[[World], Awaitable[Any]]
    finish: Callable[[World], Awaitable[Any]] | None = None
    make: Callable[[], World] = World
    coarse_s: int = 1
    refusals: tuple[int, ...] = (503,)
    """What a person may see when something outside has failed."""
    leaves: str = ""
    """What there must be in the end: a table, `files`, or `mails taken`."""
    reads: bool = False
    """Nothing in D1 and R2 changes: it only reads, or the room alone takes note."""
    done: tuple[int, ...] = ()
    """What says, when it is done again, that it has been done."""


@contextmanager
def running(case: Case) -> Iterator[World]:
    """A world whose rooms use its doors and its clock."""
    world = case.make()
    kept = bindings.context, bindings.now, sender.create
    bindings.context, bindings.now = world.context, lambda: world.now
    clock = SimpleNamespace(time=lambda: world.now, monotonic=lambda: world.now)
    durable_object.time = reconciler.time = seats.time = sockets.time = clock
    sender.create = lambda ctx: sender.Sender(
        ctx.db, ctx.settings, lambda: sender.mail_service(ctx), clock.time
    )
    try:
        yield world
    finally:
        bindings.context, bindings.now, sender.create = kept
        durable_object.time = reconciler.time = seats.time = sockets.time = time
        world.close()


async def survives(case: Case, how: How) -> int:
    """Assert it for every call of the use case; how many calls there were."""
    with running(case) as world:
        await case.prepare(world)
        before = world.left(coarse_s=case.coarse_s)
    with running(case) as world:
        await _run(case, world, Outage())
        calls = world.outage.calls
        await _finish(case, world)
        wanted, points = world.left(coarse_s=case.coarse_s), world.points
    changes = "it changes something" if wanted != before else "it changes nothing"
    assert (wanted == before) is case.reads, f"even without faults {changes}"
    assert not case.leaves or wanted[case.leaves], f"no {case.leaves} even without faults"
    for number, door in enumerate(calls):
        with running(case) as world:
            where = f"call {number + 1} of {len(calls)}, {door}: {how}"
            await _run(case, world, Outage(number, how), where)
            await _finish(case, world)
            found = world.left(coarse_s=case.coarse_s)
            for name, rows in wanted.items():
                assert found[name] == rows, f"{where}: {name}: {found[name]}, not {rows}"
            doubled = world.points - points
            assert not doubled, f"{where}: counted twice {doubled}"
    return len(calls)


async def _run(case: Case, world: World, outage: Outage, where: str = "") -> None:
    await case.prepare(world)
    world.outage = outage
    if await _attempt(case, world, where):
        return
    world.heal()
    assert await _attempt(case, world, f"again after {where}"), f"{where}: still refused"


async def _attempt(case: Case, world: World, where: str) -> bool:
    """Whether it was done, as far as whoever asked for it can see."""
    try:
        seen = await case.act(world)
    except (DiedError, ServiceUnavailableError):
        return False
    for response in seen if isinstance(seen, list) else []:
        if response is None:
            return False
        if response.status >= 400:
            if where.startswith("again") and response.status in case.done:
                return True
            allowed = case.refusals if where.startswith("call") else ()
            assert response.status in allowed, f"{where}: {response.status} {response.body}"
            return False
    return True


async def _finish(case: Case, world: World) -> None:
    world.heal()
    await world.deferred()
    if case.finish:
        await case.finish(world)
