"""A room in random sequences of all events: both people must end up in one call.

In a state machine two people join, lose their sockets, leave and join again, in several pages. The
platform moves, changes and cancels the session. The provider fails, and its requests arrive late,
twice, in another order or never. The room is evicted, and time passes. Once it is quiet, both are
in one call, the record is correct, and no call goes on for a closed room.
"""

import asyncio
import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, currently_in_test_context, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from db import sessions as sessions_db
from domain import rules
from domain.model import Role, Session
from tests.unit.call_world import Browser, CallWorld, call_world, run_until_quiet
from tests.unit.cast import DAY, HOUR, MINUTE, START, booked_person

OWN_MEETING = "https://other.example/meeting"
ROLES = st.sampled_from(["student", "teacher"])
FAULTS = st.lists(st.sampled_from(["error", "slow", "cut off"]), min_size=1, max_size=3)
# Steps before the rules that end most of the session.
LATE = 10
# A room reads its record each minute, and retries the end of a call 45 s after a slow failure.
QUIET_S = 3 * MINUTE


class Rooms(RuleBasedStateMachine):
    """One session of an hour, booked ten minutes before its start; `steps` since it was quiet."""

    world: CallWorld

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = ExitStack()
        self.browsers: list[Browser] = []
        self.lobbies: dict[str, Browser] = {}
        """Pages whose person has not joined yet, by role."""
        self.numbers = count()
        self.steps = 0
        self.booked: dict[str, Any] = {}
        self.ran: Counter[str] = Counter()

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self.become_quiet(both=True)
                self.ran["failures of the provider"] += self.world.failures
                self.ran["recordings"] += len(self.world.ready)
                self._show_what_ran()
        finally:
            self.stack.close()
            self.loop.close()

    def _show_what_ran(self) -> None:
        """`pytest --hypothesis-show-statistics` lists it."""
        if currently_in_test_context():
            for what in +self.ran:
                event(what)

    @initialize(
        provider=st.sampled_from(["plugnmeet", "bigbluebutton", "plugnmeet", "peer"]),
        peer_first=st.booleans(),
        recorded=st.booleans(),
    )
    def book(self, provider: str, peer_first: bool, recorded: bool) -> None:
        now = START - 10 * MINUTE
        self.world = self.stack.enter_context(call_world(provider, peer_first=peer_first, now=now))
        times = {"scheduled_start": START, "scheduled_end": START + HOUR}
        self.booked = {**times, "recording_enabled": recorded}
        assert self._run(self.world.platform_puts(**self.booked)) == 201
        self.join("student")

    # People.

    @rule(role=ROLES)
    def open_lobby(self, role: str) -> None:
        self.lobbies[role] = self._new_page(role)
        self._run(self.lobbies[role].wait_in_lobby())

    @rule(role=ROLES)
    def join(self, role: str) -> None:
        """Join in the lobby's page, or a new one, which replaces another page of this person."""
        browser = self.lobbies.pop(role, None) or self._new_page(role)
        by_lobby = " by its lobby" if browser.is_open else ""
        self.browsers.append(browser)
        self.ran[f"join {self._run(browser.open())}{by_lobby}"] += 1
        self._read()

    def _new_page(self, role: str) -> Browser:
        who = self._session().participant(Role(role)).id
        return Browser(self.world, role, next(self.numbers), who=who)

    @rule()
    def both_are_there(self) -> None:
        for role in ("student", "teacher"):
            if not self._in_room(role):
                self.join(role)

    @rule(role=ROLES)
    def leave(self, role: str) -> None:
        for browser in self._in_room(role):
            self.ran["leave"] += 1
            self._run(browser.leave())

    @rule(role=ROLES)
    def drop(self, role: str) -> None:
        for browser in self._in_room(role):
            self.ran["drop"] += 1
            self._run(browser.drop())

    @rule(role=ROLES)
    def come_back(self, role: str) -> None:
        for browser in self._in_room(role):
            self.ran["come back"] += not browser.is_open
            self._run(browser.connect())

    @rule(role=ROLES)
    def close_the_laptop(self, role: str) -> None:
        for browser in self._in_room(role):
            self.ran["vanish"] += 1
            browser.vanish()

    @rule(role=ROLES)
    def request_move(self, role: str) -> None:
        for browser in self._in_room(role):
            self.ran["request move"] += 1
            self._run(browser.request_move())
        self._read()

    @precondition(lambda self: self.steps > LATE)
    @rule()
    def end_for_both(self) -> None:
        teacher = self._session().teacher.id
        answer = self._run(self.world.press("POST", "/session/s1/end", teacher))
        self.ran[f"end {answer.status}"] += 1

    # The platform.

    @rule(in_s=st.sampled_from([-10 * MINUTE, 2 * MINUTE, 14 * MINUTE, 16 * MINUTE]))
    def move(self, in_s: int) -> None:
        """Move the start to `in_s` seconds from now."""
        start = self.world.now + in_s
        self._put("move", scheduled_start=start, scheduled_end=start + HOUR)

    @precondition(lambda self: self.steps > LATE)
    @rule(by_s=st.sampled_from([-2 * HOUR, DAY]))
    def move_far(self, by_s: int) -> None:
        self._put_by(by_s)

    @rule(by_s=st.sampled_from([-10 * MINUTE, 10 * MINUTE]))
    def move_the_end(self, by_s: int) -> None:
        end = self.booked["scheduled_end"] + by_s
        if end > self.booked["scheduled_start"]:
            self._put("move the end", scheduled_end=end)

    @rule(student=st.sampled_from(["student", "stranger"]))
    def change_the_student(self, student: str) -> None:
        self._put("another student", student=booked_person(student))

    @rule(recorded=st.booleans())
    def switch_the_recording(self, recorded: bool) -> None:
        self._put("recording", recording_enabled=recorded)

    @precondition(lambda self: self.steps > LATE)
    @rule(url=st.sampled_from([None, OWN_MEETING]))
    def set_a_meeting(self, url: str | None) -> None:
        self._put("meeting", bbb_meeting_url=url)

    @precondition(lambda self: self.steps > LATE)
    @rule()
    def cancel(self) -> None:
        answer = self._run(self.world.press("POST", "/platform/sessions/s1/cancel", "platform"))
        self.ran[f"cancel {answer.status}"] += 1

    # The provider.

    @rule()
    def deliver_all_requests(self) -> None:
        self._run(self.world.deliver_all())
        self._read()

    @rule(number=st.integers(0, 7), how=st.sampled_from(["once", "twice", "lost"]))
    def deliver_request(self, number: int, how: str) -> None:
        if not self.world.provider_requests:
            return
        number %= len(self.world.provider_requests)
        self.ran[f"request {how}"] += 1
        if how == "lost":
            self.world.provider_requests.pop(number)
            return
        self._run(self.world.deliver_request(number, keep=how == "twice"))
        self._read()

    @rule(faults=FAULTS)
    def provider_fails(self, faults: list[str]) -> None:
        self.ran["provider fails"] += 1
        self.world.faults = faults

    @precondition(lambda self: self.steps > LATE and self.world.open_rooms())
    @rule(
        fault=st.sampled_from(["error", "slow"]),
        how=st.sampled_from(["ended", "cancelled", "moved away"]),
    )
    def an_end_of_a_call_fails(self, fault: str, how: str) -> None:
        """Close the session while the provider is down.

        Then the student's page leaves the call, and the teacher's page sleeps. A provider closes
        an empty call by itself, so only a call with a person in it proves that we end the call.
        """
        self.world.faults = [fault]
        if how == "ended":
            self.end_for_both()
        elif how == "cancelled":
            self.cancel()
        else:
            self._put_by(DAY)
        self.ran["an end fails"] += not self.world.faults
        for browser in self._in_room("student"):
            self._run(browser.read())
        self._run(self.world.deliver_all())
        self._run(self.world.pass_time(self.world.now + QUIET_S))
        if not rules.can_join(self._session(), self.world.now):
            assert self.world.open_rooms() == set(), "a call goes on although its session is closed"
        self._read()

    @precondition(lambda self: self.steps > LATE)
    @rule(provider=st.sampled_from(["plugnmeet", "bigbluebutton", "peer"]))
    def switch_the_provider(self, provider: str) -> None:
        """Deploy another provider, as an operator does."""
        before = self.world.settings.video_provider
        self.ran["another provider"] += provider != before
        self.world.settings = replace(self.world.settings, video_provider=provider)

    # The runtime.

    @rule()
    def evict(self) -> None:
        self.ran["evict"] += 1
        self.world.rooms.evict()

    @precondition(lambda self: self.world.rooms.states)
    @rule()
    def next_alarm(self) -> None:
        if alarm := self.world.alarm:
            self.ran["alarm"] += 1
            self._run(self.world.pass_time(int(alarm) + 1))
            self._read()

    @rule(by_s=st.sampled_from([3, 20, MINUTE, 5 * MINUTE]))
    def pass_time(self, by_s: int) -> None:
        self._run(self.world.pass_time(self.world.now + by_s))
        self._read()

    # Invariants.

    @invariant()
    def each_transition_happens_once(self) -> None:
        if not hasattr(self, "world"):
            return
        self.steps += 1
        row = self.world.session()
        assert self.world.counted("session_started") == (row["started_at"] is not None)
        assert self.world.counted("session_joined") == self.world.join_count
        # A session that never started may be closed as completed, too.
        assert self.world.counted("session_ended") == (row["status"] == "completed")

    @invariant()
    def each_recording_is_known_once(self) -> None:
        if not hasattr(self, "world"):
            return
        known = [record_id for (record_id,) in self.world.rows("SELECT record_id FROM recordings")]
        assert sorted(known) == sorted(self.world.ready)
        assert sorted(self.world.queue) == sorted(known)

    @precondition(lambda self: self.steps > LATE)
    @rule(both=st.booleans())
    def become_quiet(self, both: bool) -> None:
        """Deliver all requests, reconnect sockets and calls, and end the failures."""
        self.ran["quiet"] += 1
        self.steps = 0
        self.world.faults.clear()
        if both:
            self._arrive()
            both = rules.can_join(self._session(), self.world.now)
            self.both_are_there()
        for _ in range(2):
            self._arrive()
            self._run(self.world.pass_time(self.world.now + QUIET_S))
        self._arrive()
        session = self._session()
        self.ran[f"quiet while {session.status}"] += 1
        self._both_are_in_one_call()
        if both and rules.can_join(session, self.world.now):
            assert all(self._in_room(role) for role in ("student", "teacher")), "sent out"
        self._record_is_correct(session)
        self._no_call_continues(session)

    def _arrive(self) -> None:
        self._run(run_until_quiet(self.world, *self.browsers))
        for browser in self.browsers:
            if browser.in_room and not browser.place:
                self._run(browser.rejoin())  # its person presses Retry
        self._run(run_until_quiet(self.world, *self.browsers))

    def _both_are_in_one_call(self) -> None:
        inside = [browser for browser in self.browsers if browser.in_room]
        assert len({browser.role for browser in inside}) == len(inside), "one page each"
        assert all(browser.is_open for browser in inside)
        assert len({browser.place for browser in inside}) <= 1, [b.place for b in inside]
        self.ran["quiet with both in one call"] += len(inside) == 2
        for browser in self.browsers:
            assert browser.in_room or browser.end_reason or not browser.received

    def _record_is_correct(self, session: Session) -> None:
        present = {role for role in Role if session.participant(role).present}
        inside = {Role(browser.role) for browser in self.browsers if browser.in_room}
        assert present == inside, f"{present} on record, {inside} in the room"
        if len(present) == 2:
            assert session.status == "in_progress"
        if session.status in ("completed", "cancelled"):
            assert session.ended_at is not None

    def _no_call_continues(self, session: Session) -> None:
        held = self.world.open_rooms()
        if rules.can_join(session, self.world.now):
            assert held <= {session.provider_room_id}
            assert {self.world.is_recorded(room_id) for room_id in held} <= {
                session.recording_enabled
            }
        else:
            assert held == set()
            assert not any(browser.in_room for browser in self.browsers)

    # Helpers.

    def _put_by(self, by_s: int) -> None:
        start, end = self.booked["scheduled_start"] + by_s, self.booked["scheduled_end"] + by_s
        self._put("move far", scheduled_start=start, scheduled_end=end)

    def _put(self, what: str, **changes: Any) -> None:
        wanted = self.booked | changes
        status = self._run(self.world.platform_puts(**wanted))
        assert status in (200, 409, 422), status
        self.ran[f"{what} {status}"] += 1
        if status == 200:
            self.booked = wanted
        self._read()

    def _in_room(self, role: str) -> list[Browser]:
        return [each for each in self.browsers if each.role == role and each.in_room]

    def _read(self) -> None:
        for browser in self.browsers:
            self._run(browser.read())

    def _session(self) -> Session:
        session = self._run(sessions_db.find(self.world.db, "s1"))
        assert session is not None
        return session

    def _run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)


