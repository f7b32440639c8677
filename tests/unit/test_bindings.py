"""The errors of the runtime's bindings: one kind for each outage."""

from types import SimpleNamespace

import pytest

import tests.unit.host_runtime as runtime  # isort: skip (makes `bindings` importable)
from bindings import outbound
from bindings.d1 import D1
from bindings.r2 import R2Files
from bindings.rooms import DurableRooms
from errors import ServiceUnavailableError
from files.storage import Part, StreamBrokenError


class Failing:
    """A binding that rejects all calls."""

    def __init__(self, message):
        self._message = message

    def __getattr__(self, name):
        async def reject(*_args, **_options):
            raise runtime.JsException(self._message)

        return reject


def d1(message):
    statement = Failing(message)
    binding = SimpleNamespace(prepare=lambda _sql: statement, batch=Failing(message).batch)
    return D1(binding)


def rooms():
    room = Failing("The Durable Object's code was updated")
    namespace = SimpleNamespace(idFromName=lambda name: name, get=lambda _id: room)
    return DurableRooms(namespace)


@pytest.mark.parametrize(("jurisdiction", "used"), [("", ["anywhere"]), ("eu", ["eu"])])
async def test_rooms_use_configured_jurisdiction(jurisdiction, used):
    found = []

    def namespace(place):
        async def refresh():
            found.append(place)

        return SimpleNamespace(
            idFromName=lambda name: f"{place}/{name}",
            get=lambda room: SimpleNamespace(refresh=refresh) if room == f"{place}/s1" else None,
            jurisdiction=lambda name: namespace(name),  # noqa: PLW0108 (defined later)
        )

    await DurableRooms(namespace("anywhere"), jurisdiction).refresh("s1")

    assert found == used


@pytest.mark.parametrize("message", ["D1_ERROR: Network connection lost.", "D1_ERROR: timed out"])
async def test_d1_outage_raises_service_unavailable(message):
    with pytest.raises(ServiceUnavailableError):
        await d1(message).all("SELECT 1")
    with pytest.raises(ServiceUnavailableError):
        await d1(message).batch([("SELECT 1", ())])


async def test_wrong_statement_raises_js_exception():
    with pytest.raises(runtime.JsException):
        await d1("D1_ERROR: FOREIGN KEY constraint failed: SQLITE_CONSTRAINT").all("SELECT 1")


@pytest.mark.parametrize(
    "call",
    [
        lambda rooms: rooms.connect("s1", "identity"),
        lambda rooms: rooms.end("s1"),
        lambda rooms: rooms.refresh("s1"),
        lambda rooms: rooms.apply_event("s1", {}),
        lambda rooms: rooms.check_provider("s1"),
        lambda rooms: rooms.chat("s1"),
        lambda rooms: rooms.forget_chat("s1"),
    ],
)
async def test_failing_room_raises_service_unavailable(call):
    with pytest.raises(ServiceUnavailableError):
        await call(rooms())


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda files: files.put("k", b""), StreamBrokenError),
        (lambda files: files.head("k"), ServiceUnavailableError),
        (lambda files: files.read("k", 0, 1), ServiceUnavailableError),
        (lambda files: files.open("k", 0, 1), ServiceUnavailableError),
        (lambda files: files.delete(["k"]), ServiceUnavailableError),
        (lambda files: files.list_keys("", 1), ServiceUnavailableError),
        (lambda files: files.begin("k"), ServiceUnavailableError),
    ],
)
async def test_r2_outage_raises_one_kind_of_error(call, error):
    with pytest.raises(error):
        await call(R2Files(Failing("We encountered an internal error")))


async def test_r2_outage_during_parts_raises_stream_broken():
    bucket = SimpleNamespace(resumeMultipartUpload=lambda _key, _id: Failing("no"))
    files = R2Files(bucket)

    with pytest.raises(StreamBrokenError):
        await files.put_part("k", "u", 1, b"")
    with pytest.raises(StreamBrokenError):
        await files.finish("k", "u", [Part(1, "e")])
    await files.abort("k", "u")


async def test_discard_ignores_broken_body():
    await outbound.discard(Failing("broken"))
