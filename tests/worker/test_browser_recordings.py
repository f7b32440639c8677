"""Recordings that a browser sends: who may, in which order, and what stays of it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes import browser_streams
from tests.worker.lesson import HOUR, Lesson
from tests.worker.recorder import PART, Recorder, answer, open_lesson
from tools.local_worker import LocalWorker


@pytest.fixture
def worker(dev_worker: LocalWorker) -> LocalWorker:
    return dev_worker


@pytest.fixture
def lesson(worker: LocalWorker) -> Iterator[Lesson]:
    lesson = open_lesson(worker)
    yield lesson
    lesson.close()


@pytest.fixture
def recorder(lesson: Lesson) -> Recorder:
    recorder = Recorder(lesson)
    assert recorder.begin().status_code == 201
    return recorder


def pieces(recorder: Recorder) -> list[tuple[int, int]]:
    rows = recorder.lesson.sql(
        "SELECT start_byte, size_bytes FROM received_pieces WHERE record_id = ?", recorder.id
    )
    return [(row["start_byte"], row["size_bytes"]) for row in rows]


def test_a_recording_begins_once_and_grows(lesson: Lesson):
    recorder = Recorder(lesson)
    begun = recorder.begin()
    recorder.send(b"a" * 700)
    recorder.send(b"b" * 300)

    assert begun.status_code == 201
    assert begun.json() == {"id": recorder.id, "received_bytes": 0, "part_bytes": PART}
    assert pieces(recorder) == [(0, 700), (700, 300)]
    key = f"sessions/{lesson.id}/recordings/{recorder.id}"
    assert sorted(lesson.keys()) == [f"{key}/0000000000-700", f"{key}/0000000700-300"]
    assert recorder.state() == {"id": recorder.id, "received_bytes": 1000, "state": "receiving"}
    assert lesson.resources() == []


def test_access_is_read_in_the_round_trip_of_the_recording(lesson: Lesson):
    """Then one more writes."""
    recorder = Recorder(lesson)
    seen = [recorder.begin(), recorder.put(0, b"a"), recorder.put(0, b"a")]
    seen += [lesson.teacher.get(recorder.path), recorder.finish(), recorder.finish()]
    told = [each.headers["Server-Timing"].rpartition(" ")[2].rstrip('"') for each in seen]

    assert told == ["2", "2", "1", "1", "2", "1"]


def test_the_same_browser_continues_an_mp4(lesson: Lesson, recorder: Recorder):
    recorder.send(b"a" * 700)
    again, other, student = Recorder(lesson), Recorder(lesson), Recorder(lesson, lesson.student)
    again.device = student.device = recorder.device
    continued = again.begin()

    assert continued.status_code == 200
    assert continued.json() == {"id": recorder.id, "received_bytes": 700, "part_bytes": PART}
    assert other.begin().status_code == 201
    assert student.begin().status_code == 201
    assert len({recorder.id, other.id, student.id}) == 3


def test_a_webm_is_continued_only_before_its_first_byte(lesson: Lesson):
    first, second = Recorder(lesson), Recorder(lesson)
    second.device = first.device
    assert first.begin("webm").status_code == 201

    assert second.begin("webm").status_code == 200
    assert second.id == first.id
    first.send(b"a")
    assert second.begin("webm").status_code == 201
    assert second.id != first.id
    assert second.begin("mp4").status_code == 201


def test_two_tabs_that_begin_at_once_have_one_recording(lesson: Lesson):
    device = "ab" * 16

    def begin(_number: int) -> tuple[int, str]:
        recorder = Recorder(lesson)
        recorder.device = device
        return recorder.begin().status_code, recorder.id

    with ThreadPoolExecutor() as pool:
        found = list(pool.map(begin, range(6)))

    assert sorted(status for status, _ in found) == [200] * 5 + [201]
    assert len({record_id for _, record_id in found}) == 1


def test_both_must_have_agreed_last(worker: LocalWorker):
    lesson = open_lesson(worker, agreed=False)
    seen = [Recorder(lesson).begin().status_code]
    for role, agreed in (
        ("teacher", True),
        ("student", False),
        ("student", True),
        ("teacher", False),
    ):
        answer(lesson, role, agreed=agreed)
        seen.append(Recorder(lesson).begin().status_code)

    assert seen == [403, 403, 403, 201, 403]
    lesson.close()


@pytest.mark.parametrize(
    "columns",
    [
        {"recording_enabled": 0},
        {"provider": "plugnmeet", "provider_room_id": "room"},
        {"status": "completed"},
        {"status": "cancelled"},
        {"scheduled_start": 4_000_000_000, "scheduled_end": 4_000_003_600, "status": "scheduled"},
    ],
    ids=["not booked with it", "at a provider", "over", "cancelled", "not open yet"],
)
def test_a_session_that_browsers_do_not_record_now_is_refused(
    worker: LocalWorker, columns: dict[str, object]
):
    if "provider_room_id" in columns:
        columns = columns | {"provider_room_id": f"room-{id(columns)}"}
    lesson = open_lesson(worker, **columns)

    assert Recorder(lesson).begin().status_code == 409
    lesson.close()


@pytest.mark.parametrize(
    "body",
    [
        {"device": "short", "format": "mp4"},
        {"device": "g" * 32, "format": "mp4"},
        {"device": "a" * 65, "format": "mp4"},
        {"device": "a" * 32, "format": "avi"},
        {"device": "a" * 32},
        {"device": "a" * 32, "format": "mp4", "more": 1},
        [],
    ],
)
def test_a_malformed_beginning_is_refused(lesson: Lesson, body: object):
    assert lesson.teacher.post(f"{lesson.path}/recordings", json=body).status_code == 422


def test_pieces_come_in_order_and_a_repeated_one_changes_nothing(recorder: Recorder):
    recorder.send(b"a" * 700)
    seen = [
        recorder.put(0, b"x" * 700),
        recorder.put(100, b"x" * 600),
        recorder.put(701, b"b"),
        recorder.put(699, b"xb"),
        recorder.put(0, b"x" * 701),
        recorder.put(700, b"b" * 300),
        recorder.put(700, b"x" * 300),
    ]

    assert [each.status_code for each in seen] == [200, 200, 409, 409, 409, 200, 200]
    assert seen[0].json() == {"received_bytes": 700}
    assert "number 700" in seen[2].json()["error"]["message"]
    assert seen[-1].json() == {"received_bytes": 1000}
    assert pieces(recorder) == [(0, 700), (700, 300)]


def test_one_of_many_equal_pieces_at_once_is_kept(recorder: Recorder):
    with ThreadPoolExecutor() as pool:
        seen = list(pool.map(lambda _: recorder.put(0, b"a" * 5000), range(6)))

    assert {each.status_code for each in seen} == {200}
    assert recorder.state()["received_bytes"] == 5000
    assert pieces(recorder) == [(0, 5000)]


def test_a_piece_lies_within_one_part(recorder: Recorder):
    recorder.send(b"a" * (PART - 10))
    across = recorder.put(PART - 10, b"b" * 11)
    recorder.send(b"b" * 10)
    too_long = recorder.put(PART, b"c" * (PART + 1))

    assert (across.status_code, too_long.status_code) == (422, 413)
    assert recorder.put(PART, b"c").json() == {"received_bytes": PART + 1}


def test_a_malformed_piece_is_refused(lesson: Lesson, recorder: Recorder):
    far = recorder.put(4_899_999_999, b"ab")

    def chunks() -> Iterator[bytes]:
        yield b"a"

    assert recorder.put(0, b"").status_code == 422
    assert far.status_code == 413
    assert "4.9 GB" in far.json()["error"]["message"]
    assert lesson.teacher.put(f"{recorder.path}/bytes/0", content=chunks()).status_code == 411
    assert lesson.teacher.put(f"{recorder.path}/bytes/two", content=b"a").status_code == 404
    assert lesson.teacher.put(f"{recorder.path}x/bytes/0", content=b"a").status_code == 404
    assert recorder.state()["received_bytes"] == 0


def test_what_was_recorded_after_a_stop_is_not_taken(lesson: Lesson, recorder: Recorder):
    """Somebody has stopped it and agreed again, while the browser that records was cut off."""
    now = int(time.time())
    answer(lesson, "student", agreed=False, at=now - 60)
    answer(lesson, "student", agreed=True, at=now - 30)

    def sent(began_ago: int, ended_ago: int) -> int:
        times = {"began_ago": began_ago * 1000, "ended_ago": ended_ago * 1000}
        path = f"{recorder.path}/bytes/{recorder.state()['received_bytes']}"
        return lesson.teacher.put(path, content=b"a", params=times).status_code

    seen = [sent(80, 76), sent(58, 54), sent(36, 32), sent(50, 10), sent(20, 16), sent(0, 0)]
    assert seen == [200, 410, 410, 410, 200, 200]
    answer(lesson, "student", agreed=False, at=now - 10)
    assert [sent(20, 16), sent(4, 0), sent(0, 0)] == [200, 410, 410]
    assert pieces(recorder) == [(at, 1) for at in range(4)]
    assert len(lesson.keys()) == 4, "nothing else is in the bucket"


@pytest.mark.parametrize(
    "times",
    [{"began_ago": -1}, {"ended_ago": "now"}, {"began_ago": 10**12}, {"more": 1}],
    ids=str,
)
def test_a_piece_of_no_time_is_refused(
    lesson: Lesson, recorder: Recorder, times: dict[str, object]
):
    path = f"{recorder.path}/bytes/0"

    assert lesson.teacher.put(path, content=b"a", params=times).status_code == 422
    assert recorder.state()["received_bytes"] == 0


def test_only_the_person_who_began_it_sends_and_finishes(lesson: Lesson, recorder: Recorder):
    for client, status in ((lesson.student, 403), (lesson.stranger, 403), (lesson.nobody, 401)):
        assert recorder.put(0, b"a", client).status_code == status
        assert client.get(recorder.path).status_code == status
        assert client.post(f"{recorder.path}/finish").status_code == status
    assert recorder.state() == {"id": recorder.id, "received_bytes": 0, "state": "receiving"}


def test_a_recording_is_found_only_in_its_session(worker: LocalWorker, recorder: Recorder):
    other = open_lesson(worker)

    assert other.teacher.get(f"{other.path}/recordings/{recorder.id}").status_code == 404
    other.close()


def test_pieces_are_taken_after_the_session_until_it_is_finished(
    lesson: Lesson, recorder: Recorder
):
    first, *others = browser_streams.stream("mp4", 8).pieces
    recorder.send(first)
    lesson.sql("UPDATE sessions SET status = 'completed' WHERE id = ?", lesson.id)
    recorder.send(b"".join(others))
    lesson.sql("UPDATE sessions SET scheduled_end = scheduled_start + 1 WHERE id = ?", lesson.id)
    finished, repeated = recorder.finish(), recorder.finish()

    assert (finished.status_code, repeated.status_code) == (202, 202)
    assert finished.json()["state"] == "announced"
    assert recorder.put(recorder.sent, b"c").status_code == 409
    assert lesson.teacher.get(lesson.path).status_code == 200


def test_the_sweep_finishes_only_what_is_silent_after_the_session(worker: LocalWorker):
    """A browser without a network for some minutes may still come back."""
    ended = {"status": "completed"}
    goes_on, sends, silent = (open_lesson(worker) for _ in range(3))
    recorders = []
    for lesson in (goes_on, sends, silent):
        recorders.append(Recorder(lesson))
        assert recorders[-1].begin().status_code == 201
        recorders[-1].send(browser_streams.stream("mp4", 8).content)
    for lesson in (sends, silent):
        lesson.sql("UPDATE sessions SET status = ? WHERE id = ?", ended["status"], lesson.id)
    for lesson in (goes_on, silent):
        lesson.sql(
            "UPDATE recordings SET updated_at = updated_at - ? WHERE session_id = ?",
            *(HOUR // 4 + 1, lesson.id),
        )
    worker.scheduled("*/5 * * * *")

    assert [recorder.put(recorder.sent, b"b").status_code for recorder in recorders] == [
        *(200, 200, 409)
    ]
    for lesson in (goes_on, sends, silent):
        lesson.close()
