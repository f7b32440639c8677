"""Another time for a missed session: no text says that it "stays as planned"."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from domain import rules
from domain.model import Role, Session, Status
from tests.unit.cast import CLOSES, DAY, HOUR, NO_SHOW, START, gone, here, session
from tests.unit.faults import Case, World, running
from tests.unit.test_faults import minute

PLANNED = re.compile(
    r"\bas planned|planned time|time stays|[Ss]till (meet|on)|can't make the time b"
)
PROPOSED = START + DAY
MISSED = {"status": "no_show", "no_show": "student"}


@pytest.fixture
def world() -> Iterator[World]:
    """A deployment whose student did not come; an hour later the teacher asks for another time."""
    with running(Case(lambda _: None, lambda _: None)) as world:
        world.book(**MISSED)
        world.now = START + HOUR
        yield world


async def page(world: World, who: str) -> str:
    answer = await world.press("GET", "/session/s1/reschedule", who)
    assert answer is not None
    assert answer.status == 200
    return unescape(str(answer.body))


async def asks(world: World, **asked: object) -> str:
    answer = await world.press("POST", "/session/s1/reschedule", "teacher", asked)
    assert answer is not None
    assert answer.status == 201, answer.body
    (request,) = world.rows("SELECT id FROM reschedules WHERE state = 'open'")
    return str(request[0])


async def declines(world: World, request: str) -> None:
    given = {"request": request, "choice": "decline"}
    answer = await world.press("POST", "/session/s1/reschedule/answer", "student", given)
    assert answer is not None
    assert answer.status == 200, answer.body


async def mail(world: World) -> str:
    """The newest mail: its subject, its html and its text."""
    world.now += 60
    before = len(world.mail.mails)
    await minute(world)
    assert len(world.mail.mails) == before + 1
    newest = world.mail.mails[-1]
    return unescape("\n".join((newest["subject"], newest["html"], newest["text"])))


@pytest.mark.parametrize("asked", [{"proposed_times": [PROPOSED]}, {"reason": "I was there."}])
async def test_the_mails_do_not_say_that_a_past_time_stays(world: World, asked: dict) -> None:
    request = await asks(world, **asked)
    question = await mail(world)
    await declines(world, request)
    refusal = await mail(world)

    assert "You and Teacher didn't meet at the time below." in question
    assert "It moves once you two agree on a time." in question
    assert "No new time yet: Linear Algebra with Student Example" in refusal
    assert ("can't make the times you proposed" in refusal) is ("proposed_times" in asked)
    for text in (question, refusal):
        assert not PLANNED.search(text)
        assert "to your calendar" not in text


@pytest.mark.parametrize("asked", [{"proposed_times": [PROPOSED]}, {"reason": "I was there."}])
async def test_the_page_does_not_say_that_a_past_time_stays(world: World, asked: dict) -> None:
    first = await page(world, "teacher")
    request = await asks(world, **asked)
    mine, theirs = await page(world, "teacher"), await page(world, "student")
    await declines(world, request)
    declined, answered = await page(world, "teacher"), await page(world, "student")

    assert "the session moves once you two agree on a time." in first
    assert "The session moves once you two agree on a time." in mine
    assert ">Decline</button>" in theirs
    assert "You declined the last request." in answered
    assert ("could not make the times" in declined) is ("proposed_times" in asked)
    for text in (first, mine, theirs, declined, answered):
        assert not PLANNED.search(text)
        assert "It was planned for" in text


async def test_the_page_names_a_mail_only_once_it_exists(world: World) -> None:
    world.now = START - DAY
    world.connection.execute("UPDATE sessions SET status = 'scheduled', no_show = NULL")
    text = (await page(world, "student")).partition("<main")[2].partition("</main")[0]

    assert "Teacher decides; until then the session stays as planned." in text
    assert "mail" not in text


@pytest.mark.parametrize(
    ("booked", "now", "missed"),
    [
        (session(), START - DAY, False),
        (session(), START + HOUR, False),
        (session(), CLOSES, True),
        (session(student=here("student")), NO_SHOW - 1, False),
        (session(student=here("student")), NO_SHOW, True),
        (session(student=gone("student")), CLOSES, True),
        (session(status=Status.NO_SHOW, no_show=Role.STUDENT), NO_SHOW, True),
        (session(status=Status.CANCELLED), CLOSES, False),
        (session(status=Status.COMPLETED, started_at=START), CLOSES, False),
    ],
)
def test_a_session_is_missed_once_its_time_came_without_both(
    booked: Session, now: int, missed: bool
) -> None:
    assert rules.is_missed(booked, now) is missed
