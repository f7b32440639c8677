"""The news of a provider between every two steps of the end of a call, late and twice."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from room.provider_call import END_RETRY_S
from tests.fakes.plugnmeet import as_participant, recording_info
from tests.unit.call_world import Browser, call_world, settled
from tests.unit.cast import HOUR, MINUTE, START

MID = START + MINUTE
STEPS = ("asked", "failed", "ended", "later")


def news_of(world, room, people):
    """What a provider can still say of this call, by name: each makes one webhook."""
    student = as_participant(people["student"], "ACTIVE")
    gone = student | {"state": "DISCONNECTED"}
    record = recording_info("made-before-the-end")
    ready = recording_info("made-before-the-end", "node_01/film.mp4", 1.5)
    # The same connection, or one that nobody has heard of.
    unheard = student | {"sid": "PA_unheard"}
    fire = world.plug.fire
    return {
        "joined": lambda: fire("participant_joined", room, participant=student),
        "another joined": lambda: fire("participant_joined", room, participant=unheard),
        "left": lambda: fire("participant_left", room, participant=gone),
        "finished": lambda: fire("room_finished", room),
        "recording": lambda: fire("start_recording", room, recording_info=record),
        "recording stopped": lambda: fire("end_recording", room, recording_info=record),
        "recording ready": lambda: fire("recording_proceeded", room, recording_info=ready),
    }


KINDS = (
    *("joined", "another joined", "left", "finished"),
    *("recording", "recording stopped", "recording ready"),
)


def truth(world):
    row = world.session()
    return row["status"], row["started_at"], row["ended_at"], world.attendance()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", KINDS)
async def test_late_event_at_any_step_of_end_changes_nothing(kind, step):
    """Each comes twice."""
    with call_world("plugnmeet", now=MID) as world:
        await world.platform_puts(recording_enabled=True)
        people = Browser(world, "student"), Browser(world, "teacher")
        for person in people:
            assert await person.open() == 200
        await settled(world, *people)
        [room] = world.plug.rooms.values()
        say = news_of(world, room, dict(room.people))[kind]
        world.now += MINUTE

        async def arrives(moment):
            if moment != step:
                return
            say()
            for is_first in (True, False):
                await world.deliver_news(-1, keep=is_first)
                assert moment == "asked" or truth(world) == over

        world.faults = ["error"]
        await arrives("asked")
        await world.press("POST", "/session/s1/end", "teacher")
        over = truth(world)
        assert over[0] == "completed"
        assert None not in over[3].values()
        assert world.held(), "the end has failed"
        await arrives("failed")
        await world.pass_time(world.now + END_RETRY_S + 2)
        assert world.held() == set()
        await arrives("ended")
        await settled(world, *people)
        assert truth(world) == over
        await world.pass_time(world.now + 10 * MINUTE)
        await arrives("later")
        await world.pass_time(world.now + HOUR)

        assert truth(world) == over
        assert world.held() == set()
        assert len(world.ended_at) == 2
        assert world.counted("session_ended") == 1
        assert world.counted("session_joined") == 2
        found = [record for (record,) in world.rows("SELECT record_id FROM recordings")]
        assert found.count("made-before-the-end") == (kind == "recording ready")
        assert len(found) == len(set(found))


@pytest.mark.parametrize("step", STEPS[1:])
async def test_old_join_address_has_no_effect_after_end(step):
    """A join address of PlugNmeet lives for minutes, also beyond the end."""
    with call_world("plugnmeet", now=MID) as world:
        await world.platform_puts()
        people = Browser(world, "student"), Browser(world, "teacher")
        for person in people:
            assert await person.open() == 200
        await settled(world, *people)
        grant = await world.press("POST", "/session/s1/join", "student")
        world.faults = ["error"]
        await world.press("POST", "/session/s1/end", "teacher")
        over = truth(world)
        if step == "later":
            await world.pass_time(world.now + 10 * MINUTE)
        elif step == "ended":
            await world.pass_time(world.now + END_RETRY_S + 2)
        address = urlsplit(json.loads(grant.body)["url"])
        token = parse_qs(address.query)["access_token"][0]
        entered = world.plug.enter(token)
        assert isinstance(entered, str) == (step != "failed"), entered
        await world.deliver_all()
        await world.pass_time(world.now + MINUTE)

        assert truth(world) == over
        assert world.held() == set()


@pytest.mark.parametrize("moment", STEPS[1:])
async def test_end_callback_at_any_step_of_end_changes_nothing(moment):
    with call_world("bigbluebutton", now=MID) as world:
        await world.platform_puts()
        people = Browser(world, "student"), Browser(world, "teacher")
        for person in people:
            assert await person.open() == 200
        await settled(world, *people)
        [meeting] = world.bbb.meetings.values()
        callback = meeting.asked["meta_endCallbackUrl"]
        world.faults = ["error"]
        await world.press("POST", "/session/s1/end", "teacher")
        over = truth(world)
        if moment != "failed":
            await world.pass_time(world.now + END_RETRY_S + 2)
            assert world.held() == set()
        if moment == "later":
            await world.pass_time(world.now + 10 * MINUTE)
        for _ in range(2):
            world.call_back(callback)
        await world.deliver_all()
        assert truth(world) == over
        await world.pass_time(world.now + HOUR)

        assert truth(world) == over
        assert world.held() == set()
        assert len(world.ended_at) == 2
        assert world.counted("session_ended") == 1
