"""What stands on the session's pages, and in which order."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.unit.cast import CLOSES, DAY, END, HOUR, START
from tests.unit.faults import Case, World, running

HELD = {"status": "completed", "started_at": START, "ended_at": END}
MISSED = {"status": "no_show", "no_show": "teacher", "ended_at": END}
NEXT = {"id": "s2", "scheduled_start": START + 7 * DAY, "scheduled_end": END + 7 * DAY}


@pytest.fixture
def world() -> Iterator[World]:
    with running(Case(lambda _: None, lambda _: None)) as world:
        world.now = CLOSES + HOUR
        yield world


def book(world: World, **changes: object) -> None:
    world.book(str(changes.pop("id", "s1")), **changes)


async def page(world: World, who: str = "student", path: str = "") -> str:
    answer = await world.press("GET", f"/session/s1{path}", who)
    assert answer is not None
    assert answer.status == 200
    return unescape(str(answer.body)).partition("<main")[2].partition("</main")[0]


def order(text: str, *marks: str) -> list[str]:
    """The marks that are in the text, in its order."""
    return sorted((mark for mark in marks if mark in text), key=text.index)


async def test_stars_come_first_and_ways_out_last(world: World) -> None:
    book(world, **HELD)
    book(world, **NEXT)
    marks = (
        "Session ended",
        'id="feedback"',
        'id="recording"',
        'id="files"',
        "Your next session with Teacher",
        "About this session",
        "Back to Dashboard",
    )

    assert order(await page(world), *reversed(marks)) == list(marks)


async def test_praise_and_complaints_are_apart_and_old_tags_stay_chosen(world: World) -> None:
    book(world, **HELD)
    given = {"rating": 2, "tags": ["clear", "too_fast"]}
    answer = await world.press("POST", "/session/s1/feedback", "student", given)
    assert answer is not None
    assert answer.status == 200
    text = await page(world)
    chosen = {
        group: re.findall(
            r'value="(\w+)" checked', text.partition(f'"{group}"')[2].partition("</fieldset>")[0]
        )
        for group in ("praise", "wrong")
    }

    assert chosen == {"praise": ["clear"], "wrong": ["too_fast"]}


async def test_the_next_session_is_the_first_one_booked_for_the_same_two(world: World) -> None:
    book(world, **HELD)
    assert "Your next session" not in await page(world)
    later = {"scheduled_start": START + 14 * DAY, "scheduled_end": END + 14 * DAY}
    book(world, id="later", **later)
    book(world, **NEXT)
    sooner = {"scheduled_start": START + DAY, "scheduled_end": END + DAY}
    book(world, id="cancelled", status="cancelled", **sooner)
    book(world, id="of-others", teacher_id="stranger", **sooner)

    for who in ("student", "teacher"):
        text = await page(world, who)
        assert 'href="/session/s2">View next session' in text
        assert "Friday, 22 January 2027" in text
        assert "/session/later" not in text


async def test_a_no_show_offers_a_new_time_first(world: World) -> None:
    book(world, **MISSED)
    text = await page(world)

    assert "We've noted that you were here." in text
    assert order(text, "Find a new time", "Back to Dashboard") == [
        "Find a new time",
        "Back to Dashboard",
    ]
    assert 'href="/session/s1/reschedule"' in text


async def test_the_lobby_of_a_no_show_offers_another_time_beside_waiting(world: World) -> None:
    book(world, **{**MISSED, "ended_at": None})
    world.now = START + HOUR // 2
    text = await page(world)
    marks = ("Keep waiting", "<span>Ask for another time", "<span>When")

    assert order(text, *reversed(marks)) == list(marks)


@pytest.mark.parametrize("booked", [MISSED, {}], ids=["afterwards", "lobby"])
async def test_a_request_without_an_answer_is_above_the_page(world: World, booked: dict) -> None:
    book(world, **booked)
    if not booked:
        world.now = START - DAY
    banner = 'class="banner"'
    assert banner not in await page(world)
    asked = {"proposed_times": [START + 2 * DAY]}
    answer = await world.press("POST", "/session/s1/reschedule", "teacher", asked)
    assert answer is not None
    assert answer.status == 201
    theirs, mine = await page(world, "student"), await page(world, "teacher")

    for text in (theirs, mine):
        assert order(text, banner, "<h1") == [banner, "<h1"]
        assert "<span>Ask for another time" not in text
        assert "Find a new time" not in text
    assert "Teacher asks for another time." in theirs
    assert "Student hasn't answered yet." in mine


async def test_slots_show_the_other_persons_time_and_stay_chosen(world: World) -> None:
    book(world, **MISSED)
    world.connection.execute("UPDATE users SET time_zone = 'Asia/Tokyo' WHERE id = 'teacher'")
    text = await page(world, path="/reschedule")
    slots = re.findall(r'name="(slot\d)" value="(\d+)"', text)

    assert [name for name, _ in slots] == ["slot1", "slot2", "slot3"]
    assert "Same time tomorrow" in text
    assert "17:00\N{EN DASH}18:00 for Teacher" in text
    assert "Night for Teacher" not in text
    form = f"slot2={slots[1][1]}&time1=soon"
    answer = await world.press(
        "POST",
        "/session/s1/reschedule",
        "student",
        body=form.encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer is not None
    assert answer.status == 422
    assert f'value="{slots[1][1]}" checked' in str(answer.body)
