"""A provider's call, and other events of its session at the same time."""

import json
from dataclasses import replace

import pytest

from providers.base import ROOM_LIFE_MINUTES
from room.provider_call import END_RETRY_S
from tests.unit.call_world import END, Browser, call_world, run_until_quiet
from tests.unit.cast import HOUR, MINUTE, START, booked_person

WITH_SERVER = ("plugnmeet", "bigbluebutton")
MID = START + MINUTE


async def both_in(world, **booked):
    """Book the session, and let both people into its call."""
    assert await world.platform_puts(**booked) in (200, 201)
    people = Browser(world, "student"), Browser(world, "teacher")
    for person in people:
        assert await person.open() == 200
    await run_until_quiet(world, *people)
    return people


@pytest.mark.parametrize("between", ["a webhook", "a lobby", "nothing"])
@pytest.mark.parametrize("provider", WITH_SERVER)
async def test_failed_end_of_call_is_retried_after_other_events(provider, between):
    with call_world(provider, now=MID) as world:
        student, teacher = await both_in(world)
        world.faults = ["error"]
        await world.press("POST", "/session/s1/end", "teacher")
        assert len(world.open_rooms()) == 1
        if between == "a webhook":
            await run_until_quiet(world, student, teacher)
        elif between == "a lobby":
            await world.rooms.refresh("s1")

        await world.pass_time(world.now + END_RETRY_S + 2)

        assert world.open_rooms() == set()
        assert len(world.ended_at) == 2


@pytest.mark.parametrize("provider", WITH_SERVER)
async def test_call_continues_until_new_end_of_prolonged_session(provider):
    with call_world(provider, now=MID) as world:
        people = await both_in(world)
        assert await world.platform_puts(scheduled_end=END + HOUR) == 200
        await world.pass_time(END + 20 * MINUTE)
        await run_until_quiet(world, *people)
        assert [person.in_room for person in people] == [True, True]
        assert len(world.open_rooms()) == 1

        await world.pass_time(END + HOUR + 16 * MINUTE)
        await run_until_quiet(world, *people)
        assert [person.end_reason for person in people] == ["completed", "completed"]
        assert world.open_rooms() == set()


@pytest.mark.parametrize("provider", WITH_SERVER)
async def test_provider_ends_call_after_room_life(provider):
    with call_world(provider, now=MID) as world:
        await both_in(world)
        world.rooms.states["s1"].alarm = None
        assert len(world.open_rooms()) == 1
        await world.pass_time(MID + ROOM_LIFE_MINUTES * MINUTE + MINUTE)
        assert world.open_rooms() == set()


async def test_alarm_is_set_for_future_after_slow_provider():
    with call_world("bigbluebutton", now=MID) as world:
        student, teacher = await both_in(world)
        await student.drop()
        student.vanish()
        world.now += 5
        await teacher.drop()
        teacher.vanish()
        world.faults = ["slow"]
        await world.pass_time(world.now + 12)
        assert not world.faults, "the provider was asked"
        assert world.alarm is not None
        assert world.alarm > world.now

        await world.pass_time(world.now + MINUTE)
        assert list(world.attendance().values()) == [MID, MID + 5]


async def test_late_event_adds_nobody_to_ended_session():
    with call_world("plugnmeet", now=MID) as world:
        await both_in(world)
        room = next(iter(world.plug.rooms.values()))
        await world.press("POST", "/session/s1/end", "teacher")
        left = world.attendance()
        world.now += 5
        late = {"sid": "PA_late", "identity": "student", "name": "Lena", "state": "ACTIVE"}
        world.plug.fire("participant_joined", room, participant=late)
        await world.deliver_request(-1)  # before the event of the room's end

        assert list(left.values()) == [MID, MID]
        assert world.attendance() == left
        assert world.counted("session_joined") == 2


async def test_late_joined_event_does_not_return_person_who_left():
    with call_world("plugnmeet", now=MID) as world:
        await world.platform_puts()
        student, teacher = Browser(world, "student"), Browser(world, "teacher")
        await student.open()
        await teacher.open()
        [joined] = [
            number
            for number, request in enumerate(world.provider_requests)
            if request.event == "participant_joined" and b'"identity": "student"' in request.body
        ]
        world.now += 5
        await student.leave()
        before = world.attendance()
        await world.deliver_request(joined)

        assert before["student"] == MID + 5
        assert world.attendance() == before


@pytest.mark.parametrize("asked", ["answers", "fails"])
async def test_person_in_call_without_socket_is_present(asked):
    with call_world("plugnmeet", now=MID) as world:
        student, _ = await both_in(world)
        await student.leave()
        await world.deliver_all()
        await student.rejoin()
        world.faults = ["error"] if asked == "fails" else []
        await world.deliver_all()

        assert not world.faults
        assert world.attendance() == {"student": None, "teacher": None}
        student._leave_call()
        await world.deliver_all()
        await world.pass_time(world.now + MINUTE)
        assert world.attendance()["student"] is not None


