"""The providers' reading of answers, on the host against the fakes."""

from collections.abc import Iterator

import httpx
import pytest

from domain.model import Role
from errors import ProviderError
from providers.base import Recording, VideoProvider
from providers.bigbluebutton import BigBlueButton
from providers.plugnmeet import PlugNmeet
from settings import Settings
from tests.fakes import bigbluebutton, plugnmeet
from tests.unit.cast import session

NOW = session().scheduled_start
ROOM = "lesson-1"


def settings(**given: str) -> Settings:
    names = {name.lower(): value for name, value in given.items()}
    return Settings(public_url="http://127.0.0.1:9", link_secrets=("k",), **names)


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False)


@pytest.fixture
def plug() -> Iterator[tuple[plugnmeet.PlugNmeetFake, VideoProvider]]:
    with plugnmeet.running() as server:
        server.webhooks.lost = {"room_created", "participant_joined"}  # no server receives them
        server.webhooks.pauses_s = ()
        yield server, PlugNmeet(settings(**server.settings), client)


@pytest.fixture
def bbb() -> Iterator[tuple[bigbluebutton.BigBlueButtonFake, VideoProvider]]:
    with bigbluebutton.running() as server:
        server.retry_pauses_s = ()
        yield server, BigBlueButton(settings(**server.settings), client)


async def test_plugnmeet_presence_has_entered_people(plug):
    server, provider = plug
    assert await provider.query_presence(ROOM) == set()
    grant = await provider.join(session(), ROOM, Role.STUDENT)
    assert await provider.query_presence(ROOM) == set()
    server.enter(grant.url.partition("access_token=")[2].partition("&")[0])

    assert await provider.query_presence(ROOM) == {Role.STUDENT}


async def test_contradictory_presence_raises_provider_error(plug, monkeypatch):
    server, provider = plug
    grant = await provider.join(session(), ROOM, Role.STUDENT)
    server.enter(grant.url.partition("access_token=")[2].partition("&")[0])
    seen = server.get_active_room_info

    def without_people(data):
        answer = seen(data)
        answer["room"]["participants_info"] = []
        return answer

    monkeypatch.setitem(
        plugnmeet.API, "/auth/room/getActiveRoomInfo", (lambda _, data: without_people(data), None)
    )

    with pytest.raises(ProviderError):
        await provider.query_presence(ROOM)


async def test_plugnmeet_lists_and_opens_recordings(plug):
    server, provider = plug
    assert await provider.list_recordings(ROOM) == []
    recorded = session(recording_enabled=True)
    grant = await provider.join(recorded, ROOM, Role.TEACHER)
    server.enter(grant.url.partition("access_token=")[2].partition("&")[0])
    record_id = server.rooms[ROOM].record_id
    server.webhooks.lost |= {"end_recording", "recording_proceeded", "start_recording"}
    server.stop_recording(server.rooms[ROOM])
    (film,) = server.films.values()
    # `make dev` shows this file as a recording, so it has pictures.
    assert b"vp09" in film.read(0, film.size)

    # The recorder writes MB with two decimals.
    assert await provider.list_recordings(ROOM) == [Recording(record_id, round(film.size, -4))]
    source = await provider.open_recording(record_id)
    assert source.url.startswith(f"{server.url}/download/recording/ey")
    assert await provider.open_recording("nothing") is None


async def test_grant_expires_with_join_token(plug):
    server, provider = plug
    grant = await provider.join(session(), ROOM, Role.STUDENT)

    expires_at = plugnmeet.hs256.decode(
        grant.url.partition("access_token=")[2].partition("&")[0], plugnmeet.SECRET
    )["exp"]
    assert grant.expires_at == expires_at
    assert server.rooms[ROOM].title == "Linear Algebra"


async def test_bigbluebutton_lists_recordings_with_video(bbb):
    server, provider = bbb
    assert await provider.list_recordings(ROOM) == []
    assert await provider.list_recordings("") == []
    await provider.join(session(), ROOM, Role.STUDENT)
    server.recordings.append({"recordID": "abc-1", "meetingID": ROOM})
    server.recordings.append({"recordID": "abc-12", "meetingID": "other"})

    assert await provider.list_recordings(ROOM) == [Recording("abc-1", None)]
    source = await provider.open_recording("abc-1")
    assert source.url == "https://bbb.example.com/playback/video/abc-1/video-0.m4v"
    assert await provider.open_recording("abc") is None


async def test_bigbluebutton_presence_has_entered_people(bbb):
    server, provider = bbb
    assert await provider.query_presence(ROOM) == set()
    grant = await provider.join(session(), ROOM, Role.TEACHER)
    server.join(grant.url.partition("?")[2])

    assert await provider.query_presence(ROOM) == {Role.TEACHER}
    await provider.end(ROOM)
    await provider.end("nothing")


@pytest.mark.parametrize("kind", ["hang-up", "401", "html"])
async def test_each_fault_raises_provider_error(plug, bbb, kind):
    for server, provider in (plug, bbb):
        server.faults.plan(kind)
        for call in (
            provider.join(session(), ROOM, Role.STUDENT),
            provider.end(ROOM),
            provider.query_presence(ROOM),
            provider.list_recordings(ROOM),
            provider.open_recording("x"),
        ):
            with pytest.raises(ProviderError):
                await call
