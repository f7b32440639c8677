"""The daily purge and the sweep of each minute: what they delete, and what they keep."""

import json
from dataclasses import replace

import pytest

import retention
from errors import ServiceUnavailableError
from files import cleanup
from settings import Settings
from tests.unit.booked import book, insert
from tests.unit.cast import DAY, END, HOUR, START
from tests.unit.fake_context import FakeContext
from tests.unit.fake_files import FakeFiles
from tests.unit.faults import DiedError

NOW = END + 100 * DAY
SETTINGS = Settings(
    recordings_kept_days=10, resources_kept_days=30, chat_kept_days=5, analytics_kept_days=7
)


class FakeRooms:
    def __init__(self):
        self.called = []
        self.broken = set()

    async def forget_chat(self, session_id):
        if session_id in self.broken:
            raise ServiceUnavailableError
        self.called.append(session_id)


def add_resource(connection, files, resource_id, session_id="s1", **changes):
    key = f"sessions/{session_id}/resources/{resource_id}"
    row = {
        "id": resource_id,
        "session_id": session_id,
        "name": "a.pdf",
        "type": "application/pdf",
        "r2_key": key,
        "size_bytes": 3,
        "status": "ready",
        "created_at": END,
        "updated_at": END,
    }
    insert(connection, "session_resources", **(row | changes))
    files.objects[key] = (b"pdf", END)


def ids(connection):
    return [row["id"] for row in connection.execute("SELECT id FROM session_resources ORDER BY id")]


@pytest.fixture
def files():
    return FakeFiles()


def context(db, files, now=NOW, settings=SETTINGS):
    return FakeContext.make(db, now, files=files, rooms=FakeRooms(), settings=settings)


@pytest.fixture
def _small_rounds(monkeypatch):
    """Two rounds of ten items in a run."""
    for name in ("ROOMS_PER_ROUND", "FILES_PER_ROUND", "ROWS_PER_ROUND", "KEYS_PER_ROUND"):
        monkeypatch.setattr(retention, name, 10)
    monkeypatch.setattr(retention, "MAX_ROUNDS", 2)


def backlogs(capsys):
    """The kinds of which the last runs have logged a backlog."""
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [line["what"] for line in lines if line["event"] == "purge_backlog"]


@pytest.mark.parametrize(
    ("age_days", "kept"),
    [(5, ["file", "film"]), (11, ["file"]), (29, ["file"]), (31, [])],
)
async def test_purge_deletes_each_kind_of_file_after_its_own_time(
    connection, db, files, age_days, kept
):
    book(connection)
    add_resource(connection, files, "file")
    add_resource(connection, files, "film", type="recording")
    insert(connection, "recordings", record_id="r", session_id="s1", provider="plugnmeet",
           resource_id="film", state="ready", created_at=END, updated_at=END)  # fmt: skip
    await retention.purge(context(db, files, END + age_days * DAY))

    assert ids(connection) == kept
    assert sorted(key.rsplit("/", 1)[1] for key in files.objects) == kept
    assert connection.execute("SELECT count(*) FROM recordings").fetchone()[0] == 1


async def test_purge_deletes_nothing_with_zero_days(connection, db, files):
    book(connection)
    add_resource(connection, files, "file")
    add_resource(connection, files, "film", type="recording")
    settings = Settings(
        recordings_kept_days=0, resources_kept_days=0, chat_kept_days=0, analytics_kept_days=0
    )
    ctx = context(db, files, END + 10_000 * DAY, settings)
    insert(connection, "analytics_events", event="x", session_id="s1", data="{}", created_at=1)
    await retention.purge(ctx)

    assert ids(connection) == ["file", "film"]
    assert ctx.rooms.called == []
    assert connection.execute("SELECT count(*) FROM analytics_events").fetchone()[0] == 1


@pytest.mark.usefixtures("_small_rounds")
async def test_purge_deletes_a_backlog_in_several_runs(connection, db, files, capsys):
    book(connection)
    for number in range(28):
        add_resource(connection, files, f"f{number:03}")
    await retention.purge(context(db, files))
    assert (len(ids(connection)), len(files.objects)) == (8, 8)
    assert backlogs(capsys) == ["resources"]
    await retention.purge(context(db, files))

    assert ids(connection) == []
    assert files.objects == {}
    assert backlogs(capsys) == []


async def test_purge_repeats_a_failed_run(connection, db, files):
    book(connection)
    add_resource(connection, files, "file")

    async def broken(_keys):
        raise OSError("no bucket")

    working, files.delete = files.delete, broken
    with pytest.raises(OSError, match="no bucket"):
        await retention.purge(context(db, files))
    assert ids(connection) == ["file"], "the row stays while the object may exist"
    files.delete = working
    await retention.purge(context(db, files))

    assert ids(connection) == []


