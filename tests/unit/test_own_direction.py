"""A right-to-left name or title is isolated in our sentences."""

import json
import re
from collections.abc import Iterator
from html import unescape
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest
from icalendar import Calendar

from auth import links
from auth.access import Access, LoadedAccess
from db import outcomes, reschedules
from domain.mail_rules import Kind, Request
from domain.model import Course, Role
from errors import ConflictError
from mail.content import payload_of
from pages import feedback_wording, render
from sessions import calendar_entry, chat_text, rescheduling
from settings import Settings
from tests.unit.booked import insert
from tests.unit.cast import DAY, END, HOUR, START, person, session
from tests.unit.due_mails import due_mail
from tests.unit.faults import Case, World, running

NAME, GIVEN, TITLE = "أحمد علي", "أحمد", "الجبر ١"


def alone(text: str) -> str:
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


ALONE = {text: alone(text) for text in (NAME, GIVEN, TITLE)}
SETTINGS = Settings(public_url="https://sessions.example.com", link_secrets=("a-key-for-tests",))
BOOKED = session(
    course=Course("algebra", TITLE),
    teacher=person("teacher")._replace(name=NAME, given_name=GIVEN),
)
ACCESS = Access(BOOKED, Role.STUDENT, START - DAY)
RIGHT_TO_LEFT = re.compile("[\u0600-\u06ff]+(?: [\u0600-\u06ff]+)*")


def access_to_page(now: int) -> LoadedAccess[outcomes.SessionRows]:
    return LoadedAccess(BOOKED, Role.STUDENT, now, loaded=outcomes.SessionRows())


def assert_alone(text: str) -> None:
    """Each name and title in the text is isolated."""
    assert RIGHT_TO_LEFT.search(text), "nothing was looked at"
    for isolated in ALONE.values():
        text = text.replace(isolated, "")
    assert not RIGHT_TO_LEFT.search(text), text


def test_the_calendar_entry_isolates_names():
    calendar = Calendar.from_ical(calendar_entry.ics_file(ACCESS, SETTINGS))

    [event] = calendar.walk("VEVENT")
    assert event["summary"] == f"{ALONE[TITLE]} with {ALONE[NAME]}"


def test_the_chat_file_isolates_names():
    said = f"{GIVEN}!\nHello\n{TITLE}?"
    lines = [{"role": "teacher", "text": said, "at": START}]
    lines += [{"role": "student", "text": "Look: \u202egnp.exe", "at": START}]
    text = chat_text.as_text(ACCESS, lines)

    assert f"] {ALONE[NAME]}: {alone(GIVEN + '!')}\n    Hello\n    {alone(TITLE + '?')}\n" in text
    assert "] Student Example: Look: gnp.exe\n" in text
    assert_alone(text.replace(alone(GIVEN + "!"), "").replace(alone(TITLE + "?"), ""))


@pytest.mark.parametrize("kind", Kind)
def test_mails_without_html_isolate_names(kind):
    request = Request("r1", "open", "teacher", START, (START + DAY,), None, NAME, None)
    mail = due_mail(kind, Role.STUDENT, BOOKED, request)
    payload = json.loads(payload_of(mail, SETTINGS, START - DAY))

    assert_alone(payload["subject"])
    assert_alone(payload["text"])


def test_script_data_isolates_names():
    html = render.session_page(access_to_page(ACCESS.now), SETTINGS)
    [data] = re.findall(r'id="session-data">(.*?)</script>', html)

    assert json.loads(data)["other"]["called"] == ALONE[GIVEN]


def test_each_line_of_a_quote_is_isolated():
    request = Request("r1", "open", "teacher", START, (), None, f"{NAME}!\n{TITLE}", None)
    mail = due_mail(Kind.RESCHEDULE_ASKED, Role.STUDENT, BOOKED, request)
    text = json.loads(payload_of(mail, SETTINGS, START - DAY))["text"]

    assert f'"{alone(NAME + "!")}\n{ALONE[TITLE]}"\n' in text


def without_languages(html: str) -> str:
    """Their names have a `lang` and a line each."""
    return re.sub(r"<option[^>]*>.*?</option>", "", html)


