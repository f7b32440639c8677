"""Uploads, deletions and restores while another request or the sweep runs."""

import json
from dataclasses import replace

import pytest

import retention
from db import resources as resources_db
from files import cleanup, downloads, uploads
from tests.unit.booked import insert
from tests.unit.cast import DAY, END, HOUR, MINUTE
from tests.unit.faults import World

PDF = b"%PDF-1.7 some pages."
ABOUT = {"name": "a.pdf", "size_bytes": len(PDF), "key": "k1234567"}
UPLOADS = "/session/s1/uploads"
PART = 8


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(uploads, "PART_BYTES", PART)
    world = World(now=END + MINUTE, upload_quota_mb=1)
    world.book(status="completed", started_at=END - HOUR, ended_at=END)
    yield world
    world.close()


async def teacher(world, method, path, data=None, **given):
    answer = await world.press(method, path, "teacher", data, **given)
    return answer.status, json.loads(answer.body) if answer.body else None


async def send_parts(world):
    """Start an upload in parts and send the missing ones. Returns its path."""
    _, upload = await teacher(world, "POST", UPLOADS, ABOUT)
    place = f"{UPLOADS}/{upload['id']}"
    for number in (1, 2, 3):
        if number not in upload["parts"]:
            status, _ = await send(world, place, number)
            assert status == 200
    return place


async def send(world, place, number):
    body = PDF[(number - 1) * PART : number * PART]
    return await teacher(world, "PUT", f"{place}/parts/{number}", body=body)


def run_beside(monkeypatch, target, name, work, *, first=False):
    """Run `work` once, right after the next call of that method, or right before it (`first`)."""
    original = getattr(target, name)

    async def call(*args, **named):
        monkeypatch.setattr(target, name, original)
        if first:
            await work()
        result = await original(*args, **named)
        if not first:
            await work()
        return result

    monkeypatch.setattr(target, name, call)


def is_empty(world):
    return world.rows("SELECT id FROM session_resources") == [] and world.files.objects == {}


def add_file(world, resource_id, size=3, **changes):
    row = {"id": resource_id, "session_id": "s1", "name": "a.pdf", "type": "application/pdf"}
    row |= {"r2_key": resource_id, "size_bytes": size, "status": "ready", "etag": '"3"'}
    insert(world.connection, "session_resources", **row | changes, created_at=END, updated_at=END)
    world.files.objects[resource_id] = (b"pdf", END)


async def test_upload_swept_during_its_request_is_gone(world, monkeypatch):
    async def sweep():
        world.now += 2 * HOUR
        await cleanup.sweep(world.context())

    run_beside(monkeypatch, world.files, "put", sweep, first=True)
    status, _ = await teacher(world, "POST", "/session/s1/resources?name=a.pdf", body=PDF)

    assert status == 404
    assert is_empty(world)


async def test_upload_cancelled_before_its_row_is_finished_is_gone(world, monkeypatch):
    place = await send_parts(world)

    async def cancel():
        assert (await teacher(world, "DELETE", place))[0] == 204

    run_beside(monkeypatch, resources_db, "finish", cancel, first=True)
    status, _ = await teacher(world, "POST", f"{place}/complete")

    assert status == 404
    assert is_empty(world)


async def test_upload_cancelled_before_the_bucket_completes_it_is_gone(world, monkeypatch):
    place = await send_parts(world)
    cancelled = []

    async def late(*_args):
        return await world.files.put(f"sessions/s1/resources/{place.rsplit('/', 1)[1]}", PDF)

    async def cancel():
        cancelled.append(await teacher(world, "DELETE", place))

    monkeypatch.setattr(world.files, "finish", late)
    run_beside(monkeypatch, world.files, "finish", cancel, first=True)
    status, _ = await teacher(world, "POST", f"{place}/complete")

    assert (status, cancelled) == (404, [(204, None)])
    assert is_empty(world)


async def test_completed_upload_cannot_be_cancelled(world, monkeypatch):
    place = await send_parts(world)

    async def complete():
        assert (await teacher(world, "POST", f"{place}/complete"))[0] == 201

    run_beside(monkeypatch, resources_db, "abandon", complete, first=True)
    status, _ = await teacher(world, "DELETE", place)

    assert status == 409
    assert world.rows("SELECT status FROM session_resources") == [("ready",)]
    assert [content for content, _ in world.files.objects.values()] == [PDF]


async def test_two_complete_requests_get_the_same_file(world, monkeypatch):
    place = await send_parts(world)
    answers = []

    async def complete():
        answers.append(await teacher(world, "POST", f"{place}/complete"))

    run_beside(monkeypatch, world.files, "finish", complete)
    await complete()

    assert answers[0] == answers[1]
    assert answers[0][0] == 201
    assert len(world.files.objects) == 1


async def test_swept_file_cannot_be_restored(world, monkeypatch):
    add_file(world, "f1", status="deleted", deleted_at=END)
    world.now = END + downloads.UNDO_S - 1
    answers = []

    async def restore():
        answers.append(await teacher(world, "POST", "/session/s1/resources/f1/restore"))

    run_beside(monkeypatch, world.files, "delete", restore)
    await cleanup.sweep(world.context()._replace(now=world.now + 1))

    assert [status for status, _ in answers] == [404]
    assert is_empty(world)


async def test_failed_sweep_is_repeated(world, monkeypatch):
    add_file(world, "f1", status="deleted", deleted_at=END)
    world.now = END + DAY

    async def fail():
        raise OSError("no bucket")

    run_beside(monkeypatch, world.files, "delete", fail, first=True)
    with pytest.raises(OSError, match="no bucket"):
        await cleanup.sweep(world.context())
    assert not is_empty(world)
    await cleanup.sweep(world.context())

    assert is_empty(world)


