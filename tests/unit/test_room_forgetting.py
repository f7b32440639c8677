"""A room deletes all its data by its own alarm."""

import json
from dataclasses import replace

import pytest

import retention
from room import reconciler
from tests.unit.cast import DAY, END, HOUR, MINUTE, OPENS, START, booked_person, booking
from tests.unit.faults import Case, World, running

PAGE = "5" * 16
KEPT = 90 * DAY
LINE = '{"type": "chat", "id": "0123456789abcdef", "text": "Hello"}'


def make():
    return World(now=OPENS)


async def prepare(world):
    world.book()


async def nothing(_world):
    pass


@pytest.fixture
async def world():
    """Give a lesson that has ended, with both people and one line of chat."""
    with running(Case(prepare, nothing, make=make)) as world:
        await prepare(world)
        sockets = [await world.connect(role, PAGE) for role in ("student", "teacher")]
        await world.rooms.run("s1", "webSocketMessage", sockets[0], LINE)
        await world.rooms.alarms(END + HOUR)
        assert filled_tables(world) == ["chat", "memory"]
        yield world


def filled_tables(world, session_id="s1"):
    """The room's tables with rows."""
    sql = world.rooms.states[session_id].storage.sql
    tables = ("chat", "memory")
    return [each for each in tables if sql.exec(f"SELECT * FROM {each}").toArray()]  # noqa: S608


async def test_room_deletes_data_by_its_own_alarm(world):
    world.rooms.evict()
    await world.rooms.alarms(END + KEPT)
    assert filled_tables(world) == ["chat", "memory"]
    await world.rooms.alarms(END + KEPT + 1)

    assert filled_tables(world) == []
    assert world.rooms.states["s1"].alarm is None


async def test_room_reads_kept_days_again_when_deletion_is_due(world):
    world.settings = replace(world.settings, chat_kept_days=100)
    await world.rooms.alarms(END + 99 * DAY)
    assert filled_tables(world) == ["chat", "memory"]
    world.settings = replace(world.settings, chat_kept_days=0)
    await world.rooms.alarms(END + 1000 * DAY)

    assert filled_tables(world) == ["chat", "memory"]


async def test_moved_session_is_kept_from_its_new_end():
    """The move deletes the attendance of the old time; the room keeps its chat."""
    with running(Case(prepare, nothing, make=make)) as world:
        await prepare(world)
        socket = await world.connect("student", PAGE)
        await world.rooms.run("s1", "webSocketMessage", socket, LINE)
        moved = booking(scheduled_start=START + DAY, scheduled_end=END + DAY)
        await world.press("PUT", "/platform/sessions/s1", "platform", moved)
        await world.rooms.alarms(END + DAY + KEPT)
        assert filled_tables(world) == ["chat", "memory"]
        await world.rooms.alarms(END + DAY + KEPT + 1)

        assert filled_tables(world) == []


async def test_room_retries_deletion_after_d1_outage(world):
    await world.rooms.alarms(END + KEPT)
    world.outage.service_down = "d1"
    await world.rooms.alarms(END + KEPT + 30)
    assert filled_tables(world) == ["chat", "memory"]
    world.heal()
    await world.rooms.alarms(END + KEPT + HOUR)

    assert filled_tables(world) == []


async def test_purge_deletes_room_data_of_deleted_session(world):
    world.connection.execute("INSERT INTO deleted_sessions VALUES ('s1', ?)", [world.now])
    world.connection.execute("DELETE FROM sessions")
    await retention.purge(world.context())

    assert filled_tables(world) == []
    assert world.rows("SELECT * FROM deleted_sessions") == []


async def test_room_keeps_memory_while_end_of_call_is_pending(world):
    pending = {"plugnmeet/lesson": {"since": world.now, "again_at": world.now + HOUR}}
    world.rooms.awake("s1")._memory.pending_ends.update(pending)
    world.connection.execute("DELETE FROM sessions")
    await world.rooms.run("s1", "refresh")
    assert filled_tables(world) == ["chat", "memory"]
    world.rooms.awake("s1")._memory.pending_ends.clear()
    await world.rooms.alarms(world.now + 2 * reconciler.FORGET_RETRY_S)

    assert filled_tables(world) == []


async def test_purge_deletes_data_of_room_without_alarm(world):
    """An older release has set no alarm, and its memory has no time for it."""
    state = world.rooms.states["s1"]
    [row] = state.storage.sql.exec("SELECT state FROM memory").toArray()
    memory = json.loads(row["state"])
    del memory["forget_at"]
    state.storage.sql.exec("UPDATE memory SET state = ?", json.dumps(memory))
    state.alarm = None
    world.rooms.evict()
    world.now = END + KEPT + HOUR
    await retention.purge(world.context())

    assert filled_tables(world) == []


