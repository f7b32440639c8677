"""What becomes of a browser's recording: one file that plays, seeks and tells its duration.

mediabunny writes the streams as browsers do, and reads the files as players do.
"""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.fakes import browser_streams
from tests.fakes.browser_streams import BrowserStream, free_box, read, void
from tests.worker.lesson import Lesson, until
from tests.worker.recorder import PART, Recorder, open_lesson
from tools.local_worker import LocalWorker

FORMATS = ("mp4", "webm")
FILLERS = {"mp4": free_box, "webm": void}


@pytest.fixture(scope="module")
def worker(worker_with: Callable[..., LocalWorker]) -> LocalWorker:
    return worker_with(RECORDING_RETRY_S="0")


@pytest.fixture
def lesson(worker: LocalWorker) -> Iterator[Lesson]:
    lesson = open_lesson(worker)
    yield lesson
    lesson.close()


def send(recorder: Recorder, stream: BrowserStream) -> None:
    """Piece by piece, as a browser does."""
    for piece in stream.pieces:
        recorder.send(piece)


def sent(lesson: Lesson, stream: BrowserStream, format_: str) -> Recorder:
    recorder = Recorder(lesson)
    assert recorder.begin(format_).status_code == 201
    send(recorder, stream)
    return recorder


def film_of(lesson: Lesson, resource: dict[str, object]) -> bytes:
    answer = lesson.student.get(f"{lesson.path}/resources/{resource['id']}")
    assert answer.status_code == 200
    return answer.content


@pytest.mark.parametrize("format_", FORMATS)
def test_a_recording_becomes_a_file_of_both(lesson: Lesson, format_: str):
    stream = browser_streams.stream(format_, 20)
    recorder = sent(lesson, stream, format_)
    assert lesson.listing()["recording"] == "preparing"
    [found] = recorder.finished()
    film = film_of(lesson, found)
    heard = read(film, 13)

    assert (found["type"], found["duration_seconds"]) == ("recording", 20)
    assert found["size_bytes"] == len(film)
    assert re.fullmatch(rf"Recording of .+, New York time \(E[DS]T\)\.{format_}", found["name"])
    assert heard["duration"] == pytest.approx(20, abs=0.03)
    assert heard["video"]["packets"] == stream.frames
    assert heard["audio"]["packets"] == stream.sounds
    assert heard["video"]["in_order"]
    assert heard["audio"]["in_order"]
    assert 12 <= heard["video"]["sought"] <= 13
    assert lesson.keys() == [f"sessions/{lesson.id}/recordings/{recorder.id}.{format_}"]
    assert lesson.sql("SELECT * FROM received_pieces WHERE record_id = ?", recorder.id) == []
    assert recorder.state()["state"] == "ready"
    head = lesson.student.head(f"{lesson.path}/resources/{found['id']}?view=1")
    assert head.headers["content-type"] == f"video/{format_}"
    assert head.headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize("format_", FORMATS)
def test_parts_of_a_long_recording_are_made_while_it_is_sent(lesson: Lesson, format_: str):
    """Thirty megabytes; the pictures are different each time, so that a mix-up would show."""
    stream = browser_streams.stream(format_, 40, 75_000)
    assert 30_000_000 < len(stream.content) < 3 * PART + PART
    recorder = sent(lesson, stream, format_)
    numbers = "SELECT number, size_bytes FROM upload_parts WHERE resource_id = ? ORDER BY number"
    until(
        lambda: [tuple(row.values()) for row in lesson.sql(numbers, recorder.id)],
        [(2, PART), (3, PART)],
    )
    [found] = recorder.finished()
    film = film_of(lesson, found)
    heard = read(film, 30)

    assert found["duration_seconds"] == 40
    assert heard["video"]["packets"] == stream.frames
    assert heard["video"]["bytes"] == stream.frames * 75_000
    assert heard["audio"]["packets"] == stream.sounds
    assert len(lesson.keys()) == 1
    untouched = slice(1000, len(stream.content) - 10_000)
    assert film[untouched] == stream.content[untouched]
    start = heard["video"]["sought"]
    assert start == (28 if format_ == "mp4" else 30)


def test_two_runs_are_one_film(lesson: Lesson):
    """The page was loaded again: a second stream follows, with a beginning of its own."""
    first, second = browser_streams.stream("mp4", 20), browser_streams.stream("mp4", 12)
    recorder = sent(lesson, first, "mp4")
    assert recorder.begin("mp4").status_code == 200
    send(recorder, second)
    [found] = recorder.finished()
    heard = read(film_of(lesson, found), 25)

    assert found["duration_seconds"] == 32
    assert heard["duration"] == pytest.approx(32)
    assert heard["video"]["packets"] == first.frames + second.frames
    assert heard["audio"]["packets"] == first.sounds + second.sounds
    assert heard["video"]["in_order"]
    assert heard["video"]["sought"] == 24