def assert_alone_in_page(html: str) -> None:
    """Each is in isolates, in `bdi`, or in an element with `dir`."""
    text = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    text = re.sub(r"<bdi[^>]*>.*?</bdi>", "", text)
    text = re.sub(r'<span class="avatar[^>]*>[^<]*</span>', "", text)
    text = text.replace(f'aria-label="{NAME}"', "")
    text = re.sub(r'<(\w+)[^>]* dir="auto"[^>]*>[^<]*</\1>', "", text)
    text = without_languages(text)
    # A value needs no isolation in an attribute of its own.
    text = re.sub(r' (value|src)="[^"]*"', "", text)

    assert_alone(unescape(text))


@pytest.mark.parametrize("now", [START - DAY, START])
def test_the_lobby_isolates_names(now):
    assert_alone_in_page(render.session_page(access_to_page(now), SETTINGS))


@pytest.fixture
def world() -> Iterator[World]:
    """A teacher, a student and a course whose names run from right to left."""
    with running(Case(lambda _: None, lambda _: None)) as world:
        world.book()
        world.connection.execute("UPDATE users SET name = ?, given_name = ?", (NAME, GIVEN))
        world.connection.execute("UPDATE courses SET title = ?", (TITLE,))
        yield world


async def seen(world: World, path: str, who: str = "student") -> str:
    answer = await world.press("GET", path, who)
    assert answer is not None
    assert answer.status == 200
    return str(answer.body)


@pytest.mark.parametrize("status", ["completed", "cancelled", "no_show"])
@pytest.mark.parametrize("who", ["student", "teacher"])
async def test_the_page_afterwards_isolates_names(world: World, status: str, who: str) -> None:
    absent = "student" if status == "no_show" else None
    changes = (status, START if status == "completed" else None, END, absent)
    world.connection.execute(
        "UPDATE sessions SET status = ?, started_at = ?, ended_at = ?, no_show = ?", changes
    )
    file = {"id": "f1", "session_id": "s1", "uploaded_by": "teacher", "name": f"{TITLE}.pdf"}
    file |= {"type": "application/pdf", "size_bytes": 9, "status": "ready", "r2_key": "f1"}
    insert(world.connection, "session_resources", **file, created_at=START, updated_at=START)
    world.now = END + HOUR
    html = await seen(world, "/session/s1", who)

    assert (f"{TITLE}.pdf" in html) is (status != "cancelled")
    assert_alone_in_page(html)


async def test_the_page_for_another_time_isolates_names(world: World) -> None:
    world.now = START - DAY
    assert_alone_in_page(await seen(world, "/session/s1/reschedule"))
    asked = {"proposed_times": [START + DAY], "reason": f"{GIVEN}."}
    answer = await world.press("POST", "/session/s1/reschedule", "teacher", asked)
    assert answer is not None
    assert answer.status == 201
    for who in ("student", "teacher"):
        assert_alone_in_page(await seen(world, "/session/s1/reschedule", who))
    (request,) = world.rows("SELECT id FROM reschedules")
    given = {"request": request[0], "choice": "decline", "note": f"{NAME}!"}
    answer = await world.press("POST", "/session/s1/reschedule/answer", "student", given)
    assert answer is not None
    assert answer.status == 200
    for who in ("student", "teacher"):
        assert_alone_in_page(await seen(world, "/session/s1/reschedule", who))


async def test_the_page_of_reminders_isolates_names(world: World) -> None:
    person = links.RoomLink("s1", "student")
    token = links.sign(person, world.settings.link_secrets, purpose=links.UNSUBSCRIBE)
    html = await seen(world, f"/unsubscribe/{token}")

    assert NAME in html
    text = without_languages(re.sub(f"<bdi>{NAME}</bdi>", "", html))
    assert_alone(ALONE[NAME] + text)


def test_feedback_isolates_names():
    for role in Role:
        words = feedback_wording.words_for(role, BOOKED.teacher.called)
        assert_alone(words.question)
        assert_alone(words.privacy)


@pytest.mark.parametrize("asked_by", ["student", "teacher"])
async def test_refusals_isolate_names(monkeypatch, asked_by):
    """The viewer answers their own request, or the other person is busy at that time."""
    start = START + DAY
    request = Request("r1", "open", asked_by, START, (start,), None, None, None)
    monkeypatch.setattr(reschedules, "latest", AsyncMock(return_value=request))
    monkeypatch.setattr(reschedules, "clashing_people", AsyncMock(return_value={"teacher"}))
    ctx: Any = SimpleNamespace(db=None, settings=SETTINGS, now=ACCESS.now)
    with pytest.raises(ConflictError) as caught:
        await rescheduling.answer_request(
            ctx, ACCESS, rescheduling.Answer(request="r1", choice=start)
        )

    assert_alone(caught.value.sentence)
