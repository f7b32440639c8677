"""Recordings from a source into real R2, through the real queue: all that can go wrong on the way.

Waits are for effects. `RECORDING_RETRY_S=0` lets the queue try again at once.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fakes import recordings as fake
from tests.fakes.films import Film
from tests.fakes.recordings import RecordingServer
from tests.worker.lesson import Lesson, until
from tools.local_worker import LocalWorker

PART = 32 * 1024 * 1024
SMALL = Film(3_000_000, duration_s=61)
LARGE = Film(2 * PART + 5_000_000, duration_s=3600)


@pytest.fixture(scope="module")
def source() -> Iterator[RecordingServer]:
    with fake.running() as server:
        yield server


@pytest.fixture(scope="module")
def worker(source: RecordingServer, worker_with: Callable[..., LocalWorker]) -> LocalWorker:
    return worker_with(DEV_RECORDINGS_URL=source.url, RECORDING_RETRY_S="0")


@pytest.fixture
def lesson(worker: LocalWorker) -> Iterator[Lesson]:
    lesson = Lesson(worker, recording_enabled=1, provider="plugnmeet", provider_room_id="none")
    lesson.sql("UPDATE sessions SET provider_room_id = id WHERE id = ?", lesson.id)
    yield lesson
    lesson.close()


@pytest.fixture
def record_id() -> str:
    return f"RM_{secrets.token_hex(6)}-1795418277000"


def announce(lesson: Lesson, record_id: str) -> None:
    body = {"session_id": lesson.id, "record_id": record_id}
    assert lesson.nobody.post("/dev/recordings", json=body).status_code == 204


def row(lesson: Lesson, record_id: str) -> dict[str, Any]:
    return lesson.sql("SELECT * FROM recordings WHERE record_id = ?", record_id)[0]


def wait_for(lesson: Lesson, state: str, seconds: float = 120) -> dict[str, Any]:
    found = until(lesson.listing, lambda listing: listing["recording"] == state, seconds)
    assert isinstance(found, dict)
    return found


def the_recording(lesson: Lesson) -> dict[str, Any]:
    [recording] = wait_for(lesson, "ready")["resources"]
    assert isinstance(recording, dict)
    return recording


def digest(lesson: Lesson, resource_id: str) -> str:
    answer = lesson.student.get(f"{lesson.path}/resources/{resource_id}")
    assert answer.status_code == 200
    return hashlib.sha256(answer.content).hexdigest()


@pytest.mark.parametrize("ranges", [True, False], ids=["with Range", "without Range"])
def test_a_recording_arrives_whole(
    lesson: Lesson, source: RecordingServer, record_id: str, ranges: bool
):
    source.add(record_id, SMALL, ranges=ranges)
    assert lesson.listing() == {"resources": [], "recording": "preparing"}
    announce(lesson, record_id)
    recording = the_recording(lesson)

    assert recording["type"] == "recording"
    assert recording["size_bytes"] == SMALL.size
    assert recording["duration_seconds"] == 61
    # By the clock of the teacher, who is in New York.
    assert re.fullmatch(r"Recording of .+, New York time \(E[DS]T\)\.mp4", recording["name"])
    assert digest(lesson, recording["id"]) == SMALL.sha256()
    assert lesson.keys() == [f"sessions/{lesson.id}/recordings/{record_id}.mp4"]
    assert len(source.requests_for(record_id)) == 1
    head = lesson.student.head(f"{lesson.path}/resources/{recording['id']}?view=1")
    assert head.headers["content-type"] == "video/mp4"
    assert head.headers["content-disposition"].startswith("inline")
    assert "<video" in lesson.student.get(lesson.path).text


def test_a_long_one_comes_in_equal_parts(lesson: Lesson, source: RecordingServer, record_id: str):
    source.add(record_id, LARGE)
    announce(lesson, record_id)
    recording = the_recording(lesson)

    assert recording["duration_seconds"] == 3600
    assert digest(lesson, recording["id"]) == LARGE.sha256()
    starts = [0, PART, 2 * PART]
    assert source.requests_for(record_id) == [
        (f"bytes={start}-{start + PART - 1}", 206) for start in starts
    ]


def test_a_source_cut_at_60_percent_goes_on_where_it_stopped(
    lesson: Lesson, source: RecordingServer, record_id: str
):
    source.add(record_id, LARGE, faults=["", "cut"])
    announce(lesson, record_id)
    recording = the_recording(lesson)

    assert digest(lesson, recording["id"]) == LARGE.sha256()
    asked = [asked for asked, _ in source.requests_for(record_id)]
    starts = [int(each.removeprefix("bytes=").partition("-")[0]) for each in asked]
    assert starts == [0, PART, PART, 2 * PART]


def test_without_range_a_cut_source_is_copied_anew(
    lesson: Lesson, source: RecordingServer, record_id: str
):
    source.add(record_id, SMALL, ranges=False, faults=["cut"])
    announce(lesson, record_id)

    assert digest(lesson, the_recording(lesson)["id"]) == SMALL.sha256()
    assert len(source.requests_for(record_id)) == 2
    assert row(lesson, record_id)["last_error"] is None


@pytest.mark.parametrize("ranges", [True, False], ids=["with Range", "without Range"])
def test_what_is_shorter_than_the_film_says_is_not_shown(
    lesson: Lesson, source: RecordingServer, record_id: str, ranges: bool
):
    """A file that was still being written, served with a length that fits it."""
    source.add(record_id, SMALL, ranges=ranges, faults=["short"])
    announce(lesson, record_id)

    assert digest(lesson, the_recording(lesson)["id"]) == SMALL.sha256()
    assert row(lesson, record_id)["attempts"] == 2


def assert_said_to_be_lost(page: str) -> None:
    """The page always has these words: they are hidden until they are true."""
    [(attributes, words)] = re.findall(r'<p([^>]*id="recording-failed"[^>]*)>([^<]*)</p>', page)
    assert "hidden" not in attributes
    assert words.startswith("The recording could not be saved, and we have stopped trying.")


def test_what_is_shorter_than_announced_fails_visibly(
    lesson: Lesson, source: RecordingServer, record_id: str
):
    source.add(record_id, SMALL, room=lesson.id, announced_bytes=SMALL.size + 500_000)
    announce(lesson, record_id)
    wait_for(lesson, "failed")

    assert (
        row(lesson, record_id)["last_error"]
        == "the source has 3000000 bytes, 3500000 were announced"
    )
    assert lesson.keys() == []
    assert_said_to_be_lost(lesson.student.get(lesson.path).text)


def test_an_address_that_expired_is_asked_for_anew(
    lesson: Lesson, source: RecordingServer, record_id: str
):
    source.add(record_id, LARGE, faults=["", "401"])
    opened = source.opened
    announce(lesson, record_id)

    assert digest(lesson, the_recording(lesson)["id"]) == LARGE.sha256()
    assert source.opened == opened + 2
    assert row(lesson, record_id)["attempts"] == 1


def test_a_missing_file_is_tried_again_then_fails_and_an_operator_has_it_retried(
    lesson: Lesson, source: RecordingServer, record_id: str
):
    recording = source.add(record_id, SMALL, always="404")
    announce(lesson, record_id)
    wait_for(lesson, "failed")
    listed = lesson.platform.get("/platform/recordings").json()["recordings"]
    [found] = [each for each in listed if each["record_id"] == record_id]

    assert found["state"] == "failed"
    assert found["attempts"] == 9
    assert found["last_error"] == "the source answered 404"
    recording.always = ""
    retry = f"/platform/recordings/{record_id}/retry"
    assert lesson.nobody.post(retry).status_code == 401
    assert lesson.platform.post(retry).status_code == 202
    assert digest(lesson, the_recording(lesson)["id"]) == SMALL.sha256()
    assert lesson.platform.post(retry).status_code == 404


def test_a_recording_the_provider_does_not_have_fails_visibly(lesson: Lesson, record_id: str):
    announce(lesson, record_id)
    wait_for(lesson, "failed")

    assert row(lesson, record_id)["last_error"] == "the provider does not have the recording"


def test_redirects_are_followed(lesson: Lesson, source: RecordingServer, record_id: str):
    source.add(record_id, SMALL, faults=["redirect"])
    announce(lesson, record_id)

    assert digest(lesson, the_recording(lesson)["id"]) == SMALL.sha256()


def test_the_same_message_five_times_makes_one_resource(
    lesson: Lesson, source: RecordingServer, record_id: str
):
    source.add(record_id, SMALL, seconds_a_chunk=0.05)
    for _ in range(5):
        lesson.sql(
            "UPDATE recordings SET state = 'failed' WHERE record_id = ? AND state = 'announced'",
            record_id,
        )
        announce(lesson, record_id)
        lesson.platform.post(f"/platform/recordings/{record_id}/retry")
    recording = the_recording(lesson)
    before = len(source.requests_for(record_id))
    announce(lesson, record_id)

    assert lesson.resources() == [recording]
    assert len(lesson.keys()) == 1
    assert before == 1
    assert len(lesson.sql("SELECT * FROM recordings WHERE session_id = ?", lesson.id)) == 1


def test_a_lost_webhook_is_made_good_by_the_sweep(
    lesson: Lesson, source: RecordingServer, record_id: str
):
    source.add(record_id, SMALL, room=lesson.id, announced_bytes=SMALL.size)
    lesson.worker.scheduled("*/5 * * * *")
    the_recording(lesson)
    asked = source.listed.count(lesson.id)
    lesson.worker.scheduled("*/5 * * * *")

    assert source.listed.count(lesson.id) == asked, "asked again too soon"
    assert len(lesson.resources()) == 1


def test_a_consumer_that_was_killed_is_made_good_by_the_sweep(
    source: RecordingServer, worker_with: Callable[..., LocalWorker], record_id: str
):
    """With its message; the part that had arrived is not fetched again."""
    worker = worker_with(DEV_RECORDINGS_URL=source.url, RECORDING_RETRY_S="1")
    lesson = Lesson(worker, recording_enabled=1, provider="plugnmeet", provider_room_id="killed")
    recording = source.add(record_id, LARGE, seconds_a_chunk=0.02)
    announce(lesson, record_id)
    parts = "SELECT number FROM upload_parts"
    until(lambda: lesson.sql(parts), [{"number": 1}], 60)
    worker.stop()
    recording.seconds_a_chunk = 0.0
    worker.start()
    assert lesson.listing()["recording"] == "preparing"
    lesson.worker.scheduled("*/5 * * * *")
    assert lesson.listing()["recording"] == "preparing", "its lease still runs"
    lesson.sql("UPDATE recordings SET lease_until = 1, retry_at = 1")
    lesson.worker.scheduled("*/5 * * * *")

    assert digest(lesson, the_recording(lesson)["id"]) == LARGE.sha256()
    asked = [asked for asked, _ in source.requests_for(record_id)]
    starts = [int(each.removeprefix("bytes=").partition("-")[0]) for each in asked]
    assert starts == [0, PART, PART, 2 * PART]
    assert len(lesson.keys()) == 1
    lesson.close()


def test_a_recording_is_the_two_peoples_alone(
    lesson: Lesson, source: RecordingServer, record_id: str
):
    source.add(record_id, SMALL)
    announce(lesson, record_id)
    file = f"{lesson.path}/resources/{the_recording(lesson)['id']}"

    assert lesson.stranger.get(file).status_code == 403
    assert lesson.nobody.get(file).status_code == 401
    assert lesson.student.delete(file).status_code == 403
    assert lesson.nobody.get("/platform/recordings").status_code == 401


@pytest.mark.parametrize("bad", ["../../x", "a/b", "", "x" * 201, "a b", "-x", "a\u0000"])
def test_an_odd_id_is_refused(lesson: Lesson, bad: str):
    announce(lesson, bad)

    assert lesson.sql("SELECT * FROM recordings WHERE session_id = ?", lesson.id) == []