async def test_upload_restarts_after_two_requests_with_one_part(world, monkeypatch):
    place = await send_parts(world)

    async def second():
        assert (await send(world, place, 1))[0] == 200

    run_beside(monkeypatch, world.files, "put_part", second)
    assert (await send(world, place, 1))[0] == 200
    status, answer = await teacher(world, "POST", f"{place}/complete")
    assert (status, "send it again" in answer["error"]["message"]) == (400, True)
    assert await send_parts(world) == place

    assert (await teacher(world, "POST", f"{place}/complete"))[0] == 201
    assert [content for content, _ in world.files.objects.values()] == [PDF]


async def test_part_of_a_restarted_upload_is_ignored(world, monkeypatch):
    place = await send_parts(world)

    async def restart():
        upload_id = world.rows("SELECT upload_id FROM session_resources")[0][0]
        await resources_db.restart(world.db, place.rsplit("/", 1)[1], upload_id)

    run_beside(monkeypatch, world.files, "put_part", restart)
    assert (await send(world, place, 1))[0] == 404

    assert world.rows("SELECT * FROM upload_parts") == []


async def test_two_tabs_share_one_upload(world, monkeypatch):
    answers = []

    async def begin():
        answers.append(await teacher(world, "POST", UPLOADS, ABOUT))

    run_beside(monkeypatch, world.db, "all", begin, first=True)
    await begin()

    assert sorted(status for status, _ in answers) == [200, 201]
    assert answers[0][1] == answers[1][1]
    assert len(world.files.uploads) == 1


async def test_two_tabs_share_one_multipart_upload(world, monkeypatch):
    answers = []

    async def begin():
        answers.append(await teacher(world, "POST", UPLOADS, ABOUT))

    run_beside(monkeypatch, world.files, "begin", begin, first=True)
    await begin()

    assert answers[0][1] == answers[1][1]
    assert len(world.files.uploads) == 1


async def test_key_belongs_to_one_file(world):
    await teacher(world, "POST", UPLOADS, ABOUT)
    status, answer = await teacher(world, "POST", UPLOADS, ABOUT | {"size_bytes": 9})

    assert status == 409
    assert answer["error"]["message"] == "Another file is being uploaded under this key."


@pytest.mark.parametrize(
    ("others", "size", "status"),
    [
        ([400_000], 600_000, 200),
        ([400_001], 600_000, 409),
        ([1] * 99, 1, 200),
        ([1] * 100, 1, 409),
    ],
)
async def test_restore_respects_the_sessions_limits(world, others, size, status):
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


async def test_restore_of_a_recording_ignores_the_limits(world):
    add_file(world, "f1", 10**9, type="recording", status="deleted", deleted_at=END)
    add_file(world, "other", 10**6)

    assert (await teacher(world, "POST", "/session/s1/resources/f1/restore"))[0] == 200


async def test_restore_after_the_deadline_is_refused(world):
    add_file(world, "f1", 10**6, status="deleted", deleted_at=END)
    add_file(world, "other", 10**6)
    world.now = END + downloads.UNDO_S
    status, answer = await teacher(world, "POST", "/session/s1/resources/f1/restore")

    assert (status, "too late" in answer["error"]["message"]) == (409, True)


async def test_head_ignores_range(world):
    """RFC 9110, section 14.2: with HEAD it is ignored."""
    headers = {"content-length": str(len(PDF)), "content-type": "application/pdf"}
    _, file = await teacher(
        world, "POST", "/session/s1/resources?name=a.pdf", body=PDF, headers=headers
    )
    place = f"/session/s1/resources/{file['id']}"

    for range_, status in (("bytes=0-3", 206), ("bytes=999-", 416)):
        got = await world.press("GET", place, headers={"range": range_})
        head = await world.press("HEAD", place, headers={"range": range_})
        headers = dict(head.headers)
        assert (got.status, head.status) == (status, 200)
        assert headers["Content-Length"] == str(len(PDF))
        assert "Content-Range" not in headers


KEPT = 365 * DAY
PAST = "Files are deleted 365 days after the session."


@pytest.mark.parametrize(
    ("kept_days", "after", "taken"),
    [
        (365, KEPT - 1, True),
        (365, KEPT, False),
        (0, 3 * KEPT, True),
    ],
)
async def test_upload_is_refused_after_the_retention_period(world, kept_days, after, taken):
    world.settings = replace(world.settings, resources_kept_days=kept_days)
    world.now = END + after
    whole = await teacher(world, "POST", "/session/s1/resources?name=a.pdf", body=PDF)
    begun = await teacher(world, "POST", UPLOADS, ABOUT)
    page = await world.press("GET", "/session/s1", "teacher")

    assert (whole[0], begun[0]) == ((201, 201) if taken else (409, 409))
    if not taken:
        assert [answer["error"]["message"] for _, answer in (whole, begun)] == [PAST, PAST]
        assert is_empty(world)
    assert ('id="upload"' in page.body, "data-max-bytes" in page.body) == (taken, taken)
    assert (PAST in page.body) is not taken


async def test_late_complete_is_refused_and_purged(world):
    place = await send_parts(world)
    world.now = END + KEPT
    status, answer = await teacher(world, "POST", f"{place}/complete")
    again, _ = await teacher(world, "POST", UPLOADS, ABOUT)

    assert (status, again, answer["error"]["message"]) == (409, 409, PAST)
    await retention.purge(world.context())
    assert is_empty(world)


async def test_student_upload_is_forbidden_after_the_retention_period(world):
    world.now = END + KEPT
    answer = await world.press("POST", "/session/s1/resources?name=a.pdf", body=PDF)
    page = await world.press("GET", "/session/s1")

    assert answer.status == 403
    assert 'id="upload"' not in page.body
