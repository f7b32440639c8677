"""What the platform hears: each event at least once, in order, signed, and nothing else."""

import base64
import json
import os
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from context import HTTPAnswer
from events import sending
from tests.unit.call_world import MINUTE, Browser, call_world, run_until_quiet
from tests.unit.cast import HOUR, START, booking
from tests.unit.faults import DiedError, How, Outage

URL = "https://platform.example.com/hooks"
SECRETS = tuple(f"whsec_{base64.b64encode(bytes([n]) * 24).decode()}" for n in (1, 2))
MID = START + MINUTE
DAY = 24 * HOUR


class Platform:
    """A receiver. `mood` decides the next answers, one each; then it takes everything."""

    def __init__(self, world):
        self.world, self.mood = world, []
        self.got, self.seen = [], []
        """Events that it has taken, and all that arrived, in order."""

    def __call__(self, headers, body):
        event = json.loads(body)
        self.seen.append((headers, body))
        mood = self.mood.pop(0) if self.mood else "takes"
        if mood == "slow":
            self.world.now += 10
        if mood == "silent":
            self.world.now += 15
            raise TimeoutError
        if mood in ("takes", "slow", "loses its answer"):
            self.got.append(event)
        if mood == "loses its answer":
            raise ConnectionError
        status = {"fails": 500, "redirects": 302, "gone": 410}.get(mood, 204)
        return HTTPAnswer(status, [("Location", URL)], b"")

    def types(self, session_id="s1"):
        return [event["type"] for event in self.got if event["session_id"] == session_id]


def listening(world):
    world.settings = replace(
        world.settings, platform_webhook_url=URL, platform_webhook_secret=SECRETS
    )
    world.receiver = Platform(world)
    return world.receiver


async def settle(world):
    """Run the minute's work until nothing is pending, for four days at most."""
    for _ in range(4 * 24 * 60):
        await sending.sweep(world.context())
        if not world.rows("SELECT 1 FROM platform_events WHERE state = 'pending'"):
            return
        world.now += max(MINUTE, next_due(world) - world.now)


def next_due(world):
    [(due,)] = world.rows("SELECT min(not_before) FROM platform_events WHERE state = 'pending'")
    return due


def log_of(world, session_id="s1"):
    rows = world.rows("SELECT session_id, sequence, type FROM platform_events ORDER BY number")
    return [(sequence, kind) for session, sequence, kind in rows if session == session_id]


async def test_platform_hears_of_a_lesson_at_once_and_in_order():
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        await world.platform_puts()
        student, teacher = Browser(world, "student"), Browser(world, "teacher")
        await student.open()
        await teacher.open()
        await run_until_quiet(world, student, teacher)
        await world.press("POST", "/session/s1/end", "teacher")

        assert platform.types() == [
            "session.booked",
            "participant.joined",
            "participant.joined",
            "session.started",
            "session.ended",
            "participant.left",
            "participant.left",
        ]
        assert [event["sequence"] for event in platform.got] == list(range(1, 8))
        joined = platform.got[1]
        assert joined["data"] == {"user_id": "student", "joined_at": MID, "role": "student"}


async def test_nothing_is_sent_for_what_did_not_happen():
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        await world.platform_puts()
        await world.press("POST", "/platform/sessions/s1/cancel", "platform")
        await world.press("POST", "/platform/sessions/s1/cancel", "platform")
        assert (await world.press("POST", "/session/s1/join", "student")).status != 200

        assert platform.types() == ["session.booked", "session.cancelled"]


async def test_both_hear_of_a_move_with_the_times_before():
    with call_world("peer", now=START - DAY) as world:
        platform = listening(world)
        await world.platform_puts()
        await world.platform_puts(scheduled_start=START + HOUR, scheduled_end=START + 2 * HOUR)

        moved = platform.got[-1]
        assert moved["type"] == "session.rescheduled"
        assert moved["data"]["previous_start"] == START
        assert moved["data"]["scheduled_start"] == START + HOUR
        assert moved["data"]["asked_by"] is None


async def test_a_move_that_two_people_agreed_on_names_who_asked_for_it():
    with call_world("peer", now=START - DAY) as world:
        platform = listening(world)
        await world.platform_puts()
        later = START + 3 * HOUR
        path = "/session/s1/reschedule"
        asked = await world.press("POST", path, "student", {"proposed_times": [later]})
        request_id = json.loads(asked.body)["id"]
        answer = {"request": request_id, "choice": later}
        assert (await world.press("POST", f"{path}/answer", "teacher", answer)).status == 200

        moved = platform.got[-1]
        assert moved["type"] == "session.rescheduled"
        assert moved["data"]["asked_by"] == "student"
        assert moved["data"]["request_id"] == request_id
        assert moved["data"]["status"] == "scheduled"


