"""A request for another time belongs to the person who made it, not to who has their role now."""

import json
from collections.abc import Iterator

import pytest

from db import reschedules, sessions
from tests.unit.cast import DAY, HOUR, START, booked_person, booking
from tests.unit.faults import Case, World, running
from tests.unit.test_faults import minute

AHEAD = START + 5 * DAY
PROPOSED = AHEAD + DAY
REASON = "My exam is on that day"


@pytest.fixture
def world() -> Iterator[World]:
    with running(Case(lambda _: None, lambda _: None)) as world:
        yield world


async def put(world: World, **changes: object) -> None:
    times = {"scheduled_start": AHEAD, "scheduled_end": AHEAD + HOUR}
    body = booking(**times | changes)
    answer = await world.press("PUT", "/platform/sessions/s1", "platform", body)
    assert answer is not None
    assert answer.status < 300, answer.body


async def ask(world: World, who: str = "student") -> str:
    """Request another time. Returns the request's id."""
    data = {"proposed_times": [PROPOSED], "reason": REASON}
    answer = await world.press("POST", "/session/s1/reschedule", who, data)
    assert answer is not None
    assert answer.status == 201, answer.body
    return str(json.loads(answer.body)["id"])


async def answer(world: World, who: str, request: str, choice: int | str = PROPOSED) -> int:
    data = {"request": request, "choice": choice}
    given = await world.press("POST", "/session/s1/reschedule/answer", who, data)
    assert given is not None
    return given.status


async def page(world: World, who: str) -> str:
    shown = await world.press("GET", "/session/s1/reschedule", who)
    assert shown is not None
    return str(shown.body)


def replace_student(world: World) -> None:
    """As a booking did that replaced the student before requests ended with their person's part."""
    world.connection.execute("INSERT INTO enrollments VALUES ('stranger', 'algebra', 1)")
    world.connection.execute("UPDATE sessions SET student_id = 'stranger'")


def state(world: World) -> tuple[str, int]:
    """The request's state, and the session's start."""
    return world.rows("SELECT r.state, s.scheduled_start FROM reschedules r, sessions s")[0]


async def test_request_is_withdrawn_when_its_person_is_replaced(world: World) -> None:
    await put(world)
    request = await ask(world)
    await put(world, student=booked_person("stranger"))

    assert state(world) == ("withdrawn", AHEAD)
    await minute(world)
    assert world.rows("SELECT state FROM mails WHERE kind = 'reschedule_asked'") == [("withdrawn",)]
    assert not [mail for mail in world.mail.mails if "another time" in mail["subject"]]
    for who in ("stranger", "teacher"):
        assert REASON not in await page(world, who)
        assert await answer(world, who, request) == 409
    assert state(world) == ("withdrawn", AHEAD)
    assert await ask(world, "stranger") != request


async def test_request_stays_when_the_other_person_is_replaced(world: World) -> None:
    await put(world)
    request = await ask(world, "teacher")
    await put(world, student=booked_person("stranger"))

    assert REASON in await page(world, "stranger")
    assert await answer(world, "stranger", request) == 200
    assert state(world) == ("accepted", PROPOSED)


async def test_open_request_of_a_person_replaced_earlier_is_nobodys(world: World) -> None:
    world.book(scheduled_start=AHEAD, scheduled_end=AHEAD + HOUR)
    request = await ask(world)
    replace_student(world)

    for who in ("stranger", "teacher"):
        assert REASON not in await page(world, who)
        assert await answer(world, who, request) == 409
        assert await answer(world, who, request, "decline") == 409
    assert state(world) == ("open", AHEAD)


async def test_answer_comes_too_late_if_the_person_was_just_replaced(world: World) -> None:
    """The request was read before the booking, and is answered after it."""
    world.book(scheduled_start=AHEAD, scheduled_end=AHEAD + HOUR)
    request_id = await ask(world)
    request = await reschedules.latest(world.db, "s1")
    session = await sessions.find(world.db, "s1")
    assert request is not None
    assert session is not None
    replace_student(world)
    given = {"note": None, "now": START}

    assert not await reschedules.accept(world.db, request, session, PROPOSED, **given)
    assert not await reschedules.decline(world.db, request_id, "teacher", **given)
    assert state(world) == ("open", AHEAD)
    assert not await reschedules.create(
        world.db,
        request_id="late",
        session=session,
        asked_by="student",
        proposed_starts=[PROPOSED],
        reason=None,
        limit=5,
        within_s=DAY,
        now=START,
    )
