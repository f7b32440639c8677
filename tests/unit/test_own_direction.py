"""A name and a title that run from right to left stand in their own direction in our sentences."""

import json
import re
from html import unescape
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest
from icalendar import Calendar

from auth.access import Visit
from db import reschedules
from domain.mail_rules import Kind, Request
from domain.model import Course, Role
from errors import ConflictError
from handlers import calendar_file, chat_file
from mail.content import payload_of
from pages import feedback_wording, render
from sessions import rescheduling
from settings import Settings
from tests.unit.cast import DAY, START, person, session
from tests.unit.due_mails import due_mail

NAME, GIVEN, TITLE = "أحمد علي", "أحمد", "الجبر ١"
ALONE = {
    text: f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
    for text in (NAME, GIVEN, TITLE)
}
SETTINGS = Settings(public_url="https://sessions.example.com", link_secrets=("a-key-for-tests",))
BOOKED = session(
    course=Course("algebra", TITLE),
    teacher=person("teacher")._replace(name=NAME, given_name=GIVEN),
)
VISIT = Visit(BOOKED, Role.STUDENT, START - DAY)
RIGHT_TO_LEFT = re.compile("[\u0600-\u06ff]+(?: [\u0600-\u06ff]+)*")


def assert_alone(text: str) -> None:
    """Each name and title there is in isolates."""
    assert RIGHT_TO_LEFT.search(text), "nothing was looked at"
    for isolated in ALONE.values():
        text = text.replace(isolated, "")
    assert not RIGHT_TO_LEFT.search(text), text


def test_in_the_calendar():
    calendar = Calendar.from_ical(calendar_file.calendar_of(VISIT, SETTINGS))

    [event] = calendar.walk("VEVENT")
    assert event["summary"] == f"{ALONE[TITLE]} with {ALONE[NAME]}"


def test_in_the_chat_file():
    lines = [{"role": "teacher", "text": "Hello", "at": START}]
    text = chat_file.as_text(VISIT, lines)

    assert_alone(text)
    assert f"] {ALONE[NAME]}: Hello\n" in text


@pytest.mark.parametrize("kind", Kind)
def test_in_mails_without_html(kind):
    request = Request("r1", "open", "teacher", START, (START + DAY,), None, NAME, None)
    mail = due_mail(kind, Role.STUDENT, BOOKED, request)
    payload = json.loads(payload_of(mail, SETTINGS, START - DAY))

    assert_alone(payload["subject"])
    assert_alone(payload["text"])


def test_in_what_scripts_say():
    html = render.session_page(VISIT, SETTINGS)
    [data] = re.findall(r'id="session-data">(.*?)</script>', html)

    assert json.loads(data)["other"]["called"] == ALONE[GIVEN]


@pytest.mark.parametrize("now", [START - DAY, START])
def test_in_pages(now):
    """In isolates, in `bdi`, or in an element of its own direction."""
    html = render.session_page(Visit(BOOKED, Role.STUDENT, now), SETTINGS)
    text = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    text = re.sub(r"<bdi>.*?</bdi>", "", text)
    text = re.sub(r'<span class="avatar[^>]*>[^<]*</span>', "", text)
    text = text.replace(f'aria-label="{NAME}"', "")
    text = re.sub(r'<(\w+)[^>]* dir="auto"[^>]*>[^<]*</\1>', "", text)

    assert_alone(unescape(text))


def test_in_feedback():
    for role in Role:
        words = feedback_wording.words_for(role, BOOKED.teacher.called)
        assert_alone(words.question)
        assert_alone(words.privacy)


@pytest.mark.parametrize("asked_by", ["student", "teacher"])
async def test_in_refusals(monkeypatch, asked_by):
    """One's own request is for the other one to answer; or the other one is busy then."""
    start = START + DAY
    request = Request("r1", "open", asked_by, START, (start,), None, None, None)
    monkeypatch.setattr(reschedules, "latest", AsyncMock(return_value=request))
    monkeypatch.setattr(reschedules, "clashing_people", AsyncMock(return_value={"teacher"}))
    ctx: Any = SimpleNamespace(db=None, settings=SETTINGS, now=VISIT.now)
    with pytest.raises(ConflictError) as caught:
        await rescheduling.answer(ctx, VISIT, rescheduling.Answered(request="r1", choice=start))

    assert_alone(caught.value.message)
