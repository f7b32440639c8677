"""Recordings on the host: messages of the queue, and sources with rare faults."""

from dataclasses import dataclass, field

import pytest

from db import outcomes
from db import recordings as recordings_db
from errors import NotFoundError, ProviderError
from files.storage import StreamBrokenError
from files.streams import Fetched
from providers.base import Recording, RecordingSource
from recordings import consumer, copying, sources
from recordings.consumer import Message
from settings import Settings
from tests.fakes.films import Film
from tests.unit.booked import book, insert
from tests.unit.cast import DAY, END, HOUR
from tests.unit.fake_context import FakeContext
from tests.unit.fake_files import FakeFiles

NOW = END + HOUR
PART = 1000


@dataclass
class FakeSource:
    """One film, with a new URL at each `open`; `answers` replace the next responses."""

    film: Film
    ranges: bool = True
    tag: str = '"1"'
    answers: list = field(default_factory=list)
    opened: int = 0
    asked: list = field(default_factory=list)
    failing: bool = False

    async def list_recordings(self, room_id):
        if self.failing:
            raise ProviderError
        return [Recording("rec1", self.film.size)]

    async def open_recording(self, record_id):
        self.opened += 1
        return RecordingSource(f"https://provider/{self.opened}")

    async def fetch(self, url, headers):
        self.asked.append((url, headers["Range"]))
        if self.answers and (answer := self.answers.pop(0)) is not None:
            return answer
        size = self.film.size
        if not self.ranges:
            return Fetched(200, {"content-length": str(size)}, self.film.read(0, size))
        first, last = map(int, headers["Range"].removeprefix("bytes=").split("-"))
        last = min(last, size - 1)
        found = {"content-range": f"bytes {first}-{last}/{size}", "etag": self.tag}
        return Fetched(206, found, self.film.read(first, last - first + 1))


@dataclass
class FakeMessage:
    body: object
    attempts: int = 1
    outcome: object = None

    def as_message(self):
        def ack():
            self.outcome = "acked"

        def retry(seconds):
            self.outcome = seconds

        return Message(self.body, self.attempts, ack, retry)


class World:
    """A booked session whose provider has one recording."""

    def __init__(self, connection, db, monkeypatch, film):
        book(connection, recording_enabled=1, provider="plugnmeet", provider_room_id="room")
        self.connection, self.db = connection, db
        self.source, self.files, self.queued = FakeSource(film), FakeFiles(), []
        monkeypatch.setattr(sources, "of_provider", lambda _name, _ctx: self.source)
        monkeypatch.setattr(copying, "PART_BYTES", PART)

    def context(self, now=NOW):
        async def queue(record_id):
            self.queued.append(record_id)

        async def discard(_body):
            pass

        async def fetch(url, headers):
            return await self.source.fetch(url, headers)

        return FakeContext.make(
            self.db,
            now,
            settings=Settings(recording_retry_s=30),
            files=self.files,
            fetch_stream=fetch,
            discard=discard,
            queue_recording=queue,
        )

    async def announce(self, size=None):
        await consumer.announce(self.context(), "s1", "plugnmeet", "rec1", size)

    async def deliver(self, attempts=1, now=NOW, queue="session-room-recordings", body=None):
        message = FakeMessage({"record_id": "rec1"} if body is None else body, attempts)
        await consumer.consume(self.context(now), queue, [message.as_message()])
        return message.outcome

    def row(self):
        return dict(self.connection.execute("SELECT * FROM recordings").fetchone())

    def resources(self):
        sql = "SELECT name, status, size_bytes, duration_seconds FROM session_resources"
        return [tuple(row) for row in self.connection.execute(sql)]


@pytest.fixture
def world(connection, db, monkeypatch):
    return World(connection, db, monkeypatch, Film(3500, duration_s=90))


NAME = "Recording of 15 January 2027, 08.00, UTC.mp4"
WHOLE = [(NAME, "ready", 3500, 90)]


@pytest.mark.parametrize(
    ("zone", "locale", "name"),
    [
        ("Europe/Berlin", "en-DE", "Recording of 15 January 2027, 09.00, Berlin time (CET).mp4"),
        (
            "America/Los_Angeles",
            "en-US",
            "Recording of January 15, 2027, 12.00 AM, Los Angeles time (PST).mp4",
        ),
        (
            "Pacific/Honolulu",
            "en-US",
            "Recording of January 14, 2027, 10.00 PM, Honolulu time (HST).mp4",
        ),
    ],
)
async def test_file_name_has_the_teachers_date_and_time(world, zone, locale, name):
    teacher = "UPDATE users SET time_zone = ?, locale = ? WHERE id = 'teacher'"
    world.connection.execute(teacher, [zone, locale])
    await world.announce()
    await world.deliver()

    assert [resource[0] for resource in world.resources()] == [name]


