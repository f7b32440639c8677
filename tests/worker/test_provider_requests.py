"""The requests to the providers, compared byte for byte with other clients."""

import hashlib
import json
import re
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from tests.fakes import bigbluebutton, plugnmeet
from tests.people import NAMES, STUDENT, TEACHER
from tests.worker.live_room import MINUTE, Room, rooms_on, until
from tests.worker.video_services import Service, services
from tools.local_worker import LocalWorker
from tools.node import node_environment, node_folder
from tools.paths import NODE_MODULES

SDK_METHODS = {
    "/auth/room/create": "createRoom",
    "/auth/room/getJoinToken": "getJoinToken",
    "/auth/room/endRoom": "endRoom",
}
ODD_TITLE = "Français & Größe: 1+1=2 ~ (100 %)'!*"


@pytest.fixture(scope="module")
def service_named(worker_with: Callable[..., LocalWorker]) -> Iterator[Callable[[str], Service]]:
    with services(worker_with) as service:
        yield service


@pytest.fixture
def plug(service_named: Callable[[str], Service]) -> Service:
    return service_named("plugnmeet")


@pytest.fixture
def bbb(service_named: Callable[[str], Service]) -> Service:
    return service_named("bigbluebutton")


@pytest.fixture
async def book_plug(plug: Service) -> AsyncIterator[Callable[..., Room]]:
    async with rooms_on(plug.worker) as book:
        yield book


@pytest.fixture
async def book_bbb(bbb: Service) -> AsyncIterator[Callable[..., Room]]:
    async with rooms_on(bbb.worker) as book:
        yield book


def odd(**more: Any) -> dict[str, Any]:
    person = {"email": "x@example.com", "locale": "pt-BR"}
    return {
        "course": {"id": "odd", "title": ODD_TITLE},
        "student": {"id": STUDENT, "name": "Zoë O'Neil ✨", **person},
        "teacher": {
            "id": TEACHER,
            "name": NAMES[TEACHER],
            **person,
            "avatar": "https://a.example/x",
        },
        **more,
    }


