"""One contract for all three kinds of calls, in real workerd against failing servers."""

import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.fakes.faults import KINDS
from tests.people import STUDENT, TEACHER
from tests.worker.live_room import MINUTE, Room, rooms_on, until
from tests.worker.video_services import Service, services
from tools.local_worker import LocalWorker

UNAVAILABLE = {
    "code": "provider_unavailable",
    "message": "Video service unavailable. Try again.",
}
WITH_SERVER = ("plugnmeet", "bigbluebutton")


@pytest.fixture(scope="module")
def service_named(worker_with: Callable[..., LocalWorker]) -> Iterator[Callable[[str], Service]]:
    with services(worker_with) as service:
        yield service


@pytest.fixture(params=["peer", *WITH_SERVER])
def service(request, service_named: Callable[[str], Service]) -> Iterator[Service]:
    service = service_named(request.param)
    yield service
    service.faults.clear()


@pytest.fixture
async def book(service: Service) -> AsyncIterator[Callable[..., Room]]:
    async with rooms_on(service.worker) as book:
        yield book


with_server = pytest.mark.parametrize("service", WITH_SERVER, indirect=True)


async def test_both_join_one_call(service: Service, room: Room) -> None:
    before = service.open_rooms()
    first, second = room.post("join", STUDENT), room.post("join", TEACHER)

    for answer in (first, second):
        assert answer.status_code == 200, service.worker.logs()[-3000:]
        assert answer.json()["provider"] == service.name
        assert answer.json()["expires_at"] > time.time()
    if not service.has_server:
        assert set(first.json()) == {"provider", "place", "ice_servers", "expires_at"}
        return
    assert set(first.json()) == {"provider", "place", "url", "expires_at"}
    assert service.enter(first.json()["url"]) == ("Linear Algebra", "Lena Fischer", False)
    assert service.enter(second.json()["url"]) == ("Linear Algebra", "Amara Okafor", True)
    [room_id] = service.open_rooms() - before
    assert service.present(room_id) == {"student", "teacher"}


async def test_first_join_takes_two_round_trips_then_one(room: Room) -> None:
    trips = [
        int(re.findall(r"round trips: (\d+)", room.post("join", who).headers["Server-Timing"])[0])
        for who in (STUDENT, TEACHER, STUDENT)
    ]

    assert trips == [2, 1, 1]


async def test_end_by_teacher_ends_call(service: Service, room: Room) -> None:
    before = service.open_rooms()
    room.post("join", STUDENT)
    opened = service.open_rooms() - before
    assert room.post("end", TEACHER).status_code == 200

    await until(lambda: service.open_rooms() & opened, set())
    assert room.post("join", STUDENT).status_code == 410
    assert room.record()["status"] == "completed"


async def test_each_session_has_its_own_call(service: Service, book: Callable[..., Room]) -> None:
    one, other = book(starts_in=5 * MINUTE), book(starts_in=5 * MINUTE)
    before = service.open_rooms()
    one.post("join", STUDENT)
    other.post("join", STUDENT)

    assert len(service.open_rooms() - before) == (2 if service.has_server else 0)


@pytest.mark.parametrize("kind", KINDS)
async def test_join_answers_503_while_service_fails_then_works(
    service: Service, room: Room, kind: str
) -> None:
    service.faults.plan(kind)
    failing = room.post("join", STUDENT)
    service.faults.clear()
    recovered = room.post("join", STUDENT)

    assert recovered.status_code == 200
    if service.has_server:
        assert failing.status_code == 503
        assert failing.json()["error"] == UNAVAILABLE
        assert "fault-was-followed" not in str(service.server.asked)
    else:
        assert failing.status_code == 200


@with_server
async def test_failed_end_of_call_is_retried(service: Service, room: Room) -> None:
    before = service.open_rooms()
    room.post("join", TEACHER)
    opened = service.open_rooms() - before
    service.faults.plan("500", times=1)
    assert room.post("end", TEACHER).status_code == 200
    assert service.open_rooms() & opened == opened

    await until(lambda: service.open_rooms() & opened, set(), seconds=15)


@with_server
async def test_join_opens_closed_room_again(service: Service, room: Room) -> None:
    before = service.open_rooms()
    room.post("join", STUDENT)
    [room_id] = service.open_rooms() - before
    rooms = getattr(service.server, "rooms", None) or service.server.meetings
    service.server.close(rooms[room_id])

    assert service.enter(room.post("join", STUDENT).json()["url"])
    assert service.open_rooms() - before == {room_id}


@with_server
@pytest.mark.parametrize("how", ["as it is", "twice"])
async def test_repeated_webhook_has_one_effect(service: Service, room: Room, how: str) -> None:
    before = service.open_rooms()
    room.post("join", STUDENT)
    [room_id] = service.open_rooms() - before
    body, headers = service.webhook(room_id)
    answers = [service.deliver(body, headers) for _ in range(2 if how == "twice" else 1)]
    last = answers[-1].headers["X-Request-Id"]
    await until(
        lambda: f'"event": "request", "request_id": "{last}"' in service.worker.logs(), True
    )

    assert {answer.status_code for answer in answers} == {200}
    assert service.worker.logs().count(f'"session_id": "{room.id}", "change": "came"') <= 1
    lines = service.worker.logs().splitlines()
    received = [line for line in lines if "webhook_received" in line and room.id in line]
    assert len(received) == 1


@with_server
async def test_forged_webhook_is_refused(service: Service, room: Room) -> None:
    before = service.open_rooms()
    room.post("join", STUDENT)
    [room_id] = service.open_rooms() - before
    body, headers = service.webhook(room_id)
    forged, forged_headers = service.webhook(room_id, secret="not-" + secrets.token_hex(16))

    assert service.deliver(forged, forged_headers).status_code == 401
    assert service.deliver(b"", {}).status_code == 401
    assert service.deliver(b"\xff{", headers).status_code == 401
    if service.name == "plugnmeet":
        assert service.deliver(body + b" ", headers).status_code == 401
    assert room.record()["attendance"] == []


@pytest.mark.parametrize("service", ["plugnmeet"], indirect=True)
async def test_stale_webhook_is_refused(service: Service, room: Room) -> None:
    """Only PlugNmeet: BigBlueButton's tokens have no times."""
    before = service.open_rooms()
    room.post("join", STUDENT)
    [room_id] = service.open_rooms() - before
    stale = {"iat": 1_700_000_000, "nbf": 1_700_000_000, "exp": int(time.time()) - 120}

    assert service.deliver(*service.webhook(room_id, **stale)).status_code == 401
    early = {"nbf": int(time.time()) + 600, "exp": int(time.time()) + 900}
    assert service.deliver(*service.webhook(room_id, **early)).status_code == 401


@with_server
async def test_webhook_of_unknown_room_is_ignored(service: Service, room: Room) -> None:
    before = service.open_rooms()
    room.post("join", STUDENT)
    [room_id] = service.open_rooms() - before
    body, headers = service.webhook(room_id)
    room.start += 60 * 60 * 24
    room.end += 60 * 60 * 24
    room.book()  # after this move the next join opens another room
    rooms = getattr(service.server, "rooms", None) or service.server.meetings
    rooms[room_id].room_id = rooms[room_id].meeting_id = "of-another-deployment"
    body, headers = service.webhook(room_id)

    assert service.deliver(body, headers).status_code == 200