async def test_recording_is_copied_in_parts_once(world):
    await world.announce()
    await world.announce()
    outcomes = [await world.deliver() for _ in range(5)]

    assert outcomes == ["acked"] * 5
    assert world.queued == ["rec1"]
    assert world.resources() == WHOLE
    assert world.source.opened == 1
    assert [asked for _, asked in world.source.asked] == [
        f"bytes={start}-{start + PART - 1}" for start in (0, 1000, 2000, 3000)
    ]
    [(content, _)] = world.files.objects.values()
    assert content == world.source.film.read(0, 3500)


async def test_second_consumer_does_not_copy_a_leased_recording(world):
    await world.announce()
    world.connection.execute("UPDATE recordings SET state='copying', lease_until=?", [NOW + 60])

    assert await world.deliver() == "acked"
    assert world.source.asked == []
    assert await world.deliver(now=NOW + 61) == "acked"
    assert world.resources() == WHOLE


@pytest.mark.parametrize("attempts", [1, 2, 5, 9])
async def test_retry_delay_doubles_up_to_an_hour(world, attempts):
    world.source.answers = [Fetched(500, {}, b"")]
    await world.announce()

    assert await world.deliver(attempts) == min(3600, 30 * 2 ** (attempts - 1))
    assert world.row()["last_error"] == "the source answered 500"


async def test_copy_starts_over_after_a_new_version(world):
    await world.announce()
    world.source.answers = [None, None, Fetched(500, {}, b"")]
    assert await world.deliver() == 30
    world.source.tag = '"2"'
    assert await world.deliver(2) == "acked"

    asked = [int(asked.removeprefix("bytes=").split("-")[0]) for _, asked in world.source.asked]
    assert asked == [0, 1000, 2000, 2000, 0, 1000, 2000, 3000]
    assert world.resources() == WHOLE


async def test_new_version_during_a_copy_is_a_failed_attempt(world):
    await world.announce()
    other = Fetched(206, {"content-range": "bytes 1000-1999/3500", "etag": '"2"'}, b"x" * 1000)
    world.source.answers = [None, other]
    assert await world.deliver() == 30

    assert world.row()["last_error"] == "the recording changed while it was copied"
    assert await world.deliver(2) == "acked"
    assert world.resources() == WHOLE


async def test_expired_url_is_renewed_once(world):
    await world.announce()
    world.source.answers = [None, Fetched(401, {}, b""), Fetched(401, {}, b"")]
    assert await world.deliver() == 30

    assert world.source.opened == 2
    assert world.row()["last_error"] == "the source answered 401"
    assert await world.deliver(2) == "acked"


async def test_too_large_recording_without_range_fails(world):
    await world.announce()
    world.source.answers = [Fetched(200, {"content-length": "5000000000"}, b"")]
    await world.deliver()

    assert "5000000000 bytes are too many" in world.row()["last_error"]


@pytest.mark.parametrize("headers", [{}, {"content-length": "0"}, {"content-length": "x"}])
async def test_source_without_length_is_rejected(world, headers):
    await world.announce()
    world.source.answers = [Fetched(200, headers, b"")]
    await world.deliver()

    assert world.row()["last_error"] == "the source does not state the length of the recording"


async def test_source_shorter_than_announced_is_rejected(world):
    await world.announce(size=3500 + copying.ROUNDING_BYTES + 1)
    await world.deliver()

    assert world.row()["last_error"] == "the source has 3500 bytes, 13501 were announced"
    assert world.files.objects == {}


async def test_next_consumer_continues_after_the_time_limit(world, monkeypatch):
    await world.announce()
    monkeypatch.setattr(copying, "TIME_LIMIT_S", -1)
    for _ in range(3):
        assert await world.deliver() == "acked"
        assert world.resources()[0][1] == "uploading"
    assert await world.deliver() == "acked"

    assert world.queued == ["rec1"] * 4
    assert world.resources() == WHOLE
    assert len(world.source.asked) == 4


def starts(world):
    """Where each request to the source began."""
    ranges = [asked for _, asked in world.source.asked]
    return [int(each.removeprefix("bytes=").split("-")[0]) for each in ranges]


FAILED = Fetched(500, {}, b"")


async def test_time_limits_are_no_failed_attempts(world, monkeypatch):
    world.source.film = Film(15 * PART - 500, duration_s=90)
    await world.announce()
    monkeypatch.setattr(copying, "TIME_LIMIT_S", -1)
    for _ in range(15):
        assert await world.deliver() == "acked"

    assert world.row()["state"] == "ready"
    assert starts(world) == [number * PART for number in range(15)]


