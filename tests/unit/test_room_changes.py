"""Each change of a session by the platform, at each stage of its call, at each place."""

import pytest

from db import sessions as sessions_db
from domain import rules
from tests.unit.call_world import END, Browser, call_world, run_until_quiet
from tests.unit.cast import HOUR, MINUTE, START, booked_person

MID = START + MINUTE
# Provider, and whether calls start peer to peer.
PLACES = {
    "peer": ("peer", False),
    "plugnmeet": ("plugnmeet", False),
    "bigbluebutton": ("bigbluebutton", False),
    "peer first": ("plugnmeet", True),
    "moved to the provider": ("plugnmeet", True),
}


def moved_by(seconds):
    return {"scheduled_start": START + seconds, "scheduled_end": END + seconds}


CHANGES = {
    "minutes later": moved_by(5 * MINUTE),
    "an hour later": moved_by(HOUR),
    "an hour earlier": moved_by(-HOUR),
    "another end": {"scheduled_end": END + 10 * MINUTE},
    "another student": {"student": booked_person("stranger")},
    "recorded": {"recording_enabled": True},
    "own meeting": {"bbb_meeting_url": "https://other.example/meeting"},
    "cancelled": None,
}
# The status of the answer, and the reason that people in the room get; empty if they stay.
STAY, LATE = (200, ""), (409, "")
FREE = dict.fromkeys(CHANGES, STAY)
WAITING = {
    "minutes later": STAY,
    "an hour later": (200, "moved"),
    "an hour earlier": (200, "completed"),
    "another end": STAY,
    "another student": (200, "reassigned"),
    "recorded": LATE,
    "own meeting": LATE,
    "cancelled": (200, "cancelled"),
}
IN_PROGRESS = dict.fromkeys(CHANGES, LATE) | {
    "another end": STAY,
    "cancelled": (200, "cancelled"),
}
OVER = dict.fromkeys(CHANGES, LATE)


async def nobody_yet(_world, _people):
    pass


async def one_waits(world, people):
    await people["student"].open()
    await run_until_quiet(world, *people.values())


async def both_in(world, people):
    for person in people.values():
        assert await person.open() == 200
    await run_until_quiet(world, *people.values())
    assert world.session()["status"] == "in_progress"


async def one_dropped(world, people):
    await both_in(world, people)
    await people["student"].drop()


async def ended(world, people):
    await both_in(world, people)
    await world.press("POST", "/session/s1/end", "teacher")
    await run_until_quiet(world, *people.values())


async def closed(world, people):
    await both_in(world, people)
    await world.pass_time(END + 16 * MINUTE)
    await run_until_quiet(world, *people.values())


STAGES = {
    nobody_yet: FREE,
    one_waits: WAITING,
    both_in: IN_PROGRESS,
    one_dropped: IN_PROGRESS,
    ended: OVER,
    closed: OVER,
}
HAVE_NO_CALL_TO_MOVE = (nobody_yet, one_waits)


async def check_one_call(world, people):
    """Once it is quiet, all people in the room are in one call and on record."""
    for _ in range(2):
        await run_until_quiet(world, *people)
        await world.pass_time(world.now + 2 * MINUTE)
    await run_until_quiet(world, *people)
    session = await sessions_db.find(world.db, "s1")
    inside = [person for person in people if person.in_room]
    assert all(person.in_room or person.end_reason or not person.received for person in people)
    assert len({person.place for person in inside}) <= 1
    here = {
        session.participant(role).id for role in rules.Role if session.participant(role).present
    }
    assert here == {person.who for person in inside}
    assert world.open_rooms() <= {session.provider_room_id}
    assert world.open_rooms() == set() or rules.can_join(session, world.now)
    return inside


async def moved_on(world, people):
    await people["teacher"].request_move()
    await run_until_quiet(world, *people.values())
    assert people["teacher"].place in world.open_rooms()


def cases():
    """A refused change has no effect, so one call tries all of them."""
    for place in PLACES:
        for stage, expected in STAGES.items():
            if place == "moved to the provider" and stage in HAVE_NO_CALL_TO_MOVE:
                continue
            refused = [name for name in CHANGES if expected[name] == LATE]
            accepted = [[name] for name in CHANGES if expected[name] != LATE]
            for names in [*accepted, refused]:
                if names:
                    about = f"{place}-{stage.__name__}-{names[0] if len(names) == 1 else 'refused'}"
                    yield pytest.param(place, stage, names, id=about)


@pytest.mark.parametrize(("place", "stage", "changes"), list(cases()))
async def test_change_at_any_stage_keeps_both_in_one_call_or_removes_them_with_reason(
    place, stage, changes
):
    provider, peer_first = PLACES[place]
    with call_world(provider, peer_first=peer_first, now=MID) as world:
        assert await world.platform_puts() == 201
        people = {role: Browser(world, role) for role in ("student", "teacher")}
        if place == "moved to the provider":
            await both_in(world, people)
            await moved_on(world, people)
        await stage(world, people)
        before = [person for person in people.values() if person.in_room]
        for change in changes:
            status, reason = STAGES[stage][change]
            record = world.session()
            assert await put(world, change) == status
            assert status == 200 or world.session() == record
        inside = await check_one_call(world, people.values())
        assert inside == ([] if reason else before)
        reasons = {person.end_reason for person in before if not person.in_room}
        if stage is one_dropped:
            # The lost socket was refused, or the provider's client has left the call.
            reasons -= {"refused", "left"}
        assert reasons <= {reason}
        await both_come(world, people)
        await close_by_clock(world, people)


async def put(world, change):
    if CHANGES[change] is not None:
        return await world.platform_puts(**CHANGES[change])
    answer = await world.press("POST", "/platform/sessions/s1/cancel", "platform")
    return answer.status


async def both_come(world, people):
    """Join with both if the room is open: they are in one call again."""
    session = await sessions_db.find(world.db, "s1")
    if not rules.can_join(session, world.now):
        return
    if session.student.id != people["student"].who:
        people["student"] = Browser(world, "student", 1, who=session.student.id)
    for person in people.values():
        if not person.in_room:
            assert await person.open() == 200
    both = list(people.values())
    assert await check_one_call(world, both) == both
    assert both[0].place != ""
    assert world.session()["status"] == "in_progress"


async def close_by_clock(world, people):
    """Let the clock close the room in any state."""
    await world.pass_time(world.session()["scheduled_end"] + 20 * MINUTE)
    assert await check_one_call(world, people.values()) == []
    assert None not in world.attendance().values()
    row = world.session()
    assert world.counted("session_started") == (row["started_at"] is not None)
    assert world.counted("session_joined") == world.join_count
