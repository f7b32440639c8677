"""Recordings from the providers' fakes, copied into real R2."""

import secrets
import time
from collections.abc import Callable, Iterator

import pytest

from tests.fakes import plugnmeet
from tests.fakes import recordings as plain
from tests.fakes.films import Film
from tests.worker.lesson import Lesson, until
from tests.worker.video_services import Service, services
from tools.local_worker import LocalWorker

FILM = Film(2_345_678, duration_s=42)


@pytest.fixture(scope="module")
def service(worker_with: Callable[..., LocalWorker]) -> Iterator[Callable[[str], Service]]:
    with services(worker_with) as service:
        yield service


def lesson_at(service: Service, room_id: str) -> Lesson:
    return Lesson(
        service.worker, recording_enabled=1, provider=service.name, provider_room_id=room_id
    )


def check_copied(lesson: Lesson) -> None:
    until(lambda: lesson.listing()["recording"], "ready", 60)
    [recording] = lesson.resources()
    content = lesson.student.get(f"{lesson.path}/resources/{recording['id']}").content

    assert content == FILM.read(0, FILM.size)
    assert recording["duration_seconds"] == 42
    lesson.close()


@pytest.fixture
def room() -> plugnmeet.Room:
    name = secrets.token_hex(8)
    metadata = {"webhook_url": None}
    return plugnmeet.Room(
        f"lesson-{name}", f"SID_{name}", "Algebra", {}, metadata, int(time.time())
    )


def test_plugnmeet_webhook_causes_copy_of_recording(
    service: Callable[[str], Service], room: plugnmeet.Room
):
    here = service("plugnmeet")
    lesson = lesson_at(here, room.room_id)
    record_id = f"{room.sid}-1795418277000"
    here.server.add_recording(room, record_id, FILM)
    info = plugnmeet.recording_info(record_id, "a.mp4", 2.35)
    webhook = here.server.webhook("recording_proceeded", room, recording_info=info)
    for _ in range(3):
        assert here.deliver(*webhook).is_success

    check_copied(lesson)


def test_sweep_copies_recording_after_lost_plugnmeet_webhook(
    service: Callable[[str], Service], room: plugnmeet.Room
):
    here = service("plugnmeet")
    lesson = lesson_at(here, room.room_id)
    here.server.add_recording(room, f"{room.sid}-1795418277000", FILM)
    here.worker.scheduled("*/5 * * * *")

    check_copied(lesson)


def test_sweep_copies_bigbluebutton_recording(service: Callable[[str], Service]):
    here = service("bigbluebutton")
    room_id, record_id = f"lesson-{secrets.token_hex(8)}", f"{secrets.token_hex(20)}-1795418277000"
    lesson = lesson_at(here, room_id)
    with plain.running() as videos:
        videos.add(record_id, FILM)
        here.server.recordings.append(
            {"recordID": record_id, "meetingID": room_id, "videos_at": videos.url}
        )
        here.worker.scheduled("*/5 * * * *")

        check_copied(lesson)