async def test_copy_starts_over_once_after_many_failures(world, monkeypatch):
    """The second copy may need several consumers too."""
    await world.announce()
    world.source.answers = [None, *[FAILED] * 5]
    for attempts in range(1, 6):
        await world.deliver(attempts)
    monkeypatch.setattr(copying, "TIME_LIMIT_S", -1)
    for _ in range(4):
        assert await world.deliver(6) == "acked"

    assert starts(world) == [0, *[PART] * 5, 0, PART, 2 * PART, 3 * PART]
    assert world.resources() == WHOLE


async def test_copy_without_progress_fails_after_any_number_of_messages(world, monkeypatch):
    async def fetch(url, headers):
        if headers["Range"].startswith("bytes=2000-"):
            world.source.asked.append((url, headers["Range"]))
            return FAILED
        return await fetched(url, headers)

    fetched, world.source.fetch = world.source.fetch, fetch
    monkeypatch.setattr(copying, "TIME_LIMIT_S", -1)
    await world.announce()
    delivered = 0
    while world.row()["state"] != "failed":
        await world.deliver()
        delivered += 1
        assert delivered < 30

    assert starts(world).count(0) == 2, "one start and one start over"
    assert world.row()["last_error"] == "the source answered 500"


async def test_source_that_keeps_changing_fails(world, monkeypatch):
    monkeypatch.setattr(copying, "TIME_LIMIT_S", -1)
    await world.announce()
    delivered = 0
    while world.row()["state"] != "failed":
        world.source.tag = f'"{delivered}"'
        await world.deliver()
        delivered += 1
        assert delivered < 30

    assert world.row()["last_error"] == "the recording changes faster than it can be copied"


async def test_progress_resets_the_attempts(world):
    await world.announce()
    world.connection.execute("UPDATE recordings SET attempts = 7")
    world.source.answers = [None, FAILED]
    await world.deliver()

    assert world.row()["attempts"] == 1


async def test_unavailable_provider_is_a_failed_attempt(world):
    world.source.failing = True
    await world.announce()

    assert await world.deliver() == 30
    assert world.row()["last_error"] == "Video service unavailable. Try again."


async def test_dead_letter_fails_the_recording_and_retry_copies_it(world):
    world.source.answers = [Fetched(404, {}, b"")]
    await world.announce()
    await world.deliver()
    assert await world.deliver(queue="staging-recordings-dead") == "acked"
    assert world.row()["state"] == "failed"
    assert await world.deliver() == "acked", "a late message does not change the state"
    await consumer.retry(world.context(), "rec1")
    assert await world.deliver() == "acked"

    assert world.resources() == WHOLE
    with pytest.raises(NotFoundError):
        await consumer.retry(world.context(), "rec1")


async def test_dead_letter_keeps_a_ready_or_leased_recording(world):
    await world.announce()
    world.connection.execute("UPDATE recordings SET state='copying', lease_until=?", [NOW + 60])
    assert await world.deliver(queue="staging-recordings-dead") == 60, "retried when the lease ends"
    assert world.row()["state"] == "copying"
    await world.deliver(now=NOW + 60)
    assert await world.deliver(queue="staging-recordings-dead", now=NOW + 60) == "acked"

    assert world.row()["state"] == "ready"


async def test_dead_letter_fails_the_recording_after_the_lease(world):
    await world.announce()
    world.connection.execute("UPDATE recordings SET state='copying', lease_until=?", [NOW + 60])
    wait = await world.deliver(queue="staging-recordings-dead")
    assert await world.deliver(queue="staging-recordings-dead", now=NOW + wait) == "acked"

    assert (world.row()["state"], world.row()["last_error"]) == (
        "failed",
        "every consumer was killed before its attempt ended",
    )


class KilledError(BaseException):
    """A consumer was killed."""


async def test_recording_that_kills_consumers_fails_and_can_be_retried(world):
    async def fetch(_url, _headers):
        raise KilledError

    fetched, world.source.fetch = world.source.fetch, fetch
    await world.announce()
    now, killed = NOW, 0
    while world.row()["state"] != "failed":
        for record_id in world.queued:
            with pytest.raises(KilledError):
                await world.deliver(now=now, body={"record_id": record_id})
            killed += 1
        world.queued.clear()
        now += consumer.LEASE_S + consumer.STRANDED_AFTER_S
        await consumer.sweep(world.context(now))
        assert killed < 30
    assert killed == consumer.MAX_ATTEMPTS
    world.source.fetch = fetched
    await consumer.retry(world.context(now), "rec1")

    assert world.row()["attempts"] == 0
    assert await world.deliver(now=now) == "acked"
    assert world.resources() == WHOLE


