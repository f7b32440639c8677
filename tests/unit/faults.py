"""A whole deployment on the host, in which any call to an outside service can be made to fail.

`World` answers requests through `app.respond`, so a test gets the same responses as a person. Its
rooms are the real Durable Objects on the host's replacement of their runtime.
`fail_each_call` runs a use case without faults, then once for each of its outside calls with this
call failing. It then repeats the use case as a person or a service would (a second click, a second
delivery, the next tick), and compares the data with that of the run without faults.
"""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
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
MAX_ALARMS = 100
"""In one second; a room with more alarms would never stop."""


class How(StrEnum):
    """The ways in which a call fails."""

    BEFORE = "it had no effect"
    AFTER = "it took effect, its answer was lost"
    DIED = "it took effect, and its caller was killed"
    LASTING = "the service stays down"


class DiedError(BaseException):
    """The Worker or the room was killed during an event."""


@dataclass
class Outage:
    """The call of a run that fails, and how. `calls` are the names of all outside calls so far.

    A name is `service.method`, such as `d1.batch`. `service_down` is the service that fails for
    all further calls.
    """

    at: int | None = None
    how: How = How.BEFORE
    calls: list[str] = field(default_factory=list)
    service_down: str = ""
    is_dead: bool = False
    """A killed caller can do nothing more, not even in a `finally`."""

    def check(self) -> None:
        if self.is_dead:
            raise DiedError

    async def run(self, name: str, error: Exception, work: Callable[[], Awaitable[Any]]) -> Any:
        self.check()
        fails = len(self.calls) == self.at
        self.calls.append(name)
        service = name.partition(".")[0]
        if fails and self.how is How.LASTING:
            self.service_down = service
        if self.service_down == service or (fails and self.how is How.BEFORE):
            raise error
        result = await work()
        if fails and self.how is How.DIED:
            self.is_dead = True
        self.check()
        if fails:
            raise error
        return result


class FaultyDatabase:
    """D1 with the interface of `bindings.d1`."""

    def __init__(self, db: Database, world: "World") -> None:
        self._db, self._world = db, world

    async def all(self, sql: str, *params: Any) -> Any:
        return await self._world.call("d1.all", lambda: self._db.all(sql, *params))

    async def batch(self, statements: Any) -> Any:
        return await self._world.call("d1.batch", lambda: self._db.batch(statements))


class FaultyFiles:
    """R2 with the interface of `bindings.r2`: `abort` never raises."""

    WRITES = ("put", "put_part", "put_part_of", "finish")

    def __init__(self, world: "World") -> None:
        self._world = world

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any) -> Any:
            error = StreamBrokenError("R2") if name in self.WRITES else ServiceUnavailableError()
            method = getattr(self._world.files, name)
            try:
                return await self._world.call(f"r2.{name}", lambda: method(*args), error)
            except ServiceUnavailableError:
                if name == "abort":
                    return None
                raise

        return call


# `bindings.rooms` does the same.
RPC_NAMES = {"apply_event": "hear", "check_provider": "look"}


