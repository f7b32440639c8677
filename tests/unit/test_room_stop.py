"""A person stops the recording, or answers twice, while D1 is down or slow: the last word wins."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress

import pytest

from board.keeping import SAVE_AFTER_S
from db import consents
from domain.consent import VERSION
from files import saved_boards
from tests.unit.board_messages import page
from tests.unit.board_messages import said as drawn
from tests.unit.call_world import Browser, call_world, run_until_quiet
from tests.unit.cast import MINUTE, START
from tests.unit.faults import DiedError, How, Outage

MID = START + MINUTE
PRESSED = MID + 30
DEVICE = "0123456789abcdef"


@asynccontextmanager
async def recorded_lesson():
    """Both have agreed, and the teacher's page records."""
    with call_world("peer", now=MID) as world:
        assert await world.platform_puts(recording_enabled=True) == 201
        student, teacher = Browser(world, "student"), Browser(world, "teacher")
        for person in (student, teacher):
            await person.open()
            await answer(person, agreed=True)
            await person.send(type="recorder", can=True, on=False)
        await teacher.send(type="recorder", can=True, on=True)
        await run_until_quiet(world, student, teacher)
        assert said(student) == ("agreed", True)
        world.now = PRESSED
        yield world, student, teacher


async def answer(person, *, agreed):
    await person.send(type="recording_consent", agreed=agreed, words=VERSION)


def said(person):
    """What this page was told last: the state of the plan, and whether it is recorded."""
    told = {message["type"]: message for message in person.received}
    return told["recording_plan"]["state"], told["recording"]["on"]


def stored(world):
    """The answers in D1: whose, which, and how long after the press."""
    rows = world.rows("SELECT user_id, agreed, decided_at FROM recording_consents ORDER BY id")
    return [(user_id, bool(agreed), at - PRESSED) for user_id, agreed, at in rows]


AGREED = [("student", True, -30), ("teacher", True, -30)]
STOPPED = [*AGREED, ("student", False, 0)]


@pytest.mark.parametrize("is_evicted", [False, True])
async def test_stop_takes_effect_while_d1_is_down_and_is_stored_later(is_evicted):
    async with recorded_lesson() as (world, student, teacher):
        record_id = await begun(world)
        world.outage.service_down = "d1"
        await answer(student, agreed=False)
        await run_until_quiet(world, student, teacher)
        assert [said(student), said(teacher)] == [("refused", False)] * 2
        assert [m for m in student.received if m["type"] == "error"] == []
        if is_evicted:
            world.rooms.evict()
        await world.pass_time(PRESSED + 10 * MINUTE)
        assert stored(world) == AGREED
        world.heal()
        await world.pass_time(PRESSED + 10 * MINUTE + 6)

        assert stored(world) == STOPPED
        assert world.rooms.awake("s1")._memory.unwritten_refusals == []
        assert await send_piece(world, record_id, began=-4, ended=0) == 200
        assert await send_piece(world, record_id, began=0, ended=4) == 410


async def begun(world):
    new = {"device": DEVICE, "format": "mp4"}
    began = await world.press("POST", "/session/s1/recordings", "teacher", new)
    return json.loads(began.body)["id"]


async def send_piece(world, record_id, *, began, ended):
    """Send what was recorded between these seconds after the press; the status of the answer."""
    known = await world.press("GET", f"/session/s1/recordings/{record_id}", "teacher")
    start = json.loads(known.body)["received_bytes"]
    ago = "&".join(
        f"{name}={(world.now - PRESSED - at) * 1000}"
        for name, at in (("began_ago", began), ("ended_ago", ended))
    )
    path = f"/session/s1/recordings/{record_id}/bytes/{start}?{ago}"
    return (await world.press("PUT", path, "teacher", body=b"piece")).status


@pytest.mark.parametrize("how", [How.BEFORE, How.AFTER, How.DIED])
@pytest.mark.parametrize("call", [0, 1])
async def test_stop_is_stored_once_whichever_call_fails(call, how):
    """The first call stores the refusal, the next one reads the record."""
    async with recorded_lesson() as (world, student, teacher):
        world.outage = Outage(call, how)
        with suppress(DiedError):
            await answer(student, agreed=False)
        assert len(world.outage.calls) > call
        world.heal()
        await run_until_quiet(world, student, teacher)
        await world.pass_time(PRESSED + 6)
        await run_until_quiet(world, student, teacher)

        assert stored(world) == STOPPED
        assert world.rooms.awake("s1")._memory.unwritten_refusals == []
        assert said(teacher) == ("refused", False)


