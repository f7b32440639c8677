"""The recording of a call between two browsers: both agree, one page makes it, both see it."""

import json
from dataclasses import replace

import pytest

import i18n
from domain import consent
from domain.consent import VERSION, WORDS
from tests.unit.call_world import Browser, call_world, run_until_quiet
from tests.unit.cast import MINUTE, START, booked_person

MID = START + MINUTE


def peer_world():
    return call_world("peer", now=MID)


async def both_in(world, **booked):
    assert await world.platform_puts(recording_enabled=True, **booked) in (200, 201)
    people = Browser(world, "student"), Browser(world, "teacher")
    for person in people:
        await person.open()
    await run_until_quiet(world, *people)
    return people


async def answer(person, *, agreed=True):
    await person.send(type="recording_consent", agreed=agreed, words=VERSION)
    await run_until_quiet(person.world, person)


async def tell(person, *, can=True, on=False):
    await person.send(type="recorder", can=can, on=on)


def plan(person):
    """The newest plan that this person's page knows."""
    plans = [m for m in person.received if m["type"] == "recording_plan"]
    return plans[-1] if plans else None


def indicator(person):
    """What this page has heard of the recording, in order."""
    return [m["on"] for m in person.received if m["type"] == "recording"]


async def agreed_by_both(world):
    student, teacher = await both_in(world)
    for person in (student, teacher):
        await tell(person)
        await answer(person)
    await run_until_quiet(world, student, teacher)
    return student, teacher


async def test_page_of_teacher_records_once_both_agree():
    with peer_world() as world:
        student, teacher = await both_in(world)
        await tell(student)
        await tell(teacher)
        await answer(teacher)
        assert plan(teacher)["state"] == "asking"
        assert plan(teacher)["page"] == ""
        assert plan(teacher)["agreed"] == {"student": None, "teacher": True}
        await answer(student)
        await run_until_quiet(world, student, teacher)

        for person in (student, teacher):
            assert plan(person)["state"] == "agreed"
            assert plan(person)["page"] == teacher.page
        assert world.rows("SELECT user_id, role, agreed, words FROM recording_consents") == [
            ("teacher", "teacher", 1, VERSION),
            ("student", "student", 1, VERSION),
        ]


async def test_indicator_is_shown_to_both_before_and_after():
    with peer_world() as world:
        student, teacher = await agreed_by_both(world)
        await tell(teacher, on=True)
        await run_until_quiet(world, student, teacher)
        assert [indicator(student), indicator(teacher)] == [[True], [True]]
        await tell(teacher, on=False)
        await run_until_quiet(world, student, teacher)
        assert [indicator(student), indicator(teacher)] == [[True, False], [True, False]]


async def test_other_page_cannot_say_that_it_records():
    with peer_world() as world:
        student, teacher = await agreed_by_both(world)
        await tell(student, on=True)
        await run_until_quiet(world, student, teacher)
        assert [indicator(student), indicator(teacher)] == [[], []]


@pytest.mark.parametrize("who", ["student", "teacher"])
async def test_refusal_stops_recording(who):
    with peer_world() as world:
        student, teacher = await agreed_by_both(world)
        await tell(teacher, on=True)
        world.now += 30
        await answer({"student": student, "teacher": teacher}[who], agreed=False)
        await run_until_quiet(world, student, teacher)
        for person in (student, teacher):
            assert plan(person)["state"] == "refused"
            assert plan(person)["page"] == ""
            assert indicator(person) == [True, False]

        await answer({"student": student, "teacher": teacher}[who])
        await run_until_quiet(world, student, teacher)
        assert plan(student)["page"] == teacher.page
        rows = world.rows("SELECT user_id, agreed FROM recording_consents")
        assert [agreed for user, agreed in rows if user == who] == [1, 0, 1]


async def test_browser_of_student_records_if_that_of_teacher_cannot():
    with peer_world() as world:
        student, teacher = await both_in(world)
        await answer(student)
        await answer(teacher)
        await tell(teacher, can=False)
        await run_until_quiet(world, student, teacher)
        assert plan(student)["page"] == "", "the student's page has not said whether it can"
        await tell(student)
        await run_until_quiet(world, student, teacher)
        assert plan(student)["page"] == student.page


async def test_both_read_that_no_browser_can_record():
    with peer_world() as world:
        student, teacher = await both_in(world)
        for person in (student, teacher):
            await answer(person)
            await tell(person, can=False)
        await run_until_quiet(world, student, teacher)
        assert [plan(person)["state"] for person in (student, teacher)] == ["unable", "unable"]
        for _ in range(2):
            await world.pass_time(world.now + 2 * MINUTE)
        noted = "SELECT count(*) FROM platform_events WHERE type = 'recording.failed'"
        assert world.rows(noted) == [(1,)]
        assert world.rows("SELECT state, last_error FROM recordings") == [
            ("failed", "neither browser can record")
        ]

        # There is nothing to try again: no operator sees it, and nobody forgets that it was told.
        listed = await world.press("GET", "/platform/recordings", "platform")
        assert json.loads(listed.body) == {"recordings": []}
        retried = await world.press(
            "POST", "/platform/recordings/impossible-s1/retry", "platform", {}
        )
        assert retried.status == 404
        assert world.rows("SELECT state FROM recordings") == [("failed",)]
        await world.pass_time(world.now + 2 * MINUTE)
        assert world.rows(noted) == [(1,)]


