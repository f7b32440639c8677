"""Lessons by the events of the providers, while the pages' sockets are dead or missing."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.fakes import plugnmeet
from tests.fakes.plugnmeet import PlugNmeetFake
from tests.people import STUDENT, TEACHER
from tests.worker.live_room import MINUTE, Room, rooms_on, until
from tests.worker.video_services import BigBlueButtonService, PlugNmeetService, services
from tools.local_worker import LocalWorker


@pytest.fixture(scope="module")
def service_named(worker_with: Callable[..., LocalWorker]) -> Iterator:
    with services(worker_with) as service:
        yield service


@pytest.fixture
def plug(service_named) -> Iterator[PlugNmeetService]:
    service = service_named("plugnmeet")
    yield service
    service.server.webhooks.copies = 1
    service.server.webhooks.held = None
    service.server.webhooks.lost = set()


@pytest.fixture
def bbb(service_named) -> BigBlueButtonService:
    return service_named("bigbluebutton")


@pytest.fixture
async def book(plug: PlugNmeetService) -> AsyncIterator[Callable[..., Room]]:
    async with rooms_on(plug.worker) as book:
        yield book


def enter(service: PlugNmeetService | BigBlueButtonService, room: Room, who: str) -> None:
    service.enter(room.post("join", who).json()["url"])


def open_room(server: PlugNmeetFake, session: Room) -> plugnmeet.Room:
    [found] = [
        each
        for each in server.rooms.values()
        if each.metadata["extra_data"]["session_id"] == session.id
    ]
    return found


def names(room: Room) -> list[str]:
    return [name for name, _ in room.events()]


def announced(service: PlugNmeetService, room: Room) -> int:
    """How many recordings of this session were announced to the Worker."""
    lines = service.worker.logs().splitlines()
    return len([line for line in lines if "recording_announced" in line and room.id in line])


@pytest.mark.parametrize("weather", ["fair", "every event twice", "shuffled"])
async def test_lesson_is_recorded_from_webhooks_alone(
    plug: PlugNmeetService, book: Callable[..., Room], weather: str
) -> None:
    server, room = plug.server, book(starts_in=-5 * MINUTE, minutes=6)
    server.webhooks.copies = 2 if weather == "every event twice" else 1
    enter(plug, room, STUDENT)
    await until(room.present, {STUDENT})
    assert room.record()["status"] == "scheduled"
    before = int(time.time())
    enter(plug, room, TEACHER)
    await until(lambda: room.record()["status"], "in_progress")
    assert before - 1 <= room.record()["started_at"] <= time.time()

    # After the end both leave, and the events arrive in any order.
    room.clock_at(room.end + MINUTE)
    if weather == "shuffled":
        server.webhooks.hold()
    opened = open_room(server, room)
    server.leave(opened, "student")
    server.leave(opened, "teacher")
    server.close(opened, idle=True)
    if weather == "shuffled":
        server.webhooks.release(random.Random(7).shuffle)  # noqa: S311
    left = int(time.time())
    await until(lambda: room.record()["status"], "completed", seconds=30)

    ended_at = room.record()["ended_at"] - (room.end + MINUTE - left)
    assert abs(ended_at - left) <= 3
    assert names(room).count("session_started") == names(room).count("session_ended") == 1
    assert room.present() == set()


async def test_left_event_before_joined_event_means_absent(
    plug: PlugNmeetService, book: Callable[..., Room]
) -> None:
    server, room = plug.server, book(starts_in=5 * MINUTE)
    url = room.post("join", STUDENT).json()["url"]
    server.webhooks.hold()
    plug.enter(url)
    server.leave(open_room(server, room), "student")
    server.webhooks.release()
    await asyncio.sleep(1)

    assert room.present() == set()


async def test_person_in_call_stays_present_without_socket(
    plug: PlugNmeetService, book: Callable[..., Room]
) -> None:
    room = book(starts_in=5 * MINUTE)
    client = await room.enter(STUDENT)
    enter(plug, room, STUDENT)
    await client.receive("in_call")
    await until(room.present, {STUDENT})
    await client.drop()
    room.clock(60)
    await asyncio.sleep(1)

    assert room.present() == {STUDENT}
    plug.server.leave(open_room(plug.server, room), "student")
    await asyncio.sleep(1)
    room.clock(120)
    await until(room.present, set())


async def test_lost_left_event_is_found_by_query(
    plug: PlugNmeetService, book: Callable[..., Room]
) -> None:
    room = book(starts_in=5 * MINUTE)
    enter(plug, room, STUDENT)
    await until(room.present, {STUDENT})
    plug.server.webhooks.lost = {"participant_left"}
    plug.server.leave(open_room(plug.server, room), "student")
    room.clock(90)
    room.clock(180)

    await until(room.present, set())


async def test_recorder_bot_is_not_present(
    plug: PlugNmeetService, book: Callable[..., Room]
) -> None:
    room = book(starts_in=5 * MINUTE, recording_enabled=True)
    enter(plug, room, TEACHER)
    assert set(open_room(plug.server, room).people) == {"teacher", plugnmeet.RECORDER}

    await until(room.present, {TEACHER})
    student = await room.enter(STUDENT)
    assert student.welcome["recording"] is True
    enter(plug, room, STUDENT)
    plug.server.close(open_room(plug.server, room))
    assert await student.receive("recording", on=False)
    await until(lambda: announced(plug, room), seconds=10, wanted=1)


async def test_bigbluebutton_is_queried_after_loss_of_socket(bbb: BigBlueButtonService) -> None:
    async with rooms_on(bbb.worker) as book:
        room = book(starts_in=5 * MINUTE)
        enter(bbb, room, STUDENT)
        client = await room.enter(STUDENT)
        await until(room.present, {STUDENT})
        await client.drop()
        room.clock(60)
        await asyncio.sleep(1)
        assert room.present() == {STUDENT}

        [meeting] = [
            each
            for each in bbb.server.meetings.values()
            if each.asked["meta_session-id"] == room.id
        ]
        bbb.server.close(meeting)
        await until(lambda: [s for a, s in bbb.server.callbacks if meeting.meeting_id in a], [200])
        room.clock(120)
        await until(room.present, set())


async def test_false_end_callback_changes_nothing(bbb: BigBlueButtonService) -> None:
    async with rooms_on(bbb.worker) as book:
        room = book(starts_in=5 * MINUTE)
        enter(bbb, room, STUDENT)
        await room.enter(STUDENT)
        await until(room.present, {STUDENT})
        address = next(
            each.asked["meta_endCallbackUrl"]
            for each in bbb.server.meetings.values()
            if each.asked["meta_session-id"] == room.id
        )

        # Only the server knows the address; still, the callback only causes a query.
        assert room.http.get(address).status_code == 200
        assert room.http.get(address[:-3] + "abc").status_code == 401
        assert room.http.get("/webhooks/bigbluebutton").status_code == 401
        assert room.present() == {STUDENT}