async def test_a_booking_says_whether_it_is_recorded():
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        await world.platform_puts(recording_enabled=True)

        assert platform.got[0]["data"]["recording_enabled"] is True


async def test_many_bookings_are_told_at_once():
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        many = [booking(id=f"s{number}") for number in range(40)]
        await world.press("PUT", "/platform/sessions", "platform", {"sessions": many})

        told = {event["session_id"] for event in platform.got}
        assert told == {each["id"] for each in many}


async def test_a_deleted_persons_sessions_are_cancelled_and_told_at_once():
    with call_world("peer", now=START - DAY) as world:
        platform = listening(world)
        await world.platform_puts()
        await world.press("DELETE", "/platform/people/student?cancel=true", "platform")

        assert platform.types() == ["session.booked", "session.cancelled"]
        assert platform.got[-1]["data"]["scheduled_start"] == START


async def test_a_failed_event_holds_back_its_session_alone():
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        platform.mood = ["fails"]
        await world.platform_puts()
        await world.press("POST", "/platform/sessions/s1/cancel", "platform")
        assert platform.got == []
        world.book("s2")
        await sending.sweep(world.context())
        assert platform.types("s2") == ["session.booked"]
        assert platform.types() == []

        world.now += 5
        await sending.sweep(world.context())
        assert platform.types() == ["session.booked", "session.cancelled"]


async def test_an_event_is_dead_after_three_days_and_later_ones_follow():
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        platform.mood = ["fails"] * 13
        await world.platform_puts()
        await world.press("POST", "/platform/sessions/s1/cancel", "platform")
        began = world.now
        await settle(world)

        assert 2.5 * DAY < world.now - began < 3.5 * DAY
        assert platform.types() == ["session.cancelled"]
        shown = await world.press("GET", "/platform/events?state=dead", "platform")
        [dead] = json.loads(shown.body)["events"]
        assert dead["delivery"]["last_error"] == "status 500"
        assert dead["delivery"]["attempts"] == 13

        again = await world.press("POST", f"/platform/events/{dead['id']}/retry", "platform")
        assert again.status == 202
        assert platform.types() == ["session.cancelled", "session.booked"]


@pytest.mark.parametrize(
    ("mood", "attempts"), [("gone", 1), ("redirects", 2), ("silent", 2), ("fails", 2)]
)
async def test_an_answer_decides_whether_an_event_is_tried_again(mood, attempts):
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        platform.mood = [mood]
        await world.platform_puts()
        await settle(world)

        assert len(platform.seen) == attempts
        assert len(platform.got) == attempts - 1


async def test_a_platform_that_is_down_stops_the_sweep_early():
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        for number in range(60):
            world.book(f"s{number}")
        platform.mood = ["fails"] * 60
        await sending.sweep(world.context())
        assert len(platform.seen) < 2 * sending.FAILURES_IN_ROW


async def test_a_sweep_delivers_all_events_of_many_sessions_in_order():
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        for number in range(20):
            world.book(f"s{number}")
            for _ in range(number % 4):
                stay(world, f"s{number}", ends=False)
                stay(world, f"s{number}", ends=True)
        calls = len(world.outage.calls)
        await sending.sweep(world.context())

        assert not world.rows("SELECT 1 FROM platform_events WHERE state <> 'delivered'")
        for number in range(20):
            told = [e["sequence"] for e in platform.got if e["session_id"] == f"s{number}"]
            assert told == list(range(1, 2 + 2 * (number % 4)))
        round_trips = [name for name in world.outage.calls[calls:] if name.startswith("d1")]
        assert len(round_trips) < len(platform.got) / 2


async def test_what_a_run_has_no_time_for_is_due_at_once_and_not_counted(monkeypatch):
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        clock = SimpleNamespace(monotonic=lambda: float(world.now))
        monkeypatch.setattr(sending, "time", clock)
        for number in range(60):
            world.book(f"s{number}")
        platform.mood = ["slow"] * 60
        await sending.sweep(world.context())

        left = world.rows(
            "SELECT attempts, not_before FROM platform_events WHERE delivered_at IS NULL"
        )
        assert 0 < len(platform.got) < 60
        assert len(left) == 60 - len(platform.got)
        assert {tuple(row) for row in left} == {(0, 0)}


