"""Files that arrive, go and come back while others do the same, or while the sweep comes by."""

import json

import pytest

import resources
from tests.unit.booked import insert
from tests.unit.cast import END, HOUR, MINUTE
from tests.unit.faults import World


@pytest.fixture
def world():
    world = World(now=END + MINUTE, upload_quota_mb=1)
    world.book(status="completed", started_at=END - HOUR, ended_at=END)
    yield world
    world.close()


async def teacher(world, method, path, data=None, **given):
    answer = await world.press(method, path, "teacher", data, **given)
    return answer.status, json.loads(answer.body) if answer.body else None


def add_file(world, resource_id, size=3, **changes):
    row = {"id": resource_id, "session_id": "s1", "name": "a.pdf", "type": "application/pdf"}
    row |= {"r2_key": resource_id, "size_bytes": size, "status": "ready", "etag": '"3"'}
    insert(world.connection, "session_resources", **row | changes, created_at=END, updated_at=END)
    world.files.objects[resource_id] = (b"pdf", END)


@pytest.mark.parametrize(
    ("others", "size", "status"),
    [
        ([400_000], 600_000, 200),
        ([400_001], 600_000, 409),
        ([1] * 99, 1, 200),
        ([1] * 100, 1, 409),
    ],
)
async def test_a_file_comes_back_only_where_there_is_room(world, others, size, status):
    add_file(world, "f1", size, status="deleted", deleted_at=END)
    for number, other in enumerate(others):
        add_file(world, f"other{number}", other)
    found, answer = await teacher(world, "POST", "/session/s1/resources/f1/restore")

    assert found == status
    if status != 200:
        assert answer["error"]["message"] == (
            "There is no room for it any more. "
            "A session may have 100 files of at most 1 MB together."
        )


async def test_a_recording_comes_back_whatever_there_is(world):
    add_file(world, "f1", 10**9, type="recording", status="deleted", deleted_at=END)
    add_file(world, "other", 10**6)

    assert (await teacher(world, "POST", "/session/s1/resources/f1/restore"))[0] == 200


async def test_what_is_too_late_is_said_to_be_too_late(world):
    add_file(world, "f1", 10**6, status="deleted", deleted_at=END)
    add_file(world, "other", 10**6)
    world.now = END + resources.UNDO_S
    status, answer = await teacher(world, "POST", "/session/s1/resources/f1/restore")

    assert (status, "too late" in answer["error"]["message"]) == (409, True)