class Rooms:
    """`context.Rooms` with real room objects, which stay in memory until they are evicted."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.states: dict[str, ObjectState] = {}
        self._awake: dict[str, durable_object.Room] = {}
        self.browsers: Callable[[], Awaitable[None]] | None = None
        """Connects each browser that has lost its socket."""

    def __getattr__(self, name: str) -> Any:
        async def call(session_id: str, *args: Any) -> Any:
            method = RPC_NAMES.get(name, name)
            if method in ("hear", "files_changed"):
                args = (json.dumps(args[0]),)
            given = (
                () if name in ("refresh", "chat", "forget_chat", "files_changed") else (session_id,)
            )
            work = lambda: self.run(session_id, method, *given, *args)  # noqa: E731
            answer = await self._world.call(f"rooms.{name}", work)
            return json.loads(answer) if name == "chat" else answer

        return call

    async def run(self, session_id: str, method: str, *args: Any) -> Any:
        """Run one event of a room. The binding turns all its errors into one kind."""
        try:
            room = self.awake(session_id)
            done = getattr(room, method)(*args)
            answer = await done if isawaitable(done) else done
            # The runtime goes on until the work that an event has started is over.
            await asyncio.gather(*room._running)
        except DiedError:
            self.crash(session_id)
            raise
        except Exception as error:
            raise ServiceUnavailableError from error
        return answer

    def awake(self, session_id: str) -> durable_object.Room:
        state = self.states.get(session_id)
        if state is None:
            check = lambda: self._world.outage.check()  # noqa: E731, PLW0108 (the outage at that time)
            state = self.states[session_id] = ObjectState(lambda: self._world.now, check)
        if session_id not in self._awake:
            self._awake[session_id] = durable_object.Room(state, None)
        return self._awake[session_id]

    def evict(self) -> None:
        """Evict all rooms from memory; their sockets stay."""
        self._awake.clear()

    def crash(self, session_id: str) -> None:
        """Kill a room during its work; its sockets close."""
        self._awake.pop(session_id, None)
        for socket in self.states[session_id].sockets:
            socket.readyState = 3

    async def connect(self, session_id: str, identity: str) -> Any:
        request = SimpleNamespace(headers={IDENTITY_HEADER: identity})
        work = lambda: self.run(session_id, "fetch", request)  # noqa: E731
        return await self._world.call("rooms.connect", work)

    async def alarms(self, until: int) -> None:
        """Advance the clock, and run every alarm until then."""
        counts: Counter[int] = Counter()
        while due := [each for each in self.states.items() if (each[1].alarm or until) < until]:
            session_id, state = min(due, key=lambda each: each[1].alarm)
            self._world.now = max(self._world.now, int(state.alarm))
            counts[self._world.now] += 1
            assert counts[self._world.now] < MAX_ALARMS, f"{session_id} sets alarms without end"
            await self._run_alarm(session_id, state)
            if self.browsers:
                await self.browsers()
        self._world.now = max(self._world.now, until)

    async def _run_alarm(self, session_id: str, state: ObjectState) -> None:
        """Like the runtime, repeat a failed alarm six times, then give it up."""
        for repeat in range(7):
            try:
                await state.ring(partial(self.run, session_id, "alarm"))
            except (ServiceUnavailableError, DiedError):
                self._world.outage.is_dead = False
                if self.browsers:
                    await self.browsers()
                self._world.now += 2**repeat
                if self._world.now >= self._world.heals_at:
                    self._world.heal()
            else:
                return
        state.alarm = None


class World:
    """One deployment with one booked session, `s1`; `outage` has its faults."""

    def __init__(self, provider: str = "peer", now: int = START, **settings: Any) -> None:
        self.now, self.outage, self.heals_at = now, Outage(), 2**40
        self.connection = migrated()
        self.db, self.files, self.queue = SqliteDatabase(self.connection), FakeFiles(), []
        self.points: Counter[str] = Counter()
        self.tasks: list[Coroutine[Any, Any, Any]] = []
        self.plug, self.bbb = plugnmeet.PlugNmeetFake(), bigbluebutton.BigBlueButtonFake()
        self.plug.webhooks.hold()
        self.mail = resend.Resend(limit=10**9, clock=lambda: self.now)
        self.rooms = Rooms(self)
        self.films: dict[str, Fetched] = {}
        self.receiver: Callable[[dict[str, str], bytes], HTTPAnswer] | None = None
        """The platform's webhook."""
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

    async def call(
        self, name: str, work: Callable[[], Awaitable[Any]], error: Exception | None = None
    ) -> Any:
        """Make an outside call, which fails with `error` if the outage is at this call."""
        return await self.outage.run(name, error or ServiceUnavailableError(), work)

    def heal(self) -> None:
        self.outage = Outage()

    # The outside services.

    def context(self, _id: str = "", *, wait_until: Callable[[Any], None] | None = None) -> Context:
        return Context(
            settings=self.settings,
            db=FaultyDatabase(self.db, self),
            now=self.now,
            request_id="test",
            write_data_point=self._note,
            defer=lambda work: (
                wait_until(bindings._logged(work, "test"))
                if wait_until
                else self.tasks.append(work)
            ),
            rooms=self.rooms,
            http=self._http,
            files=FaultyFiles(self),
            fetch_stream=self._fetch,
            discard=self._discard,
            count_one=None,
            queue_recording=self._queue,
            fetch_json=self._nothing,
            verify_signature=self._nothing,
            static_file=self._nothing,
            probe=self._nothing,
        )

    def _note(self, index: str, texts: list[str], numbers: list[float]) -> None:
        self.points[json.dumps([index, *texts])] += 1

    async def _queue(self, record_id: str) -> None:
        async def send() -> None:
            self.queue.append(record_id)

        await self.call("queue.send", send)

    async def _fetch(self, url: str, headers: Any) -> Fetched:
        async def answer() -> Fetched:
            return self.films[url](headers)

        return await self.call("source.fetch", answer, RecordingError("no answer"))

    async def _discard(self, _body: Any) -> None:
        pass

    async def _nothing(self, *_args: Any) -> Any:
        raise AssertionError

    async def _http(
        self, method: str, url: str, headers: Any, body: bytes, _timeout: Any
    ) -> HTTPAnswer:
        async def answer() -> HTTPAnswer:
            return self._answer(method, url, dict(headers), body)

        return await self.call(f"http.{urlsplit(url).path}", answer, ConnectionError("cut off"))

    def _answer(self, method: str, url: str, headers: dict[str, str], body: bytes) -> HTTPAnswer:
        if url.startswith(self.plug.url):
            call, _ = plugnmeet.API[urlsplit(url).path]
            answer = call(self.plug, json.loads(body))
            while url.endswith("/endRoom") and json.loads(body)["room_id"] in self.plug.rooms:
                time.sleep(0.001)  # the fake closes the room in the background
            return HTTPAnswer(200, [], json.dumps(answer).encode())
        if self.receiver and url == self.settings.platform_webhook_url:
            return self.receiver(headers, body)
        if url.startswith(self.bbb.url):
            return HTTPAnswer(200, [], self._bbb(urlsplit(url)).encode())
        found = self.mail.call(method, urlsplit(url).path, headers, body)
        return HTTPAnswer(found.status, list(found.headers.items()), found.body)

    def _bbb(self, parts: Any) -> str:
        try:
            return self.bbb.call(parts.path.rpartition("/")[2], parts.query)
        except bigbluebutton.RefusedError as refusal:
            return bigbluebutton.xml("FAILED", messageKey=refusal.key, message="")

    # Actions of people and services.

    async def press(
        self, method: str, path: str, who: str = "student", data: Any = None, **given: Any
    ) -> Response | None:
        """Send a request. None if the Worker died before its response."""
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
            self._forget_tasks()
            return None
        finally:
            await self.deferred()

    async def connect(self, role: str, page: str) -> WebSocket | None:
        """Open a live socket; None if the room refuses it. Raises: ServiceUnavailableError."""
        upgrade = {"upgrade": "websocket"}
        seen = await self.press("GET", f"/session/s1/live?page={page}", role, headers=upgrade)
        if seen is None or seen.status == ServiceUnavailableError.status:
            raise ServiceUnavailableError
        return seen.upgrade.webSocket if seen.upgrade else None

    async def deferred(self) -> None:
        while self.tasks:
            try:
                await bindings._logged(self.tasks.pop(0), "test")
            except DiedError:
                self._forget_tasks()

    def _forget_tasks(self) -> None:
        """What a killed Worker wanted to do after its answer is never done."""
        self.outage.is_dead = False
        for task in self.tasks:
            task.close()
        self.tasks.clear()

    async def deliver(self, attempts: int = 1, queue: str = "recordings") -> None:
        """Deliver all messages of the queue; messages without an ack stay in it."""
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

    # The data at the end.

    def data(self, *, coarse_s: int = 1) -> dict[str, list[str]]:
        """All data in D1 and R2, without random values and without IGNORED_COLUMNS.

        `coarse_s` is the precision of times.
        """
        names = self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        found = {}
        for (name,) in names:
            rows = [dict(row) for row in self.connection.execute(f"SELECT * FROM {name}")]  # noqa: S608
            found[name] = sorted(_comparable(row, coarse_s) for row in rows)
        found["platform_events"] = [
            f"{session}: {kind}, {count}"
            for session, kind, count in self.rows(
                "SELECT session_id, type, count(*) FROM platform_events GROUP BY 1, 2"
            )
        ]
        found["files"] = sorted(
            _without_ids(f"{key} {body[:9]!r}") for key, (body, _) in self.files.objects.items()
        )
        found["mails accepted"] = sorted(
            _without_ids(mail["subject"] + mail["to"][0]) for mail in self.mail.mails
        )
        found["calls held"] = sorted([*self.plug.rooms, *self.bbb.meetings])
        return found