async def test_reloaded_page_must_begin_anew():
    with peer_world() as world:
        student, teacher = await agreed_by_both(world)
        await tell(teacher, on=True)
        await teacher.drop()
        await run_until_quiet(world, student)
        assert indicator(student) == [True], "a lost page may record on"
        reloaded = Browser(world, "teacher", 1)
        await reloaded.open()
        await run_until_quiet(world, student, reloaded)
        assert indicator(student) == [True, False]
        await tell(reloaded)
        await run_until_quiet(world, student, reloaded)
        assert plan(student)["page"] == reloaded.page
        assert plan(student)["state"] == "agreed"


async def test_lost_page_is_the_recorder_when_it_returns():
    with peer_world() as world:
        student, teacher = await agreed_by_both(world)
        await tell(teacher, on=True)
        await teacher.drop()
        await world.pass_time(world.now + 5 * MINUTE)
        assert world.attendance()["teacher"] is not None, "the room takes the teacher for left"
        await run_until_quiet(world, student)
        assert indicator(student) == [True]
        await teacher.connect()
        await run_until_quiet(world, student, teacher)
        welcome = next(m for m in reversed(teacher.received) if m["type"] == "welcome")
        assert welcome["recording"] is True
        assert welcome["recording_plan"]["page"] == teacher.page
        assert indicator(student) == [True]


async def test_recorder_that_leaves_stops():
    with peer_world() as world:
        student, teacher = await agreed_by_both(world)
        await tell(teacher, on=True)
        await teacher.leave()
        await run_until_quiet(world, student)
        assert indicator(student) == [True, False]
        assert plan(student)["page"] == ""


async def test_room_keeps_answers_over_eviction():
    with peer_world() as world:
        student, teacher = await agreed_by_both(world)
        await tell(teacher, on=True)
        world.rooms.evict()
        await tell(teacher, on=False)
        await run_until_quiet(world, student, teacher)
        assert plan(student)["state"] == "agreed"
        assert indicator(student) == [True, False]


async def test_answer_of_replaced_student_does_not_count():
    with peer_world() as world:
        await world.platform_puts(recording_enabled=True)
        student, teacher = Browser(world, "student"), Browser(world, "teacher")
        await student.open()
        await answer(student)
        mia = booked_person("mia")
        assert await world.platform_puts(recording_enabled=True, student=mia) == 200
        await world.rooms.refresh("s1")
        await teacher.open()
        await answer(teacher)
        await run_until_quiet(world, student, teacher)
        assert student.end_reason == "reassigned"
        assert plan(teacher)["agreed"] == {"student": None, "teacher": True}
        assert plan(teacher)["state"] == "asking"


@pytest.mark.parametrize("why", ["not booked", "switched off", "a provider"])
async def test_no_plan_if_browsers_do_not_record(why):
    provider = "plugnmeet" if why == "a provider" else "peer"
    with call_world(provider, now=MID) as world:
        if why == "switched off":
            world.settings = replace(world.settings, peer_recording=False)
        await world.platform_puts(recording_enabled=why != "not booked")
        student = Browser(world, "student")
        await student.open()
        await answer(student)
        errors = [m["code"] for m in student.received if m["type"] == "error"]
        assert errors == ["not_recorded"]
        assert plan(student) is None
        assert world.rows("SELECT * FROM recording_consents") == []


async def test_answer_that_is_not_stored_does_not_count():
    with peer_world() as world:
        student, teacher = await both_in(world)
        await tell(student)
        await tell(teacher)
        await answer(teacher)
        world.outage.service_down = "d1"
        await answer(student)
        world.heal()
        errors = [m["code"] for m in student.received if m["type"] == "error"]
        assert errors == ["not_stored"]
        assert plan(teacher)["state"] == "asking"


async def test_repeated_answer_adds_no_row():
    with peer_world() as world:
        student, _ = await both_in(world)
        await answer(student)
        await answer(student)
        assert len(world.rows("SELECT * FROM recording_consents")) == 1


async def test_platform_reads_who_agreed_to_which_words():
    with peer_world() as world:
        student, _ = await both_in(world)
        await answer(student)
        shown = await world.press("GET", "/platform/sessions/s1", "platform")
        assert json.loads(shown.body)["recording_consents"] == [
            {
                "user_id": "student",
                "role": "student",
                "agreed": True,
                "words": VERSION,
                "text": WORDS[VERSION],
                "decided_at": MID,
            }
        ]


async def test_words_are_kept_as_they_were_read():
    with i18n.reading("en-XA"):
        read = consent.shown()
    assert read.text != WORDS[VERSION]
    with peer_world() as world:
        student, _ = await both_in(world)
        await student.send(type="recording_consent", agreed=True, words=read.version)
        await run_until_quiet(world, student)
        assert world.rows("SELECT words, text FROM recording_consents") == [("1.en-XA", read.text)]


@pytest.mark.parametrize("words", ["0", "1.", "1.xx", "0.de"])
async def test_unknown_words_are_refused(words):
    with peer_world() as world:
        student, _ = await both_in(world)
        await student.send(type="recording_consent", agreed=True, words=words)
        await run_until_quiet(world, student)
        assert student.received[-1]["code"] == "malformed"