Rooms.TestCase.settings = settings(
    # 25 in the suite. `EXAMPLES=1000` looks further.
    max_examples=int(os.environ.get("EXAMPLES", "25")),
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestRooms = Rooms.TestCase


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("provider", ["plugnmeet", "bigbluebutton"])
def test_call_after_switched_recording_is_recorded_as_booked(provider: str, recorded: bool) -> None:
    """The provider still has the room of a person who has just left."""
    machine = Rooms()
    try:
        machine.book(provider, peer_first=False, recorded=not recorded)
        machine.leave("student")
        machine.switch_the_recording(recorded=recorded)
        assert machine.ran["recording 200"] == 1
        machine.become_quiet(both=True)
        assert machine.ran["join 200"] == 3
        assert machine.ran["quiet with both in one call"] == 1
    finally:
        machine.teardown()


@pytest.mark.parametrize("provider", ["plugnmeet", "bigbluebutton"])
def test_machine_runs_move_meeting_and_retried_end(
    provider: str,
) -> None:
    """One fixed sequence of the machine: it proves that the rules have their effects."""
    machine = Rooms()
    try:
        machine.book(provider, peer_first=False, recorded=False)
        machine.move(2 * MINUTE)
        machine.join("teacher")
        machine.become_quiet(both=True)
        assert machine.ran["join 200"] == 2
        assert machine.ran["move 200"] == 1
        assert machine.ran["quiet with both in one call"] == 1

        machine.an_end_of_a_call_fails("error", "ended")
        assert machine.ran["an end fails"] == 1
        assert machine.world.session()["status"] == "completed"
        assert len(machine.world.ended_at) == 2
    finally:
        machine.teardown()
