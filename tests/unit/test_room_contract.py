"""The calls between a Worker and a room of different releases, while a release spreads."""

import inspect
import json
from types import SimpleNamespace

import pytest

import tests.unit.host_runtime as runtime  # isort: skip (makes `bindings` and `room` importable)
from bindings import rooms
from bindings.rooms import DurableRooms
from domain.model import Role
from errors import ServiceUnavailableError
from room import durable_object
from room.identity import SocketIdentity
from tests.unit.faults import RPC_NAMES

# The calls of released Workers. A call here is never changed or removed: a new release may add a
# method, and still answers the old one.
RELEASED = {
    "end": ["s1"],
    "refresh": [],
    "hear": ["s1", json.dumps({"kind": "ended"})],
    "look": ["s1"],
    "files_changed": [json.dumps({"role": "teacher", "added": "plan.pdf"})],
    "chat": [],
    "board": ["s1", "page0000"],
    "board_image": ["s1", "0123456789abcdef"],
    "board_fill": ["s1", "student", '{"pages": []}'],
    "forget_chat": [],
    "shift_clock": ["s1", 60],
}
IDENTITY = SocketIdentity(
    "s1", "lena", Role.STUDENT, "0123456789abcdef", watching=False, place="peer"
)
CALLS = {
    "end": lambda rooms: rooms.end("s1"),
    "refresh": lambda rooms: rooms.refresh("s1"),
    "hear": lambda rooms: rooms.apply_event("s1", {"kind": "ended"}),
    "look": lambda rooms: rooms.check_provider("s1"),
    "files_changed": lambda rooms: rooms.files_changed(
        "s1", {"role": "teacher", "added": "plan.pdf"}
    ),
    "chat": lambda rooms: rooms.chat("s1"),
    "board": lambda rooms: rooms.board("s1", "page0000"),
    "board_image": lambda rooms: rooms.board_image("s1", "0123456789abcdef"),
    "board_fill": lambda rooms: rooms.board_fill("s1", "student", '{"pages": []}'),
    "forget_chat": lambda rooms: rooms.forget_chat("s1"),
    "shift_clock": lambda rooms: rooms.shift_clock("s1", 60),
}


class Recorded:
    """A room that records its calls."""

    def __init__(self):
        self.calls = {}

    def __getattr__(self, name):
        async def called(*args):
            self.calls[name] = list(args)
            return "[]"

        return called


class Older:
    """A room of a release that has none of the methods."""

    def __getattr__(self, name):
        async def missing(*_args):
            raise runtime.JsException(f"TypeError: Method {name} does not exist")

        return missing


def rooms_of(stub):
    return DurableRooms(SimpleNamespace(idFromName=lambda name: name, get=lambda _id: stub))


@pytest.mark.parametrize("method", RELEASED)
def test_room_accepts_calls_of_older_worker(method):
    inspect.signature(getattr(durable_object.Room, method)).bind(None, *RELEASED[method])


@pytest.mark.parametrize("method", RELEASED)
def test_room_ignores_arguments_of_newer_worker(method):
    inspect.signature(getattr(durable_object.Room, method)).bind(
        None, *RELEASED[method], {"mood": "good"}
    )


@pytest.mark.parametrize("method", RELEASED)
async def test_worker_calls_room_as_released(method):
    called = Recorded()

    await CALLS[method](rooms_of(called))

    assert called.calls == {method: RELEASED[method]}


@pytest.mark.parametrize("method", RELEASED)
async def test_missing_method_raises_service_unavailable(method):
    with pytest.raises(ServiceUnavailableError):
        await CALLS[method](rooms_of(Older()))


def test_contract_lists_all_calls():
    of_the_room = {
        name
        for name, method in vars(durable_object.Room).items()
        if inspect.iscoroutinefunction(method) and not name.startswith(("_", "webSocket"))
    }
    of_the_worker = {
        RPC_NAMES.get(name, name) for name in vars(DurableRooms) if not name.startswith("_")
    }

    assert of_the_room - {"fetch", "alarm"} == set(RELEASED)
    assert of_the_worker - {"connect"} == set(CALLS) == set(RELEASED)


def test_identity_is_sent_as_released():
    assert rooms.IDENTITY_HEADER == "X-Visitor"
    assert json.loads(IDENTITY.to_json()) == {
        "session_id": "s1",
        "user_id": "lena",
        "role": "student",
        "page": "0123456789abcdef",
        "watching": False,
        "place": "peer",
    }
