"""Mails: their words, their reader's time zone, and their links."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest

from auth import links
from domain.mail_rules import LEAD_S, DueMail, Kind, Request
from domain.model import Course, Participant, Role, Session, Status
from mail.content import REMINDERS, payload_of
from settings import Settings
from tests.unit.cast import DAY, HOUR, session
from tests.unit.due_mails import due_mail

KEYS = ("the-older-key-of-links-for-tests", "the-newer-key-of-links-for-tests")
SETTINGS = Settings(
    public_url="https://sessions.example.com",
    student_dashboard_url="https://www.example.com/student",
    teacher_dashboard_url="https://www.example.com/teacher",
    link_secrets=KEYS,
    mail_from="Session Room <sessions@example.com>",
)
# Monday, 23 November 2026, 17:00 UTC: 18:00 in Berlin, 12:00 in New York.
AT = 1_795_453_200
LENA = Participant("lena", "Lena Fischer", None, "Europe/Berlin", "en-DE", None, present=False)
AMARA = Participant("amara", "Amara Okafor", None, "America/New_York", "en", None, present=False)
BOOKED = session(student=LENA, teacher=AMARA, scheduled_start=AT, scheduled_end=AT + HOUR)
ASKED = Request("r1", "open", "lena", AT, (AT + DAY, AT + 2 * DAY), None, "I am ill.", None)


def mail(kind: Kind, role: Role, booked: Session = BOOKED) -> DueMail:
    return due_mail(kind, role, booked, ASKED)


def content(kind: Kind, role: Role, booked: Session = BOOKED, now: int | None = None):
    due = AT - LEAD_S.get(kind, DAY) if now is None else now
    return json.loads(payload_of(mail(kind, role, booked), SETTINGS, due))


EVERY = [(kind, role) for kind in Kind for role in Role]


@pytest.mark.parametrize(
    ("kind", "role", "subject"),
    [
        ("24h", "student", "Tomorrow at 18:00: Linear Algebra with Amara Okafor"),
        ("24h", "teacher", "Tomorrow at 12:00: Linear Algebra with Lena Fischer"),
        ("1h", "student", "In an hour, at 18:00: Linear Algebra with Amara Okafor"),
        ("15min", "teacher", "Your room is open: Linear Algebra with Lena Fischer at 12:00"),
        ("waiting", "student", "Amara Okafor is waiting for you: Linear Algebra"),
        ("cancelled", "teacher", "Cancelled: Linear Algebra with Lena Fischer"),
        ("reschedule_asked", "teacher", "Lena Fischer asks for another time: Linear Algebra"),
    ],
)
def test_subject_has_person_course_and_time(kind, role, subject):
    assert content(Kind(kind), Role(role))["subject"] == subject


@pytest.mark.parametrize(
    ("now", "subject"),
    [
        (AT - 20 * HOUR, "Tomorrow at 18:00"),
        (AT - 5 * HOUR, "Today at 18:00"),
    ],
)
def test_late_reminder_has_the_right_day(now, subject):
    assert content(Kind.DAY_BEFORE, Role.STUDENT, now=now)["subject"].startswith(subject)


def test_late_hour_reminder_does_not_mention_an_hour():
    assert "hour" not in content(Kind.HOUR_BEFORE, Role.STUDENT, now=AT - HOUR // 2)["subject"]


def test_tomorrow_is_in_the_readers_zone():
    early = BOOKED._replace(scheduled_start=AT + 7 * HOUR, scheduled_end=AT + 8 * HOUR)
    now = AT + 4 * HOUR  # 22:00 in Berlin, 16:00 in New York

    assert content(Kind.DAY_BEFORE, Role.STUDENT, early, now)["subject"].startswith("Tomorrow")
    assert content(Kind.DAY_BEFORE, Role.TEACHER, early, now)["subject"].startswith("Today")


def test_reminders_follow_a_change_of_the_clocks():
    start = 1_793_526_300  # Sunday, 1 November 2026, 10:45 in Berlin; New York goes back that night
    moved = BOOKED._replace(scheduled_start=start, scheduled_end=start + HOUR)

    assert "at 04:45" in content(Kind.DAY_BEFORE, Role.TEACHER, moved, start - DAY)["subject"]
    assert "at 04:45" in content(Kind.HOUR_BEFORE, Role.TEACHER, moved, start - HOUR)["subject"]


def test_reminder_names_the_day_across_a_23_hour_day():
    start = 1_806_272_100  # Monday, 29 March 2027, 00:15 in Berlin; a day before is Saturday, 23:15
    moved = BOOKED._replace(scheduled_start=start, scheduled_end=start + HOUR)

    subject = content(Kind.DAY_BEFORE, Role.STUDENT, moved, start - DAY)["subject"]
    assert subject.startswith("On Monday at 00:15")


@pytest.mark.parametrize(("kind", "role"), EVERY)
def test_mail_has_all_parts_and_links(kind, role):
    mail_of = content(kind, role)
    html, text = mail_of["html"], mail_of["text"]

    assert mail_of["to"] == [f"{'lena' if role is Role.STUDENT else 'amara'}@example.com"]
    assert len(html.encode()) < 20_000
    assert "<img" not in html
    assert "<script" not in html
    for part in (unescape(html), text):
        assert "Linear Algebra" in part
        assert ("18:00" if role is Role.STUDENT else "12:00") in part
        assert ("Berlin time (CET)" if role is Role.STUDENT else "New York time (EST)") in part
    addresses = set(re.findall(r'href="([^"]+)"', html))
    assert addresses == set(re.findall(r"https://\S+", text))
    assert {tag["name"]: tag["value"] for tag in mail_of["tags"]} == {"mail": "m1", "kind": kind}


@pytest.mark.parametrize(("kind", "role"), EVERY)
def test_button_opens_the_readers_session(kind, role):
    html = content(kind, role)["html"]
    button = re.search(r'class="button".*?href="([^"]+)"', html, re.DOTALL)[1]

    if kind is Kind.CANCELLED:
        assert button == f"https://www.example.com/{role}"
        return
    path = button.removeprefix("https://sessions.example.com/r/")
    token, _, place = path.partition("/")
    reader = "lena" if role is Role.STUDENT else "amara"
    assert links.read(token, KEYS) == links.RoomLink("s1", reader)
    assert place == ("reschedule" if kind is Kind.RESCHEDULE_ASKED else "")


@pytest.mark.parametrize(("kind", "role"), EVERY)
def test_reminder_has_list_unsubscribe_headers(kind, role):
    headers = content(kind, role)["headers"]

    if kind not in REMINDERS:
        assert "List-Unsubscribe" not in headers
        return
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = re.fullmatch(
        r"<https://sessions\.example\.com/unsubscribe/(.+)>", headers["List-Unsubscribe"]
    )[1]
    assert links.read(token, KEYS, purpose=links.UNSUBSCRIBE) is not None
    assert links.read(token, KEYS) is None


def test_preview_text_is_first_and_has_the_time():
    html = content(Kind.HOUR_BEFORE, Role.STUDENT)["html"]
    body = unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))

    assert "Monday, 23 November 2026, 18:00\N{EN DASH}19:00, Berlin time (CET). With Amara" in body
    assert body.index("Monday") < body.index("You're meeting")


def test_names_are_escaped():
    hostile = LENA._replace(name='<b onclick="x">Eve</b>\r\nBcc: all@example.com')
    booked = BOOKED._replace(student=hostile, course=Course("c", "<script>1</script>"))
    mail_of = content(Kind.DAY_BEFORE, Role.TEACHER, booked)

    assert "<b onclick" not in mail_of["html"]
    assert "<script>" not in mail_of["html"]
    assert "\n" not in mail_of["subject"]
    assert "\r" not in mail_of["subject"]


def test_mail_links_the_platforms_reschedule_page():
    own = replace(SETTINGS, reschedule_url="https://www.example.com/move?s={session_id}")
    html = json.loads(payload_of(mail(Kind.DAY_BEFORE, Role.STUDENT), own, AT - DAY))["html"]

    assert 'href="https://www.example.com/move?s=s1"' in html


def test_request_mail_has_times_and_reason():
    mail_of = content(Kind.RESCHEDULE_ASKED, Role.TEACHER)

    assert "Tuesday, 24 November 2026, 12:00\N{EN DASH}13:00" in unescape(mail_of["html"])
    assert "I am ill." in mail_of["html"]
    assert "I am ill." in mail_of["text"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.RESCHEDULE_ASKED, "Ada, VP can't make the time below"),
        (Kind.WAITING, "Ada, VP is waiting for you"),
        (Kind.RESCHEDULE_DECLINED, "Ada, VP can't make the times you proposed."),
    ],
)
def test_name_with_a_comma_is_not_cut(kind, words):
    ada = LENA._replace(name="Ada, VP")
    mail_of = content(kind, Role.TEACHER, BOOKED._replace(student=ada))

    assert words in unescape(mail_of["html"])
    assert words in mail_of["text"]


def test_payload_is_deterministic():
    due = mail(Kind.DAY_BEFORE, Role.STUDENT, BOOKED._replace(status=Status.SCHEDULED))

    assert payload_of(due, SETTINGS, AT - DAY) == payload_of(due, SETTINGS, AT - DAY)


@pytest.mark.parametrize("part", ["html", "text"])
def test_cancellation_mail_states_how_long_people_had_met(part):
    met = {"status": Status.CANCELLED, "started_at": AT, "ended_at": AT + 20 * 60}
    before = unescape(content(Kind.CANCELLED, Role.STUDENT)[part])
    during = unescape(content(Kind.CANCELLED, Role.STUDENT, BOOKED._replace(**met))[part])

    assert "You and Amara Okafor won't meet at the time below." in before
    assert "You and Amara Okafor had met for 20 minutes when it was cancelled." in during
    assert "won't meet" not in during