async def test_agreement_after_a_stop_is_stored_behind_it():
    async with recorded_lesson() as (world, student, teacher):
        world.outage.service_down = "d1"
        await answer(student, agreed=False)
        world.now += 1
        await answer(student, agreed=True)
        await run_until_quiet(world, student, teacher)
        assert student.received[-1]["code"] == "not_stored"
        assert said(teacher) == ("refused", False)
        world.heal()
        world.now += 1
        await answer(student, agreed=True)
        await run_until_quiet(world, student, teacher)

        assert stored(world) == [*STOPPED, ("student", True, 2)]
        assert said(teacher)[0] == "agreed"


async def test_stop_counts_though_d1_has_stored_an_agreement_without_an_answer():
    async with recorded_lesson() as (world, student, teacher):
        await answer(student, agreed=False)
        world.outage = Outage(0, How.AFTER)
        await answer(student, agreed=True)
        world.heal()
        assert stored(world)[-1] == ("student", True, 0)
        await answer(student, agreed=False)
        await run_until_quiet(world, student, teacher)

        assert stored(world)[-1] == ("student", False, 0)
        assert said(teacher) == ("refused", False)


async def test_the_other_ones_answer_is_stored_behind_a_stop():
    async with recorded_lesson() as (world, student, teacher):
        world.outage.service_down = "d1"
        await answer(student, agreed=False)
        world.outage.service_down = ""
        world.now += 1
        await answer(teacher, agreed=False)

        assert stored(world) == [*STOPPED, ("teacher", False, 1)]


async def test_presses_during_an_outage_do_not_fill_the_memory():
    async with recorded_lesson() as (world, student, _):
        world.outage.service_down = "d1"
        for _ in range(4):
            for agreed in (False, True):
                world.now += 2
                await answer(student, agreed=agreed)

        assert len(world.rooms.awake("s1")._memory.unwritten_refusals) == 1


@pytest.mark.parametrize("presses", [(True, False), (False, True), (True, False, True)])
async def test_last_word_wins_though_d1_answers_the_newer_write_first(presses, monkeypatch):
    """Each write waits until the test lets it go on, the newest first."""
    waiting = []
    add = consents.add

    async def slow(*given, **named):
        turn = asyncio.Event()
        waiting.append(turn)
        await turn.wait()
        await add(*given, **named)

    async with recorded_lesson() as (world, student, teacher):
        await answer(student, agreed=not presses[0])
        before = len(stored(world))
        monkeypatch.setattr(consents, "add", slow)
        pressed = []
        for agreed in presses:
            pressed.append(asyncio.ensure_future(answer(student, agreed=agreed)))
            await turns()
        while waiting:
            waiting.pop().set()
            await turns()
        await asyncio.gather(*pressed)
        await run_until_quiet(world, student, teacher)

        agreements = [agreed for _, agreed, _ in stored(world)[before:]]
        assert agreements[-1] is presses[-1]
        assert said(teacher)[0] == ("agreed" if presses[-1] else "refused")


async def test_stop_is_stored_at_once_though_the_room_saves_its_board(monkeypatch):
    """The room has read its record already, and waits for R2 when the stop comes."""
    going_on = asyncio.Event()
    save = saved_boards.save

    async def slow(*given):
        await going_on.wait()
        await save(*given)

    async with recorded_lesson() as (world, student, _):
        await student.send(**drawn(page("page0000", "One")))
        world.now += SAVE_AFTER_S
        monkeypatch.setattr(saved_boards, "save", slow)
        saving = asyncio.ensure_future(world.rooms.refresh("s1"))
        await turns()
        await answer(student, agreed=False)
        assert stored(world) == AGREED
        going_on.set()
        await saving

        assert stored(world) == [*AGREED, ("student", False, SAVE_AFTER_S)]


async def turns():
    """Let everything run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)