@pytest.mark.parametrize("body", ["text", {}, {"record_id": 5}, {"record_id": "unknown"}, [1]])
async def test_malformed_message_is_acknowledged(world, body):
    assert await world.deliver(body=body) == "acked"


async def test_sweep_queries_providers_less_and_less_often(world):
    moments = []
    for minute in range(0, 50 * 60, 5):
        before = world.connection.execute("SELECT recordings_asked_at FROM sessions").fetchone()[0]
        await consumer.sweep(world.context(END + minute * 60))
        after = world.connection.execute("SELECT recordings_asked_at FROM sessions").fetchone()[0]
        if after != before:
            moments.append(minute)

    assert moments == [10, 20, 40, 80, 160, 320, 640, 1280, 2560]


async def test_sweep_requeues_only_stranded_recordings(world):
    await world.announce()
    await consumer.sweep(world.context(NOW + 9 * 60))
    assert world.queued == ["rec1"]
    await consumer.sweep(world.context(NOW + 10 * 60))
    await consumer.sweep(world.context(NOW + 15 * 60))
    assert world.queued == ["rec1"] * 2
    await world.deliver()
    await consumer.sweep(world.context(NOW + DAY))

    assert world.queued == ["rec1"] * 2


@pytest.mark.parametrize("took_effect", [False, True])
async def test_retry_only_completes_arrived_parts(world, monkeypatch, took_effect):
    finish = world.files.finish

    async def broken(*args):
        if took_effect:
            await finish(*args)
        raise StreamBrokenError("no answer")

    await world.announce()
    with monkeypatch.context() as patched:
        patched.setattr(world.files, "finish", broken)
        assert await world.deliver() == ("acked" if took_effect else 30)
    assert await world.deliver(2) == "acked"

    assert world.resources() == WHOLE
    assert len(world.source.asked) == 4


async def test_file_purged_during_the_copy_stays_purged(world, monkeypatch):
    inspect = copying.mp4.inspect

    async def purged(*args):
        world.connection.execute("UPDATE session_resources SET status = 'failed'")
        return await inspect(*args)

    monkeypatch.setattr(copying.mp4, "inspect", purged)
    await world.announce()
    await world.deliver()

    assert [status for _, status, *_ in world.resources()] == ["failed"]


PARTS = ("c", "a", "b")


def begun(connection, record_id, at, *, state="receiving", file="uploading", **columns):
    """A recording of a browser, and its file."""
    when = {"created_at": at, "updated_at": at}
    resource = {"name": f"{record_id}.webm", "type": "recording", "r2_key": record_id}
    size = {"size_bytes": 1, "status": file}
    insert(connection, "session_resources", id=record_id, session_id="s1", **resource | size | when)
    who = {"provider": "peer", "sender_id": "teacher", "device": record_id, "format": "webm"}
    row = {"record_id": record_id, "session_id": "s1", "resource_id": record_id, "state": state}
    insert(connection, "recordings", **row | who | when | columns)


async def test_parts_are_listed_as_they_were_begun(connection, db):
    """Two began in one second, and the queue has finished them in another order."""
    book(connection)
    for record_id, at in zip(PARTS, (NOW, NOW, NOW + 9), strict=True):
        begun(connection, record_id, at, state="ready", file="ready")
    for finished, record_id in enumerate(reversed(PARTS)):
        connection.execute(
            "UPDATE session_resources SET updated_at = ? WHERE id = ?", [NOW + finished, record_id]
        )
    query = outcomes.of_session("s1")
    found = query.parse(await db.batch(query.statements))

    assert [each["id"] for each in found.resources] == list(PARTS)


async def test_operators_read_what_is_still_being_sent(connection, db):
    book(connection)
    begun(connection, "old", NOW - HOUR, received_bytes=5_000_000)
    begun(connection, "failed", NOW, state="failed", last_error="no", received_bytes=3)
    begun(connection, "seen", NOW, state="ready", file="ready", received_bytes=3)
    rows = await recordings_db.list_unready(db)

    assert [(row["record_id"], row["state"], row["received_bytes"]) for row in rows] == [
        ("failed", "failed", 3),
        ("old", "receiving", 5_000_000),
    ]


async def test_operators_read_how_much_of_a_copy_has_arrived(world, db):
    world.source.answers = [None, None, *[Fetched(500, {}, None)] * 9]
    await world.announce()
    await world.deliver()
    [row] = await recordings_db.list_unready(db)

    assert (row["state"], row["received_bytes"]) == ("copying", 2 * PART)
