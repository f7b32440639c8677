"""A person's calendar: all their sessions, for whoever has its address."""

import json
import re

import pytest
from icalendar import Calendar

from auth import links
from handlers.calendar_feed import MAX_SESSIONS, SHOWN_S
from tests.unit.booked import book
from tests.unit.cast import DAY, END, HOUR, START
from tests.unit.faults import Case, running

NOW = START - DAY


@pytest.fixture
def world():
    with running(Case(lambda _: None, lambda _: None)) as world:
        world.now = NOW
        yield world


def address(world, who="student"):
    return links.calendar_address(who, world.settings).removeprefix(world.settings.public_url)


async def get(world, path=None, who="nobody", **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await world.press("GET", path or address(world), who, headers=given)


def events(answer):
    assert answer.status == 200, answer.body
    return Calendar.from_ical(answer.body).walk("VEVENT")


def header(answer, name):
    [value] = [value for given, value in answer.headers if given == name]
    return value


def lesson(world, session_id, start, **changes):
    world.book(session_id, scheduled_start=start, scheduled_end=start + HOUR, **changes)


async def test_it_has_all_sessions_of_the_person_as_student_and_as_teacher(world):
    lesson(world, "later", START + DAY)
    lesson(world, "sooner", START)
    world.connection.execute("INSERT INTO enrollments VALUES ('stranger', 'algebra', 1)")
    lesson(world, "teaches", START + HOUR, student_id="stranger", teacher_id="student")
    lesson(world, "others", START, student_id="stranger")
    found = events(await get(world))

    assert [re.search("session-(.*)@", event["uid"])[1] for event in found] == [
        "sooner",
        "teaches",
        "later",
    ]
    assert [str(event["summary"]) for event in found] == [
        "Linear Algebra with Teacher Example",
        "Linear Algebra with Stranger Example",
        "Linear Algebra with Teacher Example",
    ]


async def test_an_entry_is_that_of_the_sessions_own_file(world):
    lesson(world, "s1", START, sequence=3)
    [entry] = events(await get(world))
    [alone] = events(await get(world, "/session/s1/calendar.ics", "student"))

    assert entry == alone
    assert entry["sequence"] == 3


async def test_a_cancelled_session_stays_as_cancelled(world):
    lesson(world, "s1", START, status="cancelled", ended_at=NOW, sequence=1)
    [entry] = events(await get(world))

    assert (entry["status"], entry["sequence"]) == ("CANCELLED", 1)


async def test_sessions_of_ninety_days_are_there(world):
    lesson(world, "old", NOW - SHOWN_S - 1, status="completed")
    lesson(world, "recent", NOW - SHOWN_S, status="completed")
    [entry] = events(await get(world))

    assert "recent" in entry["uid"]


async def test_of_too_many_sessions_the_oldest_are_left_out(world):
    for number in range(MAX_SESSIONS + 2):
        book(
            world.connection,
            f"s{number}",
            status="scheduled",
            scheduled_start=START + number * HOUR,
            scheduled_end=END + number * HOUR,
        )
    found = events(await get(world))

    assert len(found) == MAX_SESSIONS
    assert "session-s2@" in found[0]["uid"]
    assert f"session-s{MAX_SESSIONS + 1}@" in found[-1]["uid"]


async def test_it_has_no_address_of_a_person_and_tells_when_to_ask_again(world):
    lesson(world, "s1", START)
    answer = await get(world)
    calendar = Calendar.from_ical(answer.body)

    assert b"example.com" not in answer.body
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in answer.body
    assert b"X-PUBLISHED-TTL:PT1H\r\n" in answer.body
    assert calendar["x-wr-calname"] == calendar["name"] == "My sessions"
    assert header(answer, "Cache-Control") == "private, no-cache"
    assert header(answer, "Referrer-Policy") == "no-referrer"
    assert header(answer, "Content-Type") == "text/calendar; charset=utf-8"


CHANGES = {
    "the times": "UPDATE sessions SET scheduled_end = scheduled_end + 60, sequence = 1",
    "the status": "UPDATE sessions SET status = 'cancelled', sequence = 1",
    "the course": "UPDATE courses SET title = 'Algebra II'",
    "the other person": "UPDATE users SET name = 'New Name' WHERE id = 'teacher'",
    "the list": "DELETE FROM sessions",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_it_is_sent_again_only_after_a_change(world, change):
    lesson(world, "s1", START)
    etag = header(await get(world), "ETag")
    world.now += HOUR
    same = await get(world, if_none_match=etag)
    world.connection.execute(change)
    changed = await get(world, if_none_match=etag)

    assert (same.status, same.body, header(same, "ETag")) == (304, None, etag)
    assert changed.status == 200
    assert header(changed, "ETag") != etag


async def test_its_language_stays_that_of_the_person_when_the_last_session_is_gone(world):
    lesson(world, "s1", START)
    world.connection.execute("UPDATE users SET language = 'de' WHERE id = 'student'")
    names = []
    for world.now in (START, START + SHOWN_S + 1):
        answer = await get(world, accept_language="en")
        names.append(Calendar.from_ical(answer.body)["X-WR-CALNAME"])

    assert names == ["Meine Sitzungen"] * 2


async def test_a_person_without_sessions_has_an_empty_calendar(world):
    lesson(world, "s1", START)

    assert events(await get(world, address(world, "stranger"))) == []


async def test_a_deleted_person_has_no_calendar(world):
    lesson(world, "s1", START, status="completed")
    erased = await world.press("DELETE", "/platform/people/student", "platform")
    ours, other = await get(world), await get(world, address(world, "teacher"))
    told = await world.press("GET", "/platform/people/student/calendar", "platform")

    assert (erased.status, ours.status, told.status) == (200, 404, 404)
    [entry] = events(other)
    assert entry["summary"] == "Linear Algebra with Deleted person"


@pytest.mark.parametrize(
    "spoil", [lambda a: a[:-4], lambda a: a.replace("calendar/", "calendar/x")]
)
async def test_a_wrong_address_does_not_work(world, spoil):
    lesson(world, "s1", START)
    answer = await get(world, spoil(address(world)))

    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (404, "link_broken")


async def test_the_platform_is_told_the_address(world):
    lesson(world, "s1", START)
    told = await world.press("GET", "/platform/people/student/calendar", "platform")
    unknown = await world.press("GET", "/platform/people/nobody/calendar", "platform")
    refused = await world.press("GET", "/platform/people/student/calendar", "student")

    assert json.loads(told.body) == {"url": world.settings.public_url + address(world)}
    assert json.loads(unknown.body)["error"]["code"] == "person_not_found"
    assert (unknown.status, refused.status) == (404, 401)


async def test_the_page_offers_it_to_who_is_signed_in_alone(world):
    lesson(world, "s1", START)
    link = f"webcal:{links.calendar_address('student', world.settings).partition(':')[2]}"
    entered = await world.press("GET", f"/r/{room_link(world)}", "nobody")
    cookie = header(entered, "Set-Cookie").partition(";")[0]
    signed_in = await world.press("GET", "/session/s1", "student")
    by_link = await world.press("GET", "/session/s1", "nobody", headers={"cookie": cookie})

    assert f'href="{link}"' in signed_in.body
    assert "Add all my sessions to my calendar" in signed_in.body
    assert by_link.status == 200
    assert "webcal:" not in by_link.body
    assert "Add to calendar" in by_link.body


def room_link(world):
    return links.sign(links.RoomLink("s1", "student"), world.settings.link_secrets)