def test_runs_of_webm_are_files_of_their_own(lesson: Lesson):
    stream = browser_streams.stream("webm", 8)
    first = sent(lesson, stream, "webm")
    second = Recorder(lesson)
    second.device = first.device
    assert second.begin("webm").status_code == 201
    send(second, stream)
    assert first.finish().status_code == 202
    found = second.finished()

    assert [each["duration_seconds"] for each in found] == [8, 8]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_cut_end_is_left_out(lesson: Lesson, format_: str):
    stream = browser_streams.stream(format_, 20)
    recorder = Recorder(lesson)
    assert recorder.begin(format_).status_code == 201
    recorder.send(b"".join(stream.pieces[:-1]) + stream.pieces[-1][:-2000])
    [found] = recorder.finished()
    heard = read(film_of(lesson, found))

    if format_ == "mp4":
        assert (found["duration_seconds"], heard["video"]["packets"]) == (16, 160)
    else:
        # Blocks of a cluster are whole by themselves.
        assert 16 <= found["duration_seconds"] <= 20
        assert 160 < heard["video"]["packets"] < 200
    assert heard["video"]["in_order"]


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x14ftyp", b"x" * 5000], ids=len)
def test_a_recording_of_nothing_vanishes(lesson: Lesson, content: bytes):
    recorder = Recorder(lesson)
    assert recorder.begin("mp4").status_code == 201
    if content:
        recorder.send(content)

    assert recorder.finished() == []
    assert lesson.listing()["recording"] == "none"
    assert lesson.keys() == []
    assert recorder.client.get(recorder.path).status_code == 404
    assert lesson.sql("SELECT * FROM session_resources WHERE session_id = ?", lesson.id) == []


@pytest.mark.parametrize("format_", FORMATS)
def test_a_player_loads_only_what_it_shows(lesson: Lesson, format_: str):
    """Ranges of the finished file, after a jump into its second half."""
    stream = browser_streams.stream(format_, 40).padded(400_000, FILLERS[format_])
    [found] = sent(lesson, stream, format_).finished()
    path = f"{lesson.path}/resources/{found['id']}"
    middle = found["size_bytes"] // 2
    part = lesson.student.get(path, headers={"Range": f"bytes={middle}-{middle + 999}"})

    assert part.status_code == 206
    assert part.headers["content-type"] == f"video/{format_}"
    assert part.content == stream.content[middle : middle + 1000]


def test_the_worker_may_stop_between_pieces(worker_with: Callable[..., LocalWorker]):
    worker = worker_with(RECORDING_RETRY_S="1")
    lesson = open_lesson(worker)
    stream = browser_streams.stream("mp4", 20)
    recorder = Recorder(lesson)
    assert recorder.begin("mp4").status_code == 201
    for number, piece in enumerate(stream.pieces):
        if number == 3:
            worker.stop()
            worker.start()
        recorder.send(piece)
    [found] = recorder.finished()

    assert found["duration_seconds"] == 20
    assert read(film_of(lesson, found))["video"]["packets"] == stream.frames
    lesson.close()


def test_a_killed_consumer_is_replaced(worker_with: Callable[..., LocalWorker]):
    """Its lease ends, and the sweep queues the recording again."""
    worker = worker_with(RECORDING_RETRY_S="2")
    lesson = open_lesson(worker)
    stream = browser_streams.stream("mp4", 40, 75_000)
    recorder = sent(lesson, stream, "mp4")
    assert recorder.finish().status_code == 202
    worker.stop()
    worker.start()
    if lesson.listing()["recording"] == "preparing":
        lesson.sql(
            "UPDATE recordings SET lease_until = 1, retry_at = 1 WHERE record_id = ?", recorder.id
        )
        lesson.worker.scheduled("*/5 * * * *")
    until(lesson.listing, lambda found: found["recording"] == "ready", 120)
    [found] = lesson.resources()

    assert found["duration_seconds"] == 40
    assert read(film_of(lesson, found))["video"]["bytes"] == stream.frames * 75_000
    assert len(lesson.keys()) == 1
    lesson.close()


def test_what_is_no_film_fails_visibly_and_can_be_tried_again(lesson: Lesson):
    recorder = Recorder(lesson)
    assert recorder.begin("webm").status_code == 201
    recorder.send(b"x" * 5000)
    recorder.finish()
    until(lesson.listing, lambda found: found["recording"] == "failed", 60)
    listed = lesson.platform.get("/platform/recordings").json()["recordings"]
    [found] = [each for each in listed if each["record_id"] == recorder.id]

    assert (found["provider"], found["state"], found["attempts"]) == ("peer", "failed", 9)
    assert found["last_error"].startswith("what was sent is no WebM")
    retry = f"/platform/recordings/{recorder.id}/retry"
    assert lesson.platform.post(retry).status_code == 202
    assert len(lesson.keys()) == 1, "what was sent stays for a new attempt"
