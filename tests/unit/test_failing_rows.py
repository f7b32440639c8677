"""A row, room or message that always fails does not stop the others."""

import json
from functools import partial

import pytest

import retention
import schedule
from errors import ServiceUnavailableError
from files import cleanup
from providers.base import Recording
from recordings import consumer, sources
from recordings.consumer import Message
from sessions import overdue
from tests.unit.booked import insert
from tests.unit.cast import DAY, END, HOUR, MINUTE, START
from tests.unit.faults import Case, DiedError, How, Outage, World, running

AHEAD = START + 3 * DAY


async def booked(world):
    world.book()


@pytest.fixture
def world():
    with running(Case(booked, booked)) as world:
        yield world


def add_mail(world, number, **changes):
    """Insert a due mail for a session of its own."""
    world.book(f"s{number}", scheduled_start=AHEAD, scheduled_end=AHEAD + HOUR)
    mail = {"session_id": f"s{number}", "user_id": "student", "kind": "24h", "id": f"m{number}"}
    mail |= {"scheduled_start": AHEAD, "due_at": START, "created_at": START}
    insert(world.connection, "mails", **mail | changes)


def states(world):
    return dict(world.rows("SELECT id, state FROM mails WHERE id LIKE 'm%'"))


async def ticks(world, count=5):
    for _ in range(count):
        world.now += MINUTE
        await schedule.run("* * * * *", world.context)
        await world.deferred()


async def test_mail_that_cannot_be_rendered_is_dead_and_others_are_sent(world):
    world.now = START
    for number in (1, 2, 3):
        add_mail(world, number)
    ask = {"id": "r2", "session_id": "s2", "asked_by": "teacher", "scheduled_start": AHEAD}
    ask |= {"proposed_starts": '["soon"]', "created_at": START}
    insert(world.connection, "reschedules", **ask)
    world.connection.execute(
        "UPDATE mails SET kind = 'reschedule_asked', reschedule_id = 'r2' WHERE id = 'm2'"
    )
    await ticks(world)

    assert states(world) == {"m1": "sent", "m2": "dead", "m3": "sent"}


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "../etc/passwd", "America"])
async def test_unknown_time_zone_counts_as_utc(world, zone):
    world.now = START
    add_mail(world, 1)
    world.connection.execute("UPDATE users SET time_zone = ? WHERE id = 'student'", [zone])
    await ticks(world)

    assert states(world) == {"m1": "sent"}
    assert "UTC" in world.mail.mails[0]["text"]


async def test_mail_to_a_rejected_address_is_dead_and_others_are_sent(world):
    world.now = START
    for number in (1, 2, 3):
        add_mail(world, number)
    world.connection.execute("UPDATE mails SET user_id = 'teacher' WHERE id = 'm2'")
    world.mail.refused_addresses.add("teacher@example.com")
    await ticks(world)

    assert states(world) == {"m1": "sent", "m2": "dead", "m3": "sent"}


async def test_malformed_frozen_text_is_dead_and_others_are_sent(world):
    """The sender of the batch died, and the repeated call has one text that is rejected."""
    world.now = START
    for number in (1, 2, 3):
        add_mail(world, number)
    world.outage = Outage(3, How.DIED)
    with pytest.raises(DiedError):
        await ticks(world, 1)
    world.heal()
    batch = world.rows("SELECT id, idempotency_key FROM mails WHERE state = 'sending'")
    assert len(batch) == 3
    world.connection.execute("UPDATE mails SET payload = '5' WHERE id = 'm2'")
    for number in (1, 3):
        text = {"from": "a@b.example", "to": ["student@example.com"], "subject": "s", "text": "t"}
        text["tags"] = [{"name": "mail", "value": f"m{number}"}]
        world.connection.execute(
            "UPDATE mails SET payload = ? WHERE id = ?", [json.dumps(text), f"m{number}"]
        )
    await ticks(world, 8)

    assert states(world) == {"m1": "sent", "m2": "dead", "m3": "sent"}
    assert set(world.mail.times_mailed().values()) == {1}


@pytest.mark.parametrize("broken", ["close_overdue", "tick", "sweep"])
async def test_failing_job_of_the_minute_does_not_stop_the_others(world, monkeypatch, broken):
    async def fail(_ctx):
        raise ServiceUnavailableError

    works = [fail if work.__name__ == broken else work for work in schedule.EACH_MINUTE]
    monkeypatch.setattr(schedule, "EACH_MINUTE", works)
    world.now = END + 2 * DAY
    world.book()
    file = {"id": "f1", "session_id": "s1", "name": "a", "type": "t", "r2_key": "k"}
    file |= {"size_bytes": 1, "created_at": START, "updated_at": START}
    insert(world.connection, "session_resources", **file)
    with pytest.raises(ServiceUnavailableError):
        await schedule.run("* * * * *", world.context)

    assert (world.rows("SELECT status FROM sessions") == [("completed",)]) is (
        broken != "close_overdue"
    )
    assert (world.rows("SELECT job FROM progress") == [("reminders",)]) is (broken != "tick")
    assert (world.rows("SELECT id FROM session_resources") == []) is (broken != "sweep")