def run_sdk(which: str, order: dict[str, Any], folder: Path) -> str:
    """Run another client, in a folder with its packages."""
    script = Path(__file__).parent.parent / "fakes" / "sdk_requests.mjs"
    (folder / "node_modules").symlink_to(NODE_MODULES)
    (folder / script.name).write_bytes(script.read_bytes())
    done = subprocess.run(
        [node_folder() / "node", script.name, which],
        cwd=folder,
        env=node_environment(),
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout


async def test_plugnmeet_requests_equal_its_sdk(
    plug: Service, book_plug: Callable[..., Room], tmp_path: Path
) -> None:
    room = book_plug(starts_in=5 * MINUTE, **odd(recording_enabled=True))
    plug.server.asked.clear()
    for who in (STUDENT, TEACHER):
        assert room.post("join", who).status_code == 200
    room.post("end", TEACHER)
    ours = list(plug.server.asked)
    assert {each.path for each in ours} == set(SDK_METHODS)

    calls = [(SDK_METHODS[each.path], each.json) for each in ours]
    plug.server.asked.clear()
    keys = {"key": plugnmeet.KEY, "secret": plugnmeet.SECRET}
    run_sdk("plugnmeet", {"url": plug.server.url, **keys, "calls": calls}, tmp_path)

    theirs = plug.server.asked
    assert [each.path for each in theirs] == [each.path for each in ours]
    assert [each.body for each in theirs] == [each.body for each in ours]
    for name in ("API-KEY", "HASH-SIGNATURE", "Content-Type"):
        assert [lower(each.headers)[name.lower()] for each in theirs] == [
            lower(each.headers)[name.lower()] for each in ours
        ]


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


async def test_bigbluebutton_requests_equal_other_client(
    bbb: Service, book_bbb: Callable[..., Room], tmp_path: Path
) -> None:
    room = book_bbb(starts_in=5 * MINUTE, **odd(recording_enabled=True))
    bbb.server.asked.clear()
    joined = room.post("join", TEACHER).json()["url"]
    queries = dict(bbb.server.asked) | {"join": urlsplit(joined).query}
    ours = {call: without_checksum(query) for call, query in queries.items()}

    order = {
        "url": bbb.server.url,
        "secret": bigbluebutton.SECRET,
        "create": dict(parse_qsl(ours["create"])),
        "join": dict(parse_qsl(ours["join"])),
        "info": {"meetingID": "abc"},
        "recordings": {"meetingID": "abc"},
    }
    theirs = json.loads(run_sdk("bigbluebutton", order, tmp_path))

    for call in ("create", "join"):
        query = urlsplit(theirs[call]).query
        bare = without_checksum(query)
        # The same parameters; the other client does not escape !'()* and adds an empty password.
        assert set(parse_qsl(bare, keep_blank_values=True)) - {("password", "")} == set(
            parse_qsl(ours[call])
        )
        # The same signature, but for the digest.
        assert checksum(query) == hashed("sha1", call, bare)
        assert checksum(queries[call]) == hashed("sha256", call, ours[call])


def without_checksum(query: str) -> str:
    return re.sub(r"&?checksum=[0-9a-f]+", "", query)


def checksum(query: str) -> str:
    return parse_qs(query)["checksum"][0]


def hashed(digest: str, call: str, query: str) -> str:
    return hashlib.new(digest, f"{call}{query}{bigbluebutton.SECRET}".encode()).hexdigest()


@pytest.mark.parametrize("recorded", [False, True])
async def test_plugnmeet_room_is_created_for_two(
    plug: Service, book_plug: Callable[..., Room], recorded: bool
) -> None:
    room = book_plug(starts_in=5 * MINUTE, **odd(recording_enabled=recorded))
    plug.server.asked.clear()
    assert room.post("join", STUDENT).status_code == 200
    assert room.post("join", TEACHER).status_code == 200
    created, token, _, teacher_token = (each.json for each in plug.server.asked)

    # The recorder counts as a participant.
    assert created["max_participants"] == (3 if recorded else 2)
    metadata = created["metadata"]
    assert metadata["room_title"] == ODD_TITLE
    assert metadata["webhook_url"] == f"{plug.worker.url}/webhooks/plugnmeet"
    assert metadata["logout_url"] == f"{plug.worker.url}/session/{room.id}/left"
    asked = metadata["room_features"]["recording_features"]
    assert asked["enable_auto_cloud_recording"] is recorded
    assert asked["is_allow_local"] is False
    # Longer than any session, since a session can be prolonged.
    assert metadata["room_features"]["room_duration"] == 48 * 60
    user = token["user_info"]
    assert (user["user_id"], user["name"], user["is_admin"]) == ("student", "Zoë O'Neil ✨", False)
    assert user["user_metadata"] == {"record_webcam": recorded, "preferred_lang": "pt-PT"}
    teacher = teacher_token["user_info"]
    assert teacher["is_admin"] is True
    assert teacher["user_metadata"]["profile_pic"] == "https://a.example/x"


async def test_differing_features_are_logged(plug: Service, book_plug: Callable[..., Room]) -> None:
    room = book_plug(starts_in=5 * MINUTE)
    room.post("join", STUDENT)

    def differences() -> list[str]:
        lines = plug.worker.logs().splitlines()
        return [line for line in lines if "room_features_differ" in line and room.id in line]

    await until(lambda: len(differences()), 1)
    [line] = differences()
    # Since v2.3.0 the server ignores false features that are not proto3-optional.
    assert "breakout_room_features.is_allow" in line
    assert "recording_features.is_allow_cloud" in line
    assert "allow_raise_hand" not in line


async def test_plugnmeet_room_with_forced_recording_is_ended(
    plug: Service, book_plug: Callable[..., Room]
) -> None:
    room = book_plug(starts_in=5 * MINUTE)
    plug.server.force_auto_recording = True
    before = set(plug.server.rooms)
    plug.server.asked.clear()
    refused = room.post("join", STUDENT)
    plug.server.force_auto_recording = False

    assert refused.status_code == 503
    # The room is created, checked and ended; nobody gets a join address.
    paths = [asked.path for asked in plug.server.asked]
    assert paths == ["/auth/room/create", "/auth/room/endRoom"]
    await until(lambda: set(plug.server.rooms), before)
    assert room.post("join", STUDENT).status_code == 200


async def test_join_url_has_design(plug: Service, book_plug: Callable[..., Room]) -> None:
    url = book_plug(starts_in=5 * MINUTE).post("join", STUDENT).json()["url"]

    query = parse_qs(urlsplit(url).query, strict_parsing=True)
    assert set(query) == {"access_token", "custom_design"}
    design = json.loads(query["custom_design"][0])
    assert design
    assert all(re.fullmatch("#[0-9a-f]{6}", value) for value in design.values())


async def test_bigbluebutton_meeting_is_created_for_two(
    bbb: Service, book_bbb: Callable[..., Room]
) -> None:
    room = book_bbb(starts_in=5 * MINUTE, **odd())
    bbb.server.asked.clear()
    first = dict(parse_qsl(urlsplit(room.post("join", STUDENT).json()["url"]).query))
    second = dict(parse_qsl(urlsplit(room.post("join", TEACHER).json()["url"]).query))
    created = dict(parse_qsl(dict(bbb.server.asked[:1])["create"]))

    assert (first["role"], first["userID"]) == ("VIEWER", "student")
    assert (second["role"], second["userID"]) == ("MODERATOR", "teacher")
    assert first["createTime"] == second["createTime"]
    assert (created["record"], created["autoStartRecording"]) == ("false", "false")
    assert created["allowStartStopRecording"] == "false"
    assert "moderatorPW" not in created
    assert created["maxParticipants"] == "2"


async def test_join_works_with_older_bigbluebutton(
    worker_with: Callable[..., LocalWorker],
) -> None:
    with bigbluebutton.running(repeats_need_passwords=True) as server:
        worker = worker_with(**server.settings)
        async with rooms_on(worker) as book:
            room = book(starts_in=5 * MINUTE)
            answers = [room.post("join", who) for who in (STUDENT, TEACHER)]

    assert [answer.status_code for answer in answers] == [200, 200]
    times = {parse_qs(urlsplit(each.json()["url"]).query)["createTime"][0] for each in answers}
    assert len(times) == 1


async def test_session_with_own_meeting_uses_it(
    plug: Service, book_plug: Callable[..., Room]
) -> None:
    own = "https://bbb.example.org/rooms/abc-def"
    room = book_plug(starts_in=5 * MINUTE, bbb_meeting_url=own)
    before = len(plug.server.asked)
    grant = room.post("join", STUDENT).json()

    assert (grant["provider"], grant["url"]) == ("bigbluebutton", own)
    assert len(plug.server.asked) == before
