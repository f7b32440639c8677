"""Any answer of an external service is an answer or one kind of failure."""

import copy
import json
import re
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from context import HTTPAnswer
from domain.model import Role
from errors import ProviderError
from providers.bigbluebutton import BigBlueButton
from providers.plugnmeet import PlugNmeet
from settings import Settings
from tests.unit.cast import session
from tests.unit.fake_context import FakeContext
from tools.paths import ROOT
from video.turn import ice_servers

NOW = session().scheduled_start
ROOM = "lesson-1"
SETTINGS = Settings(
    public_url="https://sessions.example.com",
    plugnmeet_url="https://plug.example.com",
    plugnmeet_api_key="key",
    plugnmeet_api_secret="secret",
    bbb_url="https://bbb.example.com/api",
    bbb_secret="secret",
    link_secrets=("k",),
    turn_key_id="key",
    turn_key_api_token="token",
)
PARTICIPANT = {"identity": "student", "state": "ACTIVE"}
METADATA = {"room_features": {"recording_features": {}, "room_duration": "60"}}
PLUGNMEET_ANSWER = {
    "status": True,
    "room_info": {"metadata": json.dumps(METADATA)},
    "token": "e30.e30.e30",
    "room": {"participants_info": [PARTICIPANT], "room_info": {"joined_participants": 1}},
    "result": {"recordings_list": [{"record_id": "r", "file_size": 1.5}]},
}
TURN_ANSWER = {"iceServers": [{"urls": ["turn:turn.example.com"], "username": "u"}]}
# Deep enough to overflow the stack of json.loads in WebAssembly.
DEEP = b"[" * 20_000 + b"]" * 20_000

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["urls", "record_id", "exp", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: Any) -> list[tuple[Any, ...]]:
    """The paths of a value and of all its parts."""
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    return [(), *((name, *rest) for name, part in inner for rest in places(part))]


@st.composite
def mangled(draw: st.DrawFn, answer: dict[str, Any]) -> bytes:
    """The answer with another value in one place, or cut off, or another value altogether."""
    changed = copy.deepcopy(answer)
    path = draw(st.sampled_from(places(answer)))
    if not path:
        return draw(st.binary(max_size=50) | values.map(json.dumps).map(str.encode))
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = draw(values)
    raw = json.dumps(changed).encode()
    return raw[: draw(st.integers(0, len(raw)))] if draw(st.booleans()) else raw


def answering(body: bytes) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    )


async def make_all_calls(provider: PlugNmeet | BigBlueButton) -> None:
    """Make each call; it must return or raise ProviderError."""
    for call in (
        lambda: provider.join(session(), ROOM, Role.STUDENT),
        lambda: provider.query_presence(ROOM),
        lambda: provider.end(ROOM),
        lambda: provider.list_recordings(ROOM),
        lambda: provider.open_recording("r"),
    ):
        with suppress(ProviderError):
            await call()


@given(mangled(PLUGNMEET_ANSWER))
async def test_plugnmeet_raises_only_provider_error_for_any_answer(body):
    await make_all_calls(PlugNmeet(SETTINGS, lambda: answering(body)))


@given(mangled(METADATA))
async def test_plugnmeet_raises_only_provider_error_for_any_metadata(metadata):
    info = {"metadata": metadata.decode("utf-8", "replace")}
    body = json.dumps(PLUGNMEET_ANSWER | {"room_info": info}).encode()
    await make_all_calls(PlugNmeet(SETTINGS, lambda: answering(body)))


@given(
    st.binary(max_size=60) | st.text("<>/response returncode SUCCESS", max_size=60).map(str.encode)
)
async def test_bigbluebutton_raises_only_provider_error_for_any_answer(body):
    await make_all_calls(BigBlueButton(SETTINGS, lambda: answering(body)))


@given(mangled(TURN_ANSWER))
async def test_turn_returns_servers_for_any_answer(body):
    async def http(*_request: Any) -> HTTPAnswer:
        return HTTPAnswer(201, [], body)

    found = await ice_servers(FakeContext.make(None, NOW, settings=SETTINGS, http=http), until=NOW)

    assert isinstance(found, list)


@pytest.mark.parametrize(
    "body", [DEEP, json.dumps({"status": True, "token": f"e30.{'W' * 40_000}"}).encode()]
)
async def test_deeply_nested_answer_raises_provider_error(body):
    provider = PlugNmeet(SETTINGS, lambda: answering(body))

    with pytest.raises(ProviderError):
        await provider.join(session(), ROOM, Role.STUDENT)


OWN_TEXT = {
    # They read texts of D1, of the runtime, of a room's SQLite, or of our own. pydantic_core reads
    # all others.
    "board/draft.py",
    "room/board_relay.py",
    "files/saved_boards.py",
    "board/store.py",
    "db/outcomes.py",
    "handlers/board.py",
    "bindings/d1.py",
    "bindings/exchange.py",
    "bindings/outbound.py",
    "bindings/rooms.py",
    "db/bookings.py",
    "db/mails.py",
    "db/platform_events.py",
    "db/stays.py",
    "db/timeline.py",
    "db/reschedules.py",
    "db/sessions.py",
    "room/provider_call.py",
    "room/sockets.py",
    "providers/outbox.py",
    "room/durable_object.py",
    "room/storage.py",
    "setting_values.py",
    "room/identity.py",
}


def test_json_loads_reads_only_trusted_texts():
    """In WebAssembly json.loads overflows the stack on some thousand brackets: the isolate dies."""
    source = ROOT / "src"
    users = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if re.search(
            r"\bjson\.loads?\(|\.json\(\)", re.sub(r"request\.json\(\)", "", path.read_text())
        )
    }

    assert users == OWN_TEXT