async def test_purge_calls_each_room_of_an_older_release_once(connection, db, files):
    for number in range(250):
        book(connection, f"s{number:03}", scheduled_end=END + number // 200)
    book(connection, "recent", scheduled_end=NOW - DAY)
    connection.execute("INSERT INTO attendance SELECT id, student_id, 1, 1, 2, NULL FROM sessions")
    book(connection, "nobody-came")
    first = context(db, files)
    await retention.purge(first)
    again = context(db, files)
    await retention.purge(again)
    later = context(db, files, NOW + 10 * DAY)
    await retention.purge(later)

    assert first.rooms.called == [f"s{number:03}" for number in range(250)]
    assert again.rooms.called == []
    assert later.rooms.called == ["recent"]


@pytest.mark.usefixtures("_small_rounds")
async def test_purge_calls_all_rooms_with_the_same_end(connection, db, files, capsys):
    for number in range(33):
        book(connection, f"s{number:03}", provider="peer")
    connection.execute("DELETE FROM platform_events")
    runs = [context(db, files) for _ in range(2)]
    for run in runs:
        await retention.purge(run)

    assert [len(run.rooms.called) for run in runs] == [20, 13]
    assert [each for run in runs for each in run.rooms.called] == [
        f"s{number:03}" for number in range(33)
    ]
    assert backlogs(capsys) == ["rooms"]


@pytest.mark.parametrize("settings", [SETTINGS, Settings(chat_kept_days=0)])
async def test_purge_calls_the_room_of_a_deleted_session(connection, db, files, settings):
    book(connection, scheduled_end=NOW + DAY)
    insert(connection, "deleted_sessions", id="gone", deleted_at=NOW)
    first, again = (context(db, files, settings=settings) for _ in range(2))
    await retention.purge(first)
    await retention.purge(again)

    assert (first.rooms.called, again.rooms.called) == (["gone"], [])


@pytest.mark.usefixtures("_small_rounds")
async def test_purge_calls_a_silent_room_for_a_week_and_all_others(connection, db, files):
    for number in range(30):
        insert(connection, "deleted_sessions", id=f"s{number:03}", deleted_at=NOW)
    counts = []
    for days in (0, 1, 8):
        ctx = context(db, files, NOW + days * DAY)
        ctx.rooms.broken = {f"s{number:03}" for number in range(10)}
        await retention.purge(ctx)
        counts.append(len(ctx.rooms.called))

    assert counts == [10, 10, 0]
    assert connection.execute("SELECT id FROM deleted_sessions").fetchall() == []


async def test_purge_calls_no_room_with_a_right_alarm(connection, db, files):
    await retention.purge(context(db, files, END))
    book(connection, provider="peer", created_at=END + 2 * DAY, scheduled_end=END + 3 * DAY)
    later = context(db, files)
    await retention.purge(later)
    shorter = replace(SETTINGS, chat_kept_days=4)
    changed, again = (context(db, files, NOW + days * DAY, shorter) for days in (1, 2))
    await retention.purge(changed)
    await retention.purge(again)

    assert [each.rooms.called for each in (later, changed, again)] == [[], [], []]


async def test_purge_calls_expired_rooms_after_a_change_of_the_setting(connection, db, files):
    await retention.purge(context(db, files, END))
    book(connection, provider="peer", created_at=END + 2 * DAY, scheduled_end=NOW - 4 * DAY)
    called = []
    for days, kept in ((0, 5), (1, 4), (2, 4)):
        settings = replace(SETTINGS, chat_kept_days=kept)
        ctx = context(db, files, NOW + days * DAY - DAY // 2, settings)
        await retention.purge(ctx)
        called.append(ctx.rooms.called)

    assert called == [[], ["s1"], []]


NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
MANY_SESSIONS = f"""
INSERT INTO sessions (id, scheduled_end, course_id, student_id, teacher_id, scheduled_start, status,
                      provider, started_at, ended_at, created_at, updated_at)
{NUMBERS} SELECT printf('s%05d', i), scheduled_end + i, course_id, student_id, teacher_id,
                 scheduled_start, status, provider, started_at, ended_at, created_at, updated_at
            FROM n, sessions
"""  # noqa: S608
MANY_MAILS = """
INSERT INTO mails (id, session_id, user_id, kind, state, scheduled_start, due_at, created_at)
SELECT s.id || k.value || u.value, s.id, u.value, k.value, 'sent', ?1, ?1, ?1
  FROM sessions s, json_each('["1h", "24h"]') k, json_each('["student", "teacher"]') u
"""


async def test_purge_deletes_a_large_backlog_within_a_day(connection, db, files):
    """10,000 rooms and 40,000 mails that have expired."""
    book(connection, "s00000", provider="peer")
    connection.execute(MANY_SESSIONS)
    connection.execute(MANY_MAILS, [START])
    called = []
    for hour in range(24):
        ctx = context(db, files, NOW + hour * HOUR)
        await retention.purge(ctx)
        called += ctx.rooms.called

    assert called == [f"s{number:05}" for number in range(10_000)]
    assert connection.execute("SELECT count(*) FROM mails").fetchone()[0] == 0


async def test_purge_continues_after_a_killed_run(connection, db, files):
    for number in range(350):
        book(connection, f"s{number:03}", provider="peer", scheduled_end=END + number)
    killed, after = (context(db, files, NOW + hours * HOUR) for hours in (0, 1))

    async def forget_chat(session_id):
        if session_id == "s250":
            raise DiedError
        killed.rooms.called.append(session_id)

    killed.rooms.forget_chat = forget_chat
    with pytest.raises(DiedError):
        await retention.purge(killed)
    await retention.purge(after)

    assert killed.rooms.called == [f"s{number:03}" for number in range(250)]
    assert after.rooms.called == [f"s{number:03}" for number in range(200, 350)]


async def test_purge_calls_a_silent_room_again_the_next_day(connection, db, files):
    for number in range(3):
        book(connection, f"s{number}", provider="peer")
    called = []
    for days in (0, 1, 2):
        ctx = context(db, files, NOW + days * DAY)
        ctx.rooms.broken = {"s1"} if days == 0 else set()
        await retention.purge(ctx)
        called.append(ctx.rooms.called)

    assert called == [["s0", "s2"], ["s1"], []]


async def test_purge_runs_daily_and_repeats_failures_hourly(connection, db, files):
    book(connection)
    add_resource(connection, files, "file")
    working = files.delete

    async def broken(_keys):
        raise OSError("no bucket")

    files.delete = broken
    with pytest.raises(OSError, match="no bucket"):
        await retention.purge(context(db, files))
    files.delete = working
    row = {"event": "x", "session_id": "s1", "data": "{}", "created_at": NOW - 8 * DAY}
    insert(connection, "analytics_events", **row)
    await retention.purge(context(db, files, NOW + HOUR))
    assert ids(connection) == []
    assert len(connection.execute("SELECT * FROM analytics_events").fetchall()) == 1
    await retention.purge(context(db, files, NOW + DAY))

    assert connection.execute("SELECT * FROM analytics_events").fetchall() == []


async def test_purge_deletes_old_events_and_webhooks(connection, db, files):
    for age in (6, 8):
        row = {"event": "x", "session_id": "s1", "data": "{}", "created_at": NOW - age * DAY}
        insert(connection, "analytics_events", **row)
    for age in (29, 31):
        row = {"provider": "resend", "event_id": str(age), "received_at": NOW - age * DAY}
        insert(connection, "webhook_events", **row)
    await retention.purge(context(db, files))

    rows = connection.execute("SELECT created_at FROM analytics_events").fetchall()
    assert [row[0] for row in rows] == [NOW - 6 * DAY]
    assert [row[0] for row in connection.execute("SELECT event_id FROM webhook_events")] == ["29"]


@pytest.mark.usefixtures("_small_rounds")
async def test_purge_deletes_many_events_and_outbox_mails_in_several_runs(
    connection, db, files, capsys
):
    written = {"to_email": "a@example.com", "subject": "s", "html": "h", "text": "t"}
    for number in range(25):
        row = {"event": "x", "session_id": "s1", "data": "{}", "created_at": NOW - 8 * DAY}
        insert(connection, "analytics_events", **row)
        insert(connection, "outbox", id=f"o{number}", **written, created_at=NOW - 91 * DAY)
    await retention.purge(context(db, files))
    assert backlogs(capsys) == ["mails", "events"]
    await retention.purge(context(db, files))

    assert backlogs(capsys) == []
    for table in ("analytics_events", "outbox"):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0  # noqa: S608


async def test_purge_deletes_mails_by_session_and_the_outbox_by_age(connection, db, files):
    for session_id, end in (("old", NOW - 91 * DAY), ("recent", NOW - 89 * DAY)):
        book(connection, session_id, scheduled_start=end - HOUR, scheduled_end=end)
        for user_id in ("student", "teacher"):
            mail = {"session_id": session_id, "user_id": user_id, "kind": "1h", "state": "sent"}
            times = {"scheduled_start": end - HOUR, "due_at": end - 2 * HOUR, "created_at": end}
            insert(connection, "mails", id=f"{session_id}-{user_id}", **mail, **times)
        written = {"to_email": "a@example.com", "subject": "s", "html": "h", "text": "t"}
        insert(connection, "outbox", id=session_id, **written, created_at=end)
    await retention.purge(context(db, files))

    left = [row[0] for row in connection.execute("SELECT id FROM mails ORDER BY id")]
    assert left == ["recent-student", "recent-teacher"]
    assert [row[0] for row in connection.execute("SELECT id FROM outbox")] == ["recent"]


@pytest.mark.usefixtures("_small_rounds")
async def test_purge_deletes_orphans_after_a_day(connection, db, files):
    book(connection, scheduled_end=NOW - DAY)
    add_resource(connection, files, "file")
    files.objects["sessions/gone/resources/old"] = (b"x", NOW - 2 * DAY)
    files.objects["sessions/gone/resources/new"] = (b"x", NOW - HOUR)
    for number in range(15):
        files.objects[f"sessions/other/resources/{number:03}"] = (b"x", NOW - 2 * DAY)
    await retention.purge(context(db, files))

    assert sorted(key.rsplit("/", 1)[1] for key in files.objects) == ["file", "new"]


async def test_purge_deletes_what_browsers_have_sent_of_failed_recordings(connection, db, files):
    """Pieces are no orphans while their recording waits for another attempt."""
    settings = replace(SETTINGS, recordings_kept_days=200)
    recording = {"record_id": "r1", "session_id": "s1", "provider": "peer", "state": "failed"}
    recording |= {"sender_id": "teacher", "device": "0" * 16, "format": "mp4"}
    book(connection)
    insert(connection, "recordings", **recording, created_at=END, updated_at=END)
    for start in (0, 900):
        key = f"sessions/s1/recordings/r1/{start:010}-900"
        piece = {"record_id": "r1", "start_byte": start, "size_bytes": 900, "r2_key": key}
        insert(connection, "received_pieces", **piece)
        files.objects[key] = (b"x", END)
    files.objects["sessions/s1/recordings/r1/0000000900-7"] = (b"lost", END)
    await retention.purge(context(db, files, settings=settings))
    kept = sorted(files.objects)
    await retention.purge(context(db, files, NOW + 101 * DAY, settings))

    assert kept == [f"sessions/s1/recordings/r1/{start:010}-900" for start in (0, 900)]
    assert files.objects == {}
    assert connection.execute("SELECT * FROM received_pieces").fetchall() == []


@pytest.mark.usefixtures("_small_rounds")
async def test_purge_finds_orphans_among_many_files(connection, db, files):
    book(connection, scheduled_end=NOW - DAY)
    for number in range(45):
        add_resource(connection, files, f"f{number:03}")
    files.objects["sessions/s1/resources/z-last"] = (b"x", NOW - 2 * DAY)
    for _ in range(3):
        await retention.purge(context(db, files))
    assert "sessions/s1/resources/z-last" not in files.objects
    files.objects["sessions/s1/resources/a-first"] = (b"x", NOW - 2 * DAY)
    await retention.purge(context(db, files, NOW + DAY))

    assert len(files.objects) == 45


@pytest.mark.parametrize(
    ("changes", "stays"),
    [
        ({"status": "uploading", "updated_at": NOW - 2 * HOUR}, False),
        ({"status": "uploading", "updated_at": NOW - HOUR // 2}, True),
        ({"status": "uploading", "updated_at": NOW - 2 * HOUR, "upload_id": "u"}, True),
        ({"status": "uploading", "updated_at": NOW - 25 * HOUR, "upload_id": "u"}, False),
        ({"status": "uploading", "updated_at": NOW - 25 * HOUR, "type": "recording"}, True),
        ({"status": "deleted", "updated_at": NOW - 16 * 60}, False),
        ({"status": "deleted", "updated_at": NOW - 14 * 60}, True),
        ({"status": "ready", "updated_at": 1}, True),
    ],
)
async def test_sweep_removes_abandoned_and_deleted_files(connection, db, files, changes, stays):
    book(connection)
    add_resource(connection, files, "file", **changes)
    await cleanup.sweep(context(db, files))

    assert ids(connection) == (["file"] if stays else [])
    assert len(files.objects) == int(stays)
