"""Recordings from a source to real R2, through the real queue, with faults on the way.

Tests wait for effects. `RECORDING_RETRY_S=0` makes the queue retry at once.
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
def test_recording_is_copied_completely(
    lesson: Lesson, source: RecordingServer, record_id: str, ranges: bool
):
    source.add(record_id, SMALL, ranges=ranges)
    assert lesson.listing() == {"resources": [], "recording": "preparing"}
    announce(lesson, record_id)
    recording = the_recording(lesson)

    assert recording["type"] == "recording"
    assert recording["size_bytes"] == SMALL.size
    assert recording["duration_seconds"] == 61
    # In the time zone of the teacher, who is in New York.
    assert re.fullmatch(r"Recording of .+, New York time \(E[DS]T\)\.mp4", recording["name"])
    assert digest(lesson, recording["id"]) == SMALL.sha256()
    assert lesson.keys() == [f"sessions/{lesson.id}/recordings/{record_id}.mp4"]
    assert len(source.requests_for(record_id)) == 1
    head = lesson.student.head(f"{lesson.path}/resources/{recording['id']}?view=1")
    assert head.headers["content-type"] == "video/mp4"
    assert head.headers["content-disposition"].startswith("inline")
    assert "<video" in lesson.student.get(lesson.path).text


def test_long_recording_is_copied_in_equal_parts(
    lesson: Lesson, source: RecordingServer, record_id: str
):
    source.add(record_id, LARGE)
    announce(lesson, record_id)
    recording = the_recording(lesson)

    assert recording["duration_seconds"] == 3600
    assert digest(lesson, recording["id"]) == LARGE.sha256()
    starts = [0, PART, 2 * PART]
    assert source.requests_for(record_id) == [
        (f"bytes={start}-{start + PART - 1}", 206) for start in starts
    ]


def test_copy_resumes_after_a_cut_response(lesson: Lesson, source: RecordingServer, record_id: str):
    source.add(record_id, LARGE, faults=["", "cut"])
    announce(lesson, record_id)
    recording = the_recording(lesson)

    assert digest(lesson, recording["id"]) == LARGE.sha256()
    asked = [asked for asked, _ in source.requests_for(record_id)]
    starts = [int(each.removeprefix("bytes=").partition("-")[0]) for each in asked]
    assert starts == [0, PART, PART, 2 * PART]


def test_copy_without_range_starts_over_after_a_cut_response(
    lesson: Lesson, source: RecordingServer, record_id: str
):
    source.add(record_id, SMALL, ranges=False, faults=["cut"])
    announce(lesson, record_id)

    assert digest(lesson, the_recording(lesson)["id"]) == SMALL.sha256()
    assert len(source.requests_for(record_id)) == 2
    assert row(lesson, record_id)["last_error"] is None


@pytest.mark.parametrize("ranges", [True, False], ids=["with Range", "without Range"])
def test_incomplete_film_is_not_shown(
    lesson: Lesson, source: RecordingServer, record_id: str, ranges: bool
):
    """The source serves a part of the file with a matching length."""
    source.add(record_id, SMALL, ranges=ranges, faults=["short"])
    announce(lesson, record_id)

    assert digest(lesson, the_recording(lesson)["id"]) == SMALL.sha256()
    assert row(lesson, record_id)["attempts"] == 2


def assert_shows_failure(page: str) -> None:
    """The page always has these words; they are hidden unless the recording failed."""
    [(attributes, words)] = re.findall(r'<p([^>]*id="recording-failed"[^>]*)>([^<]*)</p>', page)
    assert "hidden" not in attributes
    assert words.startswith("We couldn't save the recording, and we've stopped trying.")


def test_recording_shorter_than_announced_fails_visibly(
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
    assert_shows_failure(lesson.student.get(lesson.path).text)


def test_expired_url_is_renewed(lesson: Lesson, source: RecordingServer, record_id: str):
    source.add(record_id, LARGE, faults=["", "401"])
    opened = source.opened
    announce(lesson, record_id)

    assert digest(lesson, the_recording(lesson)["id"]) == LARGE.sha256()
    assert source.opened == opened + 2
    assert row(lesson, record_id)["attempts"] == 1


def test_missing_file_is_retried_then_fails_until_an_operator_retries(
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


def test_recording_unknown_to_the_provider_fails_visibly(lesson: Lesson, record_id: str):
    announce(lesson, record_id)
    wait_for(lesson, "failed")

    assert row(lesson, record_id)["last_error"] == "the provider does not have the recording"


def test_copy_follows_redirects(lesson: Lesson, source: RecordingServer, record_id: str):
    source.add(record_id, SMALL, faults=["redirect"])
    announce(lesson, record_id)

    assert digest(lesson, the_recording(lesson)["id"]) == SMALL.sha256()


def test_repeated_messages_make_one_resource(
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


def test_sweep_replaces_a_lost_webhook(lesson: Lesson, source: RecordingServer, record_id: str):
    source.add(record_id, SMALL, room=lesson.id, announced_bytes=SMALL.size)
    lesson.worker.scheduled("*/5 * * * *")
    the_recording(lesson)
    asked = source.listed.count(lesson.id)
    lesson.worker.scheduled("*/5 * * * *")

    assert source.listed.count(lesson.id) == asked, "queried again too soon"
    assert len(lesson.resources()) == 1


def test_sweep_requeues_after_a_killed_consumer(
    source: RecordingServer, worker_with: Callable[..., LocalWorker], record_id: str
):
    """Its message is lost too; the part that had arrived is not requested again."""
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
    assert lesson.listing()["recording"] == "preparing", "its lease has not ended"
    lesson.sql("UPDATE recordings SET lease_until = 1, retry_at = 1")
    lesson.worker.scheduled("*/5 * * * *")

    assert digest(lesson, the_recording(lesson)["id"]) == LARGE.sha256()
    asked = [asked for asked, _ in source.requests_for(record_id)]
    starts = [int(each.removeprefix("bytes=").partition("-")[0]) for each in asked]
    assert starts == [0, PART, PART, 2 * PART]
    assert len(lesson.keys()) == 1
    lesson.close()


def test_recording_is_accessible_to_its_participants_only(
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
def test_malformed_record_id_is_ignored(lesson: Lesson, bad: str):
    announce(lesson, bad)

    assert lesson.sql("SELECT * FROM recordings WHERE session_id = ?", lesson.id) == []
