"""A call that a provider holds, when something else happens to its session meanwhile."""

import pytest

from held_call import END_AGAIN_S
from tests.unit.call_world import Browser, call_world, settled
from tests.unit.cast import MINUTE, START

WITH_SERVER = ("plugnmeet", "bigbluebutton")
MID = START + MINUTE


async def both_in(world, **booked):
    """Book the session, and let both people into its call."""
    assert await world.platform_puts(**booked) in (200, 201)
    people = Browser(world, "student"), Browser(world, "teacher")
    for person in people:
        assert await person.open() == 200
    await settled(world, *people)
    return people


@pytest.mark.parametrize("between", ["a webhook", "a lobby", "nothing"])
@pytest.mark.parametrize("provider", WITH_SERVER)
async def test_a_failed_end_of_a_call_is_tried_again_whatever_happens_in_between(provider, between):
    with call_world(provider, now=MID) as world:
        student, teacher = await both_in(world)
        world.faults = ["error"]
        await world.press("POST", "/session/s1/end", "teacher")
        assert len(world.held()) == 1
        if between == "a webhook":
            await settled(world, student, teacher)
        elif between == "a lobby":
            await world.rooms.refresh("s1")

        await world.pass_time(world.now + END_AGAIN_S + 2)

        assert world.held() == set()
        assert len(world.ended_at) == 2


async def test_an_alarm_is_set_for_the_future_when_the_provider_was_slow_in_it():
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


async def test_nobody_comes_to_a_session_that_is_over():
    with call_world("plugnmeet", now=MID) as world:
        await both_in(world)
        room = next(iter(world.plug.rooms.values()))
        await world.press("POST", "/session/s1/end", "teacher")
        left = world.attendance()
        world.now += 5
        late = {"sid": "PA_late", "identity": "student", "name": "Lena", "state": "ACTIVE"}
        world.plug.fire("participant_joined", room, participant=late)
        await world.deliver_news(-1)  # before the end of the room does

        assert list(left.values()) == [MID, MID]
        assert world.attendance() == left
        assert world.counted("session_joined") == 2


async def test_honest_signals_to_a_page_that_has_just_gone_disconnect_nobody():
    with call_world("peer", now=MID) as world:
        student, teacher = await both_in(world)
        await student.leave()
        candidate = {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdpMid": "0"}
        for _ in range(60):
            await teacher.say(type="signal", to=student.page, candidate=candidate)
        await teacher.read()
        refused = [said for said in teacher.told if said["type"] == "error"]

        assert {said["code"] for said in refused} == {"not_delivered"}
        assert len(refused) == 60
        assert teacher.socket.closed is None