@pytest.mark.parametrize("provider", WITH_SERVER)
async def test_person_in_call_gets_in_call_without_webhook(provider):
    def count_in_call(person):
        return [message["type"] for message in person.received].count("in_call")

    with call_world(provider, now=MID) as world:
        await world.platform_puts()
        people = Browser(world, "student"), Browser(world, "teacher")
        for person in people:
            await person.open()
        student, _ = people
        world.provider_requests.clear()
        await world.pass_time(MID + MINUTE + 2)
        world.provider_requests.clear()
        for person in people:
            await person.read()
        assert [count_in_call(person) for person in people] == [1, 1]

        # A page that is loaded again has another frame.
        await student.drop()
        student._leave_call()
        again = Browser(world, "student", 1)
        await again.open()
        world.provider_requests.clear()
        assert count_in_call(again) == 0
        await world.pass_time(world.now + MINUTE + 2)
        await again.read()
        assert count_in_call(again) == 1


async def test_room_queries_provider_until_presence_is_confirmed():
    with call_world("bigbluebutton", now=MID) as world:
        people = await both_in(world)
        await world.pass_time(MID + MINUTE + 2)
        asked = len(world.bbb.asked)
        await world.pass_time(MID + 5 * MINUTE)

        assert [person.in_room for person in people] == [True, True]
        assert len(world.bbb.asked) == asked


@pytest.mark.parametrize("provider", ["peer", *WITH_SERVER])
async def test_person_who_joins_again_is_counted_once(provider):
    with call_world(provider, now=MID) as world:
        student, teacher = await both_in(world)
        for after_s in (0, 5, MINUTE):
            await student.leave()
            await run_until_quiet(world, student, teacher)
            await world.pass_time(world.now + after_s)
            await student.open()
            await run_until_quiet(world, student, teacher)

        assert world.attendance() == {"student": None, "teacher": None}
        assert world.counted("session_joined") == 2


