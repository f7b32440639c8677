"""Sessions long past: their links, requests for another time, and the purge."""

import re
from collections.abc import Iterator

import pytest

import retention
from domain.mail_rules import Kind
from tests.unit.booked import insert
from tests.unit.cast import DAY, END, HOUR, MINUTE, START
from tests.unit.faults import Case, World, running
from tests.unit.test_faults import minute
from web.messages import Response

LATE = END + 100 * DAY
WEEK = 7 * DAY
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def world() -> Iterator[World]:
    """A session that the student missed, a hundred days ago."""
    with running(Case(lambda _: None, lambda _: None)) as world:
        world.book(status="no_show", no_show="student", ended_at=END)
        world.now = LATE
        yield world


async def press(world: World, *args: object, **given: object) -> Response:
    answer = await world.press(*args, **given)  # type: ignore[arg-type]
    assert answer is not None
    return answer


async def ask(world: World) -> str:
    """The teacher requests another time. Returns the link in the student's mail."""
    data = {"proposed_times": [world.now + 2 * DAY], "reason": "Again?"}
    answer = await press(world, "POST", "/session/s1/reschedule", "teacher", data)
    assert answer.status == 201, answer.body
    await minute(world)
    mail = world.mail.mails[-1]
    assert mail["to"] == ["student@example.com"]
    found = re.search(r'href="https://[^/]+(/r/[^"/]+/reschedule)"', mail["html"])
    assert found is not None
    return found[1]


async def follow(world: World, link: str) -> dict[str, str] | None:
    """Follow the link. Returns the headers of its visitor; None if the link has expired."""
    answer = await press(world, "GET", link, headers={"authorization": ""})
    if answer.status == 410:
        return None
    assert answer.status == 303
    cookie = next(value for name, value in answer.headers if name == "Set-Cookie")
    return {"authorization": "", "cookie": cookie.partition(";")[0]}


async def page(world: World, path: str, **given: object) -> tuple[int, str]:
    answer = await press(world, "GET", path, **given)
    return answer.status, str(answer.body)


async def test_link_expires_with_the_request(world: World) -> None:
    link = await ask(world)
    world.now = LATE + WEEK - MINUTE
    visitor = await follow(world, link)
    assert visitor is not None
    status, text = await page(world, "/session/s1/reschedule", headers=visitor)
    assert (status, "asks for another time" in text) == (200, True)
    world.now = LATE + WEEK

    assert await follow(world, link) is None
    status, text = await page(world, "/session/s1/reschedule", who="student")
    assert (status, "asks for another time" in text) == (200, False)
    assert "asks for another time" not in (await page(world, "/session/s1", who="student"))[1]
    state = await page(world, "/session/s1/state", who="student")
    assert '"reschedule_asked_by":null' in state[1]


async def test_expired_request_cannot_be_answered(world: World) -> None:
    await ask(world)
    ((request, times),) = world.rows("SELECT id, proposed_starts FROM reschedules")
    world.connection.execute("UPDATE reschedules SET proposed_starts = ?", (f"[{LATE + 9 * DAY}]",))
    world.now = LATE + WEEK
    for choice in (LATE + 9 * DAY, "decline"):
        data = {"request": request, "choice": choice}
        answer = await press(world, "POST", "/session/s1/reschedule/answer", "student", data)
        assert (answer.status, times) == (409, f"[{LATE + 2 * DAY}]")


async def test_visitor_by_link_answers_and_reads_the_new_time(world: World) -> None:
    visitor = await follow(world, await ask(world))
    assert visitor is not None
    ((request,),) = world.rows("SELECT id FROM reschedules")
    body = f"request={request}&choice={LATE + 2 * DAY}".encode()
    path = "/session/s1/reschedule/answer"
    answer = await press(world, "POST", path, body=body, headers=visitor | FORM)
    assert answer.status == 303
    place = dict(answer.headers)["Location"]
    _, text = await page(world, place, headers=visitor)

    assert "Your session has a new time" in text
    assert "We are e-mailing Teacher." in text
    assert "/session/s1/calendar.ics" in text
    # Only right after the answer, and only while it is true.
    assert "has a new time" not in (await page(world, "/session/s1/reschedule"))[1]
    world.connection.execute("UPDATE sessions SET scheduled_start = scheduled_start + 60")
    assert "has a new time" not in (await page(world, place, headers=visitor))[1]


async def test_link_is_valid_while_feedback_can_be_changed(world: World) -> None:
    link = (await ask(world)).removesuffix("/reschedule")
    world.now = LATE + WEEK
    assert await follow(world, link) is None
    given = {"session_id": "s1", "user_id": "student", "rating": 4}
    insert(world.connection, "feedback", **given, created_at=world.now, updated_at=world.now)

    assert await follow(world, link) is not None
    world.now += WEEK
    assert await follow(world, link) is None


async def test_purge_keeps_young_mail_of_an_old_session(world: World) -> None:
    data = {"proposed_times": [world.now + 2 * DAY], "reason": "Again?"}
    times = {"scheduled_start": START, "due_at": START - HOUR, "created_at": START - HOUR}
    about = {"session_id": "s1", "user_id": "student", "kind": Kind.HOUR_BEFORE, "state": "sent"}
    insert(world.connection, "mails", id="old", **about, **times)
    await press(world, "POST", "/session/s1/reschedule", "teacher", data)
    await retention.purge(world.context())
    assert world.rows("SELECT kind FROM mails") == [("reschedule_asked",)]
    await minute(world)

    assert [mail["to"] for mail in world.mail.mails] == [["student@example.com"]]