async def test_the_log_is_read_in_pages():
    with call_world("peer", now=MID) as world:
        for number in range(5):
            world.book(f"s{number}")
        seen, after = [], 0
        while True:
            page = await world.press("GET", f"/platform/events?after={after}&limit=2", "platform")
            answer = json.loads(page.body)
            if not answer["events"]:
                break
            seen += [event["session_id"] for event in answer["events"]]
            after = answer["next"]
        assert seen == [f"s{number}" for number in range(5)]
        assert (await world.press("GET", "/platform/events", "student")).status == 401
        assert (await world.press("GET", "/platform/events?limit=0", "platform")).status == 422


async def test_a_delivery_is_verified_by_standard_webhooks(monkeypatch):
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        await world.platform_puts()
        headers, body = platform.seen[0]
        monkeypatch.setattr("standardwebhooks.webhooks.datetime", _clock_at(MID))
        for secret in SECRETS:
            assert Webhook(secret).verify(body, headers)["type"] == "session.booked"


def _clock_at(now):
    from datetime import UTC, datetime  # noqa: PLC0415

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromtimestamp(now, tz or UTC)

    return Clock


MOODS = ("takes", "slow", "silent", "loses its answer", "fails", "redirects", "gone")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["book", "book all", "join", "leave", "cancel", "sweep", "sweep"]),
        st.sampled_from(["s0", "s1", "s2"]),
        st.lists(st.sampled_from(MOODS), max_size=3),
        st.one_of(st.none(), st.tuples(st.integers(0, 8), st.sampled_from(list(How)))),
    ),
    max_size=20,
)


# `EXAMPLES=1000` looks further.
@settings(max_examples=int(os.environ.get("EXAMPLES", "150")))
@given(steps=STEPS)
async def test_every_event_arrives_whatever_fails(steps):
    """The sender dies anywhere, answers get lost, the receiver fails, is slow, or says 410."""
    with call_world("peer", now=MID) as world:
        platform = listening(world)
        gone = set()
        for what, session, moods, fault in steps:
            platform.mood = list(moods)
            world.outage = Outage(*fault) if fault else Outage()
            await act(world, what, session)
            world.heal()
            world.now += 7
        platform.mood = []
        await settle(world)

        events = {
            row[0]: row
            for row in world.rows("SELECT id, session_id, sequence, state FROM platform_events")
        }
        gone = {event for event, row in events.items() if row[3] == "dead"}
        got = {event["id"] for event in platform.got}
        assert got <= events.keys(), "something was told that is not in the log"
        assert events.keys() - gone <= got, "an event was lost"
        bodies = {}
        for _, body in platform.seen:
            assert bodies.setdefault(json.loads(body)["id"], body) == body
        for session in {row[1] for row in events.values()}:
            first = list(dict.fromkeys(e["id"] for e in platform.got if e["session_id"] == session))
            order = [events[event][2] for event in first]
            assert order == sorted(order), "a session's events overtook one another"


async def act(world, what, session):
    with suppress(DiedError, Exception):
        if what == "sweep":
            await sending.sweep(world.context())
        elif what == "book":
            await put(world, session)
        elif what == "book all":
            many = [booking(id=f"s{number}") for number in range(3)]
            await world.press("PUT", "/platform/sessions", "platform", {"sessions": many})
        elif what == "cancel":
            await world.press("POST", f"/platform/sessions/{session}/cancel", "platform")
        else:
            stay(world, session, ends=what == "leave")
            await sending.deliver(world.context(), session)


async def put(world, session):
    await world.press("PUT", f"/platform/sessions/{session}", "platform", booking())


def stay(world, session, *, ends):
    """What a room writes when the student comes or leaves."""
    run = world.connection.execute
    if not run("SELECT 1 FROM sessions WHERE id = ?", [session]).fetchall():
        return
    if ends:
        run(
            "UPDATE attendance SET left_at = max(?, last_joined_at)"
            " WHERE session_id = ? AND left_at IS NULL",
            [world.now, session],
        )
    else:
        run(
            "INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at)"
            " VALUES (?1, 'student', ?2, ?2) ON CONFLICT DO UPDATE"
            " SET left_at = NULL, last_joined_at = ?2 WHERE left_at IS NOT NULL",
            [session, world.now],
        )
    world.connection.commit()