# Columns that only depend on the number of attempts.
IGNORED_COLUMNS = (
    "updated_at", "attempts", "last_error", "not_before", "lease_until", "retry_at",
    "idempotency_key", "recordings_asked_at", "message_id", "sent_at", "etag",
)  # fmt: skip


def _comparable(row: dict[str, Any], coarse_s: int) -> str:
    kept = {name: value for name, value in row.items() if name not in IGNORED_COLUMNS}
    rounded = {
        name: value // coarse_s if name.endswith("_at") and value else value
        for name, value in kept.items()
    }
    return _without_ids(repr(rounded))


def _without_ids(text: str) -> str:
    return re.sub(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "#", text)


@dataclass(frozen=True)
class Case:
    """`act` runs with the fault, `finish` runs afterwards without faults.

    `act` returns its responses, None for a missing one; or nothing for background work. After a
    refusal or a missing response it runs once more.
    """

    prepare: Callable[[World], Awaitable[Any]]
    act: Callable[[World], Awaitable[Any]]
    finish: Callable[[World], Awaitable[Any]] | None = None
    make: Callable[[], World] = World
    coarse_s: int = 1
    refusals: tuple[int, ...] = (503,)
    """The statuses that a failed outside call may cause."""
    result: str = ""
    """The data that must exist at the end: a table, `files`, or `mails accepted`."""
    is_read_only: bool = False
    """The case changes nothing in D1 and R2."""
    done: tuple[int, ...] = ()
    """The statuses of a repetition that mean that the first attempt had succeeded."""