async def test_signals_to_closed_page_do_not_close_sender():
    with call_world("peer", now=MID) as world:
        student, teacher = await both_in(world)
        await student.leave()
        candidate = {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdpMid": "0"}
        for _ in range(60):
            await teacher.send(type="signal", to=student.page, candidate=candidate)
        await teacher.read()
        errors = [message for message in teacher.received if message["type"] == "error"]

        assert {error["code"] for error in errors} == {"not_delivered"}
        assert len(errors) == 60
        assert teacher.socket.closed is None


def moved_by(seconds):
    return {"scheduled_start": START + seconds, "scheduled_end": END + seconds}


@pytest.mark.parametrize("after", ["a join", "webhooks", "a minute"])
@pytest.mark.parametrize("seconds", [10 * MINUTE, -5 * MINUTE])
@pytest.mark.parametrize("provider", ["peer", *WITH_SERVER])
async def test_start_moved_by_minutes_keeps_both_in_one_call(provider, seconds, after):
    with call_world(provider, now=MID) as world:
        await world.platform_puts()
        student, teacher = Browser(world, "student"), Browser(world, "teacher")
        await student.open()
        await run_until_quiet(world, student)
        assert await world.platform_puts(**moved_by(seconds)) == 200
        if after == "a minute":
            await world.pass_time(MID + MINUTE)
        if after != "a join":
            await run_until_quiet(world, student)
        await teacher.open()
        await run_until_quiet(world, student, teacher)

        assert student.in_room
        assert student.place == teacher.place != ""
        assert len(world.open_rooms()) == (0 if provider == "peer" else 1)
        assert world.counted("session_joined") == 2
        assert world.session()["status"] == "in_progress"


@pytest.mark.parametrize("provider", WITH_SERVER)
async def test_start_moved_out_of_window_ends_call_and_next_call_gets_new_room(provider):
    with call_world(provider, now=MID) as world:
        await world.platform_puts()
        student = Browser(world, "student")
        await student.open()
        await run_until_quiet(world, student)
        [first] = world.open_rooms()
        await world.platform_puts(**moved_by(HOUR))
        await run_until_quiet(world, student)
        assert (student.end_reason, world.open_rooms(), world.attendance()) == ("moved", set(), {})

        # Also if it is moved back to the same time.
        await world.platform_puts()
        people = student, Browser(world, "teacher")
        for person in people:
            assert await person.open() == 200
        await run_until_quiet(world, *people)
        [second] = world.open_rooms()

        assert second != first
        assert [person.place for person in people] == [second, second]


@pytest.mark.parametrize("provider", WITH_SERVER)
async def test_failed_end_is_retried_after_start_moved_back(provider):
    with call_world(provider, now=MID) as world:
        await world.platform_puts()
        student = Browser(world, "student")
        await student.open()
        await run_until_quiet(world, student)
        world.faults = ["error"]
        assert await world.platform_puts(**moved_by(HOUR)) == 200
        assert world.faults == [], "the end has failed"
        world.now += 2
        assert await world.platform_puts() == 200
        assert len(world.open_rooms()) == 1

        await world.pass_time(world.now + END_RETRY_S + 2)
        assert world.open_rooms() == set()
        await run_until_quiet(world, student)
        assert student.end_reason == "moved"
        people = student, Browser(world, "teacher")
        for person in people:
            assert await person.open() == 200
        await world.pass_time(world.now + MINUTE)
        await run_until_quiet(world, *people)
        assert {person.place for person in people} == world.open_rooms()
        assert [person.in_room for person in people] == [True, True]


SWITCHED = (
    [{"recording_enabled": True}],
    [{"recording_enabled": True}, {}],
    [{"bbb_meeting_url": "https://other.example/meeting"}],
)


@pytest.mark.parametrize("first", ["student", "teacher", "student and a minute"])
@pytest.mark.parametrize("changes", SWITCHED)
@pytest.mark.parametrize("provider", WITH_SERVER)
async def test_person_who_joined_before_switch_moves_to_new_place(provider, changes, first):
    with call_world(provider, now=MID) as world:
        await world.platform_puts()
        student, teacher = Browser(world, "student"), Browser(world, "teacher")
        answer = await world.press("POST", "/session/s1/join", "student")
        for change in changes:
            assert await world.platform_puts(**change) == 200
        if first == "teacher":
            assert await teacher.open() == 200
        await student.enter(json.loads(answer.body))
        if first == "student and a minute":
            await world.pass_time(world.now + MINUTE)
            await run_until_quiet(world, student)
            await world.pass_time(world.now + MINUTE)
        if first != "teacher":
            assert await teacher.open() == 200
        await run_until_quiet(world, student, teacher)
        await world.pass_time(world.now + MINUTE)
        await run_until_quiet(world, student, teacher)

        assert [student.end_reason, teacher.end_reason] == ["", ""]
        assert student.place == teacher.place != ""
        rooms = {**world.plug.rooms, **world.bbb.meetings}
        in_use = [name for name, room in rooms.items() if room.people]
        assert in_use == ([] if "bbb_meeting_url" in changes[0] else [student.place])
        assert world.attendance() == {"student": None, "teacher": None}


@pytest.mark.parametrize("provider", WITH_SERVER)
async def test_people_move_when_record_marks_their_room_over(provider):
    """The platform switched the recording before the stay was on record."""
    with call_world(provider, now=MID) as world:
        people = await both_in(world)
        [first] = world.open_rooms()
        world.connection.execute(
            "UPDATE sessions SET recording_enabled = 1, provider_room_over = 1"
        )
        await world.pass_time(world.now + MINUTE + 2)
        await run_until_quiet(world, *people)
        await world.pass_time(world.now + MINUTE)
        await run_until_quiet(world, *people)

        assert [person.end_reason for person in people] == ["", ""]
        assert {person.place for person in people} == world.open_rooms() != {first}
        assert world.attendance() == {"student": None, "teacher": None}


async def test_no_show_rescheduled_by_minutes_keeps_its_call():
    with call_world("plugnmeet", now=START) as world:
        await world.platform_puts(scheduled_end=START + HOUR)
        teacher, student = Browser(world, "teacher"), Browser(world, "student")
        await teacher.open()
        await run_until_quiet(world, teacher)
        await world.pass_time(START + 16 * MINUTE)
        assert world.session()["status"] == "no_show"
        later = world.now + 10 * MINUTE
        asked = {"proposed_times": [later], "reason": ""}
        answer = await world.press("POST", "/session/s1/reschedule", "student", asked)
        request = json.loads(answer.body)["id"]
        answered = {"request": request, "choice": later}
        await world.press("POST", "/session/s1/reschedule/answer", "teacher", answered)
        assert world.session()["scheduled_start"] == later
        await student.open()
        await run_until_quiet(world, teacher, student)

        assert student.place == teacher.place != ""
        assert world.counted("session_joined") == 2


CHANGED = ({"recording_enabled": True}, {"bbb_meeting_url": "https://other.example/meeting"})


@pytest.mark.parametrize("changes", CHANGED)
@pytest.mark.parametrize("who", ["one waits", "in progress"])
async def test_place_of_call_cannot_change_while_people_are_in_it(who, changes):
    with call_world("plugnmeet", now=MID, peer_first=True) as world:
        await world.platform_puts()
        people = [Browser(world, "student"), Browser(world, "teacher")]
        if who == "one waits":
            people.pop()
        for person in people:
            await person.open()
        before = world.session()
        status = await world.platform_puts(**changes)

        assert status == 409
        assert world.session() == before
        if who == "one waits":
            assert await world.platform_puts(**changes, **moved_by(HOUR)) == 200, (
                "the move ends that call"
            )
            assert await world.platform_puts(**changes) == 200
            await run_until_quiet(world, *people)
            assert people[0].end_reason == "moved"


async def test_place_of_call_can_change_before_and_between_calls():
    with call_world("plugnmeet", now=MID) as world:
        await world.platform_puts()
        assert await world.platform_puts(recording_enabled=True) == 200
        student = Browser(world, "student")
        await student.open()
        await run_until_quiet(world, student)
        await student.leave()
        await run_until_quiet(world, student)

        assert await world.platform_puts(recording_enabled=False) == 200


SWITCHES = [("plugnmeet", "bigbluebutton"), ("bigbluebutton", "plugnmeet"), ("plugnmeet", "peer")]


def switch(world, provider):
    """Deploy another `VIDEO_PROVIDER`, as an operator does."""
    world.settings = replace(world.settings, video_provider=provider)


@pytest.mark.parametrize(("before", "after"), SWITCHES)
async def test_both_move_when_operator_switches_provider(before, after):
    with call_world(before, now=MID) as world:
        student, teacher = await both_in(world)
        switch(world, after)
        # The student reloads the call, and so gets the switch first.
        await student.rejoin()
        await run_until_quiet(world, student, teacher)

        moved = [
            [message for message in each.received if message["type"] == "mode"]
            for each in (student, teacher)
        ]
        mode = {"type": "mode", "provider": after, "epoch": 1, "reason": "asked"}
        mode["place"] = "/".join(filter(None, [after, world.session()["provider_room_id"]]))
        assert moved == [[mode], [mode]]
        assert [each.provider for each in (student, teacher)] == [after, after]
        assert student.place == teacher.place != ""
        assert len(world.open_rooms()) == (0 if after == "peer" else 1)
        assert student.in_room
        assert teacher.in_room
        assert world.attendance() == {"student": None, "teacher": None}


async def test_person_offline_during_two_switches_follows_welcome():
    with call_world("plugnmeet", now=MID) as world:
        student, teacher = await both_in(world)
        await teacher.drop()
        for provider in ("bigbluebutton", "peer"):
            switch(world, provider)
            await student.rejoin()
            await world.pass_time(world.now + MINUTE)
            await student.read()
        await teacher.connect()
        await run_until_quiet(world, student, teacher)

        assert teacher.received[-1]["type"] != "ended"
        assert [student.place, teacher.place] == ["peer", "peer"]
        assert student.received[-1]["type"] != "error"


async def test_move_request_works_again_after_operator_returned_to_peer():
    with call_world("plugnmeet", now=MID, peer_first=True) as world:
        student, teacher = await both_in(world)
        await student.request_move()
        await run_until_quiet(world, student, teacher)
        first = student.place
        switch(world, "peer")
        await student.rejoin()
        await run_until_quiet(world, student, teacher)
        await world.pass_time(world.now + MINUTE)
        await run_until_quiet(world, student, teacher)
        assert [student.place, teacher.place] == ["peer", "peer"]
        switch(world, "bigbluebutton")
        await teacher.request_move()
        await run_until_quiet(world, student, teacher)

        assert student.place == teacher.place != "peer"
        assert first != ""
        assert [each["epoch"] for each in student.received if each["type"] == "mode"] == [1, 2, 3]


async def cancelled(world):
    await world.press("POST", "/platform/sessions/s1/cancel", "platform")


async def ended_by_the_teacher(world):
    await world.press("POST", "/session/s1/end", "teacher")


async def overtime_is_over(world):
    await world.pass_time(END + 16 * MINUTE)


async def given_to_another_student(world):
    assert await world.platform_puts(student=booked_person("stranger")) == 200


@pytest.mark.parametrize(
    ("happening", "told"),
    [
        (cancelled, {"reason": "cancelled"}),
        (ended_by_the_teacher, {"reason": "completed", "by": "teacher"}),
        (overtime_is_over, {"reason": "completed"}),
        (given_to_another_student, {"reason": "reassigned"}),
    ],
)
async def test_removed_person_gets_reason(happening, told):
    with call_world("peer", now=START) as world:
        await world.platform_puts()
        student = Browser(world, "student")
        await student.open()
        await happening(world)
        await student.read()

        assert student.received[-1] == {"type": "ended", **told}
