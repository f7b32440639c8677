"""A New Yorker and a Berliner read the same session, each in one form of times everywhere."""

import json
import re
from html import unescape

import pytest

from auth.access import Access, LoadedAccess
from db import outcomes
from domain.mail_rules import Kind, Request
from domain.model import Role
from mail.content import payload_of
from pages import render
from sessions import chat_text, rescheduling
from settings import Settings
from tests.unit.cast import DAY, MINUTE, OPENS, START, person, session
from tests.unit.due_mails import due_mail

SETTINGS = Settings(public_url="https://sessions.example.com", link_secrets=("a-key-for-tests",))
# From 08:00 to 09:00 UTC on Friday, 15 January 2027.
BOOKED = session(
    student=person("student")._replace(time_zone="America/New_York", locale="en-US"),
    teacher=person("teacher")._replace(time_zone="Europe/Berlin", locale="en-DE"),
)
FORMS = [
    (Role.STUDENT, ("Friday, January 15, 2027", "3:00 AM", "4:00 AM", "2:45 AM")),
    (Role.TEACHER, ("Friday, 15 January 2027", "09:00", "10:00", "08:45")),
]
ANY_CLOCK_TIME = re.compile(r"\b\d{1,2}:\d\d\b(?: [AP]M)?")


def read(html: str) -> str:
    body = re.sub(r"<(script|head|style).*?</\1>", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", body))


@pytest.mark.parametrize(("role", "form"), FORMS)
def test_the_session_page_uses_the_readers_form(role, form):
    date, start, end, opens = form
    access = LoadedAccess(BOOKED, role, OPENS - 2 * DAY, loaded=outcomes.SessionRows())
    early = render.session_page(access, SETTINGS)

    text = read(early)
    assert date in text
    assert f"{start}\N{EN DASH}{end}" in text
    assert f"You can join from {opens} on Friday." in text
    assert f"Join opens at {opens} on Friday" in text
    assert set(ANY_CLOCK_TIME.findall(text)) == {start, end, opens}
    [data] = re.findall(r'id="session-data">(.*?)</script>', early)
    twelve = role is Role.STUDENT
    assert json.loads(data)["clock"] == {
        "localeTag": "en-US" if twelve else "en-GB",
        "monthFirst": twelve,
        "timeZone": "America/New_York" if twelve else "Europe/Berlin",
        "utcOffset": -5 * 3600 if twelve else 3600,
    }


@pytest.mark.parametrize(("role", "form"), FORMS)
def test_the_chat_file_uses_the_readers_form(role, form):
    date, start, _, opens = form
    lines = [
        {"role": "student", "text": "Hello", "at": OPENS},
        {"role": "teacher", "text": "Good morning", "at": START + 5},
    ]
    text = chat_text.as_text(Access(BOOKED, role, START + MINUTE), lines)

    assert f"\n{date}, " in text
    assert f"[{opens}] Student Example: Hello\n[{start}] Teacher Example: Good morning\n" in text


def test_the_chat_file_names_each_new_day():
    days = [START + DAY, START + DAY + 1, START + 2 * DAY]
    lines = [{"role": "student", "text": "Hello", "at": at} for at in [START, *days]]
    text = chat_text.as_text(Access(BOOKED, Role.STUDENT, START + 3 * DAY), lines)

    blocks = text.split("\n\n")
    assert [block.count("Hello") for block in blocks] == [0, 1, 2, 1]
    heads = [block.splitlines()[0] for block in blocks[2:]]
    assert heads == ["Saturday, January 16, 2027", "Sunday, January 17, 2027"]


@pytest.mark.parametrize(("role", "form"), FORMS)
@pytest.mark.parametrize("kind", Kind)
def test_mails_use_the_readers_form(role, form, kind):
    date, start, end, _ = form
    request = Request("r1", "open", "student", START, (START + DAY,), None, None, None)
    mail = due_mail(kind, role, BOOKED, request)
    payload = json.loads(payload_of(mail, SETTINGS, START - 2 * MINUTE))

    said = f"{payload['subject']} {payload['text']} {read(payload['html'])}"
    assert f"{date}, {start}\N{EN DASH}{end}" in payload["text"]
    assert set(ANY_CLOCK_TIME.findall(said)) == {start, end}


@pytest.mark.parametrize(("role", "form"), FORMS)
def test_proposed_times_use_the_readers_form(role, form):
    _, start, end, _ = form
    request = Request("r1", "open", "student", START, (START + 7 * DAY,), None, None, None)
    [choice] = rescheduling.choices(Access(BOOKED, role, START), request)

    assert (choice["span"].start, choice["span"].end) == (start, end)
    assert ("January 22, 2027" if role is Role.STUDENT else "22 January 2027") in choice[
        "span"
    ].date