@contextmanager
def running(case: Case) -> Iterator[World]:
    """A world whose rooms use its services and its clock."""
    world = case.make()
    originals = bindings.context, bindings.now, sender.create
    bindings.context, bindings.now = world.context, lambda: world.now
    clock = SimpleNamespace(time=lambda: world.now, monotonic=lambda: world.now)
    durable_object.time = reconciler.time = seats.time = sockets.time = clock
    sender.create = lambda ctx: sender.Sender(
        ctx.db, ctx.settings, lambda: sender.mail_service(ctx), clock.time
    )
    try:
        yield world
    finally:
        bindings.context, bindings.now, sender.create = originals
        durable_object.time = reconciler.time = seats.time = sockets.time = time
        world.close()


async def fail_each_call(case: Case, how: How) -> int:
    """Assert that a fault in any outside call changes no data. Returns the number of calls."""
    with running(case) as world:
        await case.prepare(world)
        before = world.data(coarse_s=case.coarse_s)
    with running(case) as world:
        await _run(case, world, Outage())
        calls = world.outage.calls
        await _finish(case, world)
        expected, points = world.data(coarse_s=case.coarse_s), world.points
    changes = "it changes something" if expected != before else "it changes nothing"
    assert (expected == before) is case.is_read_only, f"even without faults {changes}"
    assert not case.result or expected[case.result], f"no {case.result} even without faults"
    for number, name in enumerate(calls):
        with running(case) as world:
            where = f"call {number + 1} of {len(calls)}, {name}: {how}"
            await _run(case, world, Outage(number, how), where)
            await _finish(case, world)
            found = world.data(coarse_s=case.coarse_s)
            for table, rows in expected.items():
                assert found[table] == rows, f"{where}: {table}: {found[table]}, not {rows}"
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
    """Run the use case. True if its caller gets the information that it succeeded."""
    try:
        responses = await case.act(world)
    except (DiedError, ServiceUnavailableError):
        return False
    for response in responses if isinstance(responses, list) else []:
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
