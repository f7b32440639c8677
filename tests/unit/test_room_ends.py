"""Events of a provider between all steps of the end of a call, late and twice."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from room.provider_call import END_RETRY_S
from tests.fakes.plugnmeet import as_participant, recording_info
from tests.unit.call_world import Browser, call_world, run_until_quiet
from tests.unit.cast import HOUR, MINUTE, START

MID = START + MINUTE
STEPS = ("asked", "failed", "ended", "later")


def late_events(world, room, people):
    """The events that a provider can still send of this call, by name; each sends one webhook."""
    student = as_participant(people["student"], "ACTIVE")
    gone = student | {"state": "DISCONNECTED"}
    record = recording_info("made-before-the-end")
    ready = recording_info("made-before-the-end", "node_01/film.mp4", 1.5)
    # The same connection, or an unknown one.
    unknown = student | {"sid": "PA_unknown"}
    fire = world.plug.fire
    return {
        "joined": lambda: fire("participant_joined", room, participant=student),
        "another joined": lambda: fire("participant_joined", room, participant=unknown),
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


def record_of(world):
    row = world.session()
    return row["status"], row["started_at"], row["ended_at"], world.attendance()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", KINDS)
async def test_late_event_at_any_step_of_end_changes_nothing(kind, step):
    """Each event arrives twice."""
    with call_world("plugnmeet", now=MID) as world:
        await world.platform_puts(recording_enabled=True)
        people = Browser(world, "student"), Browser(world, "teacher")
        for person in people:
            assert await person.open() == 200
        await run_until_quiet(world, *people)
        [room] = world.plug.rooms.values()
        send_event = late_events(world, room, dict(room.people))[kind]
        world.now += MINUTE

        async def arrives(moment):
            if moment != step:
                return
            send_event()
            for is_first in (True, False):
                await world.deliver_request(-1, keep=is_first)
                assert moment == "asked" or record_of(world) == over

        world.faults = ["error"]
        await arrives("asked")
        await world.press("POST", "/session/s1/end", "teacher")
        over = record_of(world)
        assert over[0] == "completed"
        assert None not in over[3].values()
        assert world.open_rooms(), "the end has failed"
        await arrives("failed")
        await world.pass_time(world.now + END_RETRY_S + 2)
        assert world.open_rooms() == set()
        await arrives("ended")
        await run_until_quiet(world, *people)
        assert record_of(world) == over
        await world.pass_time(world.now + 10 * MINUTE)
        await arrives("later")
        await world.pass_time(world.now + HOUR)

        assert record_of(world) == over
        assert world.open_rooms() == set()
        assert len(world.ended_at) == 2
        assert world.counted("session_ended") == 1
        assert world.counted("session_joined") == 2
        found = [record for (record,) in world.rows("SELECT record_id FROM recordings")]
        assert found.count("made-before-the-end") == (kind == "recording ready")
        assert len(found) == len(set(found))


@pytest.mark.parametrize("step", STEPS[1:])
async def test_old_join_address_has_no_effect_after_end(step):
    """A join address of PlugNmeet is valid for minutes, also after the end."""
    with call_world("plugnmeet", now=MID) as world:
        await world.platform_puts()
        people = Browser(world, "student"), Browser(world, "teacher")
        for person in people:
            assert await person.open() == 200
        await run_until_quiet(world, *people)
        grant = await world.press("POST", "/session/s1/join", "student")
        world.faults = ["error"]
        await world.press("POST", "/session/s1/end", "teacher")
        over = record_of(world)
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

        assert record_of(world) == over
        assert world.open_rooms() == set()


@pytest.mark.parametrize("moment", STEPS[1:])
async def test_end_callback_at_any_step_of_end_changes_nothing(moment):
    with call_world("bigbluebutton", now=MID) as world:
        await world.platform_puts()
        people = Browser(world, "student"), Browser(world, "teacher")
        for person in people:
            assert await person.open() == 200
        await run_until_quiet(world, *people)
        [meeting] = world.bbb.meetings.values()
        callback = meeting.asked["meta_endCallbackUrl"]
        world.faults = ["error"]
        await world.press("POST", "/session/s1/end", "teacher")
        over = record_of(world)
        if moment != "failed":
            await world.pass_time(world.now + END_RETRY_S + 2)
            assert world.open_rooms() == set()
        if moment == "later":
            await world.pass_time(world.now + 10 * MINUTE)
        for _ in range(2):
            world.call_back(callback)
        await world.deliver_all()
        assert record_of(world) == over
        await world.pass_time(world.now + HOUR)

        assert record_of(world) == over
        assert world.open_rooms() == set()
        assert len(world.ended_at) == 2
        assert world.counted("session_ended") == 1