async def test_lobby_of_forgotten_room_stores_nothing(world):
    await world.rooms.alarms(END + KEPT + HOUR)
    await world.connect("student", f"{PAGE}&watch=1")

    assert filled_tables(world) == []


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (90 - 1, "] Student Example: Hello\n"),
        (90, "\n\nThe chat has been deleted, 90 days after the session.\n"),
    ],
)
async def test_chat_file_mentions_deletion_after_kept_days(world, days, says):
    """The file mentions it from that time on, also if the room is minutes late."""
    world.now = END + days * DAY
    file = await world.press("GET", "/session/s1/chat.txt")

    assert file.body.endswith(says)
    assert ("Nobody wrote" in file.body) is False


@pytest.mark.parametrize(
    ("kept_days", "after_days", "chat", "empty"),
    [
        ({}, 89, True, "shares with you will appear here."),
        ({}, 90, False, "shares with you will appear here."),
        ({}, 365, False, "Files are deleted 365 days after the session."),
        (
            {"chat_kept_days": 0, "resources_kept_days": 0},
            400,
            True,
            "shares with you will appear here.",
        ),
    ],
)
async def test_page_mentions_deleted_files_and_hides_deleted_chat(
    world, kept_days, after_days, chat, empty
):
    world.settings = replace(world.settings, **kept_days)
    world.now = END + after_days * DAY
    page = await world.press("GET", "/session/s1")
    text = "".join(page.body) if not isinstance(page.body, str) else page.body

    assert empty in text
    assert ("/chat.txt" in text) is chat


@pytest.mark.parametrize("wrote", [True, False])
async def test_page_offers_chat_only_with_lines(wrote):
    with running(Case(prepare, nothing, make=make)) as world:
        await prepare(world)
        sockets = [await world.connect(role, PAGE) for role in ("student", "teacher")]
        if wrote:
            await world.rooms.run("s1", "webSocketMessage", sockets[0], LINE)
        # The record has it at once, without another event in the room.
        assert world.rows("SELECT status, has_chat FROM sessions") == [("in_progress", wrote)]
        await world.rooms.alarms(END + HOUR)
        page = await world.press("GET", "/session/s1")

        assert 'class="outcome"' in page.body
        assert ("/chat.txt" in page.body) is wrote


async def test_first_line_is_recorded_after_d1_outage():
    with running(Case(prepare, nothing, make=make)) as world:
        await prepare(world)
        sockets = [await world.connect(role, PAGE) for role in ("student", "teacher")]
        world.outage.service_down = "d1"
        await world.rooms.run("s1", "webSocketMessage", sockets[0], LINE)
        world.heal()
        assert world.rows("SELECT has_chat FROM sessions") == [(0,)]
        await world.rooms.alarms(world.now + MINUTE)

        assert world.rows("SELECT has_chat FROM sessions") == [(1,)]


async def test_page_offers_chat_of_older_release(world):
    world.connection.execute("UPDATE sessions SET has_chat = NULL")
    page = await world.press("GET", "/session/s1")

    assert "/chat.txt" in page.body


@pytest.mark.parametrize("wrote", [True, False])
async def test_page_distinguishes_deleted_chat_from_empty_chat(wrote):
    """The line is older than the lesson's start; before that the record has no note of the chat."""
    with running(Case(prepare, nothing, make=make)) as world:
        await prepare(world)
        student = await world.connect("student", PAGE)
        if wrote:
            await world.rooms.run("s1", "webSocketMessage", student, LINE)
        await world.connect("teacher", PAGE)
        await world.rooms.alarms(END + KEPT + HOUR)
        assert filled_tables(world) == []
        world.settings = replace(world.settings, chat_kept_days=0)
        file = await world.press("GET", "/session/s1/chat.txt")
        page = await world.press("GET", "/session/s1")

        end = "The chat has been deleted." if wrote else "Nobody wrote anything."
        assert file.body.endswith(f"\n\n{end}\n")
        assert ("The chat has been deleted." in page.body) is wrote
        assert "/chat.txt" not in page.body


async def test_room_deletes_id_of_replaced_person():
    with running(Case(prepare, nothing, make=make)) as world:
        await prepare(world)
        for role in ("student", "teacher"):
            await world.connect(role, PAGE)
        sql = world.rooms.states["s1"].storage.sql
        world.connection.execute("UPDATE sessions SET status = 'scheduled', started_at = NULL")
        before = sql.exec("SELECT state FROM memory").toArray()[0]["state"]
        body = booking(student=booked_person("stranger"))
        await world.press("PUT", "/platform/sessions/s1", "platform", body)
        await world.rooms.refresh("s1")
        after = sql.exec("SELECT state FROM memory").toArray()[0]["state"]

        assert '"user_id": "student"' in before
        assert '"user_id": "student"' not in after
        assert '"user_id": "teacher"' in after


async def test_page_hides_deleted_chat_after_setting_changed_to_for_ever(world):
    await world.rooms.alarms(END + KEPT + HOUR)
    world.settings = replace(world.settings, chat_kept_days=0)
    page = await world.press("GET", "/session/s1")

    assert filled_tables(world) == []
    assert world.rows("SELECT has_chat FROM sessions") == [(0,)]
    assert "/chat.txt" not in page.body