def test_trigger_has_its_jobs():
    assert schedule.EACH_MINUTE[0] is overdue.close_overdue
    assert schedule.EACH_MINUTE[2] is cleanup.sweep
    assert schedule.WORK[schedule.HOURLY] == (retention.purge,)
    assert schedule.WORK[schedule.EACH_FIVE_MINUTES] == (consumer.sweep,)


class Source:
    """A provider with one recording for each room; its answer for `room2` is malformed."""

    async def list_recordings(self, room_id):
        if room_id == "room2":
            raise KeyError("record_id")
        return [Recording(f"rec-{room_id}", None)]


async def test_sweep_goes_on_after_a_malformed_provider_answer(world, monkeypatch):
    monkeypatch.setattr(sources, "of_provider", lambda _name, _ctx: Source())
    for number in (1, 2, 3):
        place = {"provider": "plugnmeet", "provider_room_id": f"room{number}"}
        world.book(
            f"s{number}", status="completed", ended_at=END + number, recording_enabled=1, **place
        )
    world.now = END + HOUR
    await consumer.sweep(world.context())

    assert sorted(world.queue) == ["rec-room1", "rec-room3"]


async def test_sweep_queries_all_providers_while_the_queue_is_down(world, monkeypatch):
    monkeypatch.setattr(sources, "of_provider", lambda _name, _ctx: Source())
    for number in (1, 3):
        place = {"provider": "plugnmeet", "provider_room_id": f"room{number}"}
        world.book(f"s{number}", status="completed", ended_at=END, recording_enabled=1, **place)
    world.now = END + HOUR
    world.outage.service_down = "queue"
    await consumer.sweep(world.context())
    assert world.outage.calls.count("queue.send") == 2
    world.heal()
    world.now += 15 * MINUTE
    await consumer.sweep(world.context())

    assert sorted(world.queue) == ["rec-room1", "rec-room3"]


async def test_failing_message_does_not_affect_the_others(world):
    world.book(status="completed", ended_at=END)
    for number in (1, 2, 3):
        row = {"record_id": f"rec{number}", "session_id": "s1", "provider": "plugnmeet"}
        insert(world.connection, "recordings", **row, created_at=END, updated_at=END)
    outcomes = []
    messages = [
        Message(
            {"record_id": f"rec{number}"},
            1,
            partial(outcomes.append, f"rec{number} acked"),
            outcomes.append,
        )
        for number in (1, 2, 3)
    ]
    world.outage = Outage(1, How.BEFORE)
    await consumer.consume(world.context(), "staging-recordings-dead", messages)

    assert outcomes == ["rec1 acked", 30, "rec3 acked"]
    assert world.rows("SELECT record_id FROM recordings WHERE state = 'failed'") == [
        ("rec1",),
        ("rec3",),
    ]


async def test_purge_calls_all_rooms_though_one_fails(world, monkeypatch):
    called = []

    async def run(session_id, method):
        called.append(session_id)
        if session_id == "s2":
            raise ServiceUnavailableError

    monkeypatch.setattr(world.rooms, "run", run)
    for number in (1, 2, 3):
        end = END + number * DAY
        world.book(f"s{number}", status="completed", scheduled_end=end, ended_at=end)
        stay = {"session_id": f"s{number}", "user_id": "student", "left_at": END}
        insert(world.connection, "attendance", **stay, first_joined_at=START, last_joined_at=START)
    days = {}
    for day in (95, 96, 110, 111):
        called.clear()
        world.now = END + day * DAY
        await retention.purge(world.context())
        days[day] = list(called)

    # The purge gives up after a week.
    assert days == {95: ["s1", "s2", "s3"], 96: ["s2"], 110: ["s2"], 111: []}


async def test_purge_goes_on_after_a_failing_kind(world):
    world.book(status="completed", ended_at=END)
    for event_id, age in (("old", 40), ("new", 1)):
        row = {"provider": "resend", "event_id": event_id, "received_at": END - age * DAY}
        insert(world.connection, "webhook_events", **row)
    world.now = END
    world.outage = Outage(1, How.BEFORE)
    with pytest.raises(ServiceUnavailableError):
        await retention.purge(world.context())

    assert world.rows("SELECT event_id FROM webhook_events") == [("new",)]


async def test_failing_analytics_dataset_breaks_no_response(world, monkeypatch):
    def fail(*_args):
        raise RuntimeError("too many data points")

    monkeypatch.setattr(World, "_note", fail)
    world.book()
    response = await world.press("GET", "/session/s1")

    assert response.status == 200
