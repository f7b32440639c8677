"""Bookings of the platform: the check of each field, and the kind of each change."""

import subprocess
import sys
from pathlib import Path

import pytest

from db import bookings as bookings_db
from db import sessions
from domain.booked import Write
from domain.model import Role, Status
from errors import ConflictError, InvalidError
from sessions import booking as sessions_booking
from sessions import booking_body
from tests.unit.cast import DAY, END, HOUR, START, booked_person, booking, session

SOURCE = Path(sessions_booking.__file__).parent.parent


def wrong_fields(session_id="s1", **changes) -> dict[str, str]:
    with pytest.raises(InvalidError) as caught:
        booking_body.parse(session_id, booking(**changes))
    return caught.value.fields


def test_parse_reads_all_fields():
    full = booking(
        student=booked_person(
            "student",
            avatar="https://cdn.example.com/s.png",
            time_zone="America/Argentina/Buenos_Aires",
            locale="es-AR",
        ),
        recording_enabled=True,
        bbb_meeting_url="https://bbb.example.com/b/abc",
    )
    parsed = booking_body.parse("s1", full)

    assert parsed.student.time_zone == "America/Argentina/Buenos_Aires"
    assert parsed.recording_enabled


NOTHING = {"avatar": None, "time_zone": None, "locale": None}


@pytest.mark.parametrize("given", [{}, NOTHING])
async def test_parse_accepts_missing_and_null_optional_fields(db, given):
    teacher = booked_person("teacher") | given
    optional = {"recording_enabled": None, "bbb_meeting_url": None} if given else {}
    parsed = booking_body.parse("s1", booking(teacher=teacher, **optional))
    new = Write("s1", parsed.as_booked(), known=None, change="new")
    await bookings_db.store(db, [new], now=START - DAY)
    session = await sessions.find(db, "s1")

    assert (session.teacher.time_zone, session.teacher.locale) == ("UTC", "")
    assert (session.teacher.avatar, session.bbb_meeting_url) == (None, None)
    assert not session.recording_enabled


STUDENT = "student"
WRONG = [
    ({"scheduled_start": START * 1000}, {"scheduled_start"}),
    ({"scheduled_start": START * 1000, "scheduled_end": END * 1000},
     {"scheduled_start", "scheduled_end"}),
    ({"scheduled_start": float(START)}, {"scheduled_start"}),
    ({"scheduled_start": str(START)}, {"scheduled_start"}),
    ({"scheduled_start": True}, {"scheduled_start"}),
    ({"scheduled_end": None}, {"scheduled_end"}),
    ({"scheduled_end": START}, {"body"}),
    ({"scheduled_end": START - 1}, {"body"}),
    ({"scheduled_end": START + DAY + 1}, {"body"}),
    ({"teacher": booked_person("student")}, {"body"}),
    ({"recording_enabled": "yes"}, {"recording_enabled"}),
    ({"colour": "blue"}, {"colour"}),
    ({"course": {"id": "x"}}, {"course.title"}),
    ({"course": {"id": "", "title": " "}}, {"course.id", "course.title"}),
    ({"course": {"id": "x", "title": "two\nlines"}}, {"course.title"}),
    ({"course": "algebra"}, {"course"}),
    ({"bbb_meeting_url": "javascript:alert(1)"}, {"bbb_meeting_url"}),
    ({"bbb_meeting_url": "https://x;frame-ancestors *;base-uri */j"}, {"bbb_meeting_url"}),
    ({"bbb_meeting_url": "https://user:secret@bbb.example.com/b"}, {"bbb_meeting_url"}),
    ({"bbb_meeting_url": "https://bbb.example.com/b\n"}, {"bbb_meeting_url"}),
    ({STUDENT: booked_person("student", time_zone="Europe/Atlantis")}, {"student.time_zone"}),
    ({STUDENT: booked_person("student", time_zone="europe/berlin ")}, {"student.time_zone"}),
    ({STUDENT: booked_person("student", email="nobody")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a@b")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a@b.c, d@e.f")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a@b.c\nBcc: d@e.f")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a\x00@b.c")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a@b\x1c.c")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a@b.c\x88")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a..b@example.com")}, {"student.email"}),
    ({STUDENT: booked_person("student", email=".a@example.com")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a.@example.com")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a@-example.com")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a@example-.com")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a@example..com")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a@[127.0.0.1]")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a@printer.local")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a" * 65 + "@example.com")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="mailto:a@example.com")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="Lena <a@example.com>")}, {"student.email"}),
    ({STUDENT: booked_person("student", email='"a b"@example.com')}, {"student.email"}),
    ({STUDENT: booked_person("student", email="jörg@example.com")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="a@" + "ä" * 60 + ".com")}, {"student.email"}),
    ({STUDENT: booked_person("student", email="")}, {"student.email"}),
    ({STUDENT: booked_person("student", email=None)}, {"student.email"}),
    ({STUDENT: booked_person("student", id="stu dent")}, {"student.id"}),
    ({STUDENT: booked_person("student", id="s" * 129)}, {"student.id"}),
    ({STUDENT: booked_person("student", name="x" * 201)}, {"student.name"}),
    ({STUDENT: booked_person("student", name="a\x00b")}, {"student.name"}),
    ({STUDENT: booked_person("student", name="a\x85b")}, {"student.name"}),
    ({STUDENT: booked_person("student", name="a\u2028b")}, {"student.name"}),
    ({STUDENT: booked_person("student", name="\u200b\u2060")}, {"student.name"}),
    ({STUDENT: booked_person("student", name="\u202e")}, {"student.name"}),
    ({"course": {"id": "x", "title": "\u3164"}}, {"course.title"}),
    ({STUDENT: booked_person("student", avatar="/avatars/me.svg")}, {"student.avatar"}),
    ({STUDENT: booked_person("student", avatar="data:image/png;base64,")}, {"student.avatar"}),
    ({STUDENT: booked_person("student", locale="English")}, {"student.locale"}),
    ({STUDENT: booked_person("student", password="x")}, {"student.password"}),
    ({STUDENT: None}, {"student"}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "fields"), WRONG)
def test_parse_names_the_wrong_field(changes, fields):
    assert set(wrong_fields(**changes)) == fields


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("\u202eLena Fischer", "Lena Fischer"),
        ("\u2067Lena\u2069 Fischer \u200f", "Lena Fischer"),
        ("محمد \u200eعلی", "محمد علی"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_parse_removes_direction_marks(name, kept):
    course = {"id": "x", "title": name}
    parsed = booking_body.parse("s1", booking(student=booked_person("x", name=name), course=course))

    assert (parsed.student.name, parsed.course.title) == (kept, kept)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Lena.Fischer+tutoring@Example.COM", "Lena.Fischer+tutoring@example.com"),
        ("o'neill@school.example.com", "o'neill@school.example.com"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
        ("lena@bücher.example", "lena@xn--bcher-kva.example"),
        ("lena@例え.jp", "lena@xn--r8jz45g.jp"),
        ("lena@xn--bcher-kva.example", "lena@xn--bcher-kva.example"),
        ("lena@school.test", "lena@school.test"),
    ],
)
def test_parse_normalizes_the_email_address(given, kept):
    parsed = booking_body.parse("s1", booking(student=booked_person("student", email=given)))

    assert parsed.student.email == kept


def test_email_check_imports_no_dns_library():
    """dnspython is not there in the Worker; it asks name servers."""
    program = (
        "import sys\n"
        "from sessions import booking_body\n"
        "booking_body.mail_address('lena@bücher.example')\n"
        "print('email_validator' in sys.modules, 'dns' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=SOURCE, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["True", "False"]


def test_parse_names_all_wrong_fields():
    found = wrong_fields(scheduled_start="soon", student=booked_person("x", email="?"), colour="b")

    assert set(found) == {"scheduled_start", "student.email", "colour"}


def test_parse_explains_contradicting_fields():
    assert wrong_fields(scheduled_end=START) == {
        "body": "scheduled_end must be after scheduled_start"
    }
    assert wrong_fields(teacher=booked_person("student")) == {
        "body": "student and teacher must be two people"
    }


@pytest.mark.parametrize("data", [None, [], "booking", 7])
def test_parse_rejects_a_body_that_is_no_object(data):
    with pytest.raises(InvalidError) as caught:
        booking_body.parse("s1", data)

    assert set(caught.value.fields) == {"body"}


@pytest.mark.parametrize("bad_id", ["", "a b", "a/b", "x" * 65, "é", "a\n", "a.b", "%41"])
def test_parse_rejects_ids_that_do_not_fit_into_urls(bad_id):
    assert set(wrong_fields(bad_id)) == {"id"}


@pytest.mark.parametrize("good_id", ["a", "x" * 64, "A-b_9"])
def test_parse_accepts_good_ids(good_id):
    assert booking_body.parse(good_id, booking()).scheduled_start == START


LATER = {"scheduled_start": START + HOUR, "scheduled_end": END + HOUR}
LONGER = {"scheduled_end": END + HOUR}
RECORDED = {"recording_enabled": True}
OWN_MEETING = {"bbb_meeting_url": "https://meet.example/lesson"}
OTHER_STUDENT = {"student": booked_person("stranger")}
HELD = {"status": Status.IN_PROGRESS, "started_at": START}
MISSED = {"status": Status.NO_SHOW, "no_show": Role.TEACHER}


@pytest.mark.parametrize(
    ("known", "changes", "meaning"),
    [
        ({}, {}, "same"),
        ({}, {"course": {"id": "algebra", "title": "Renamed"}}, "same"),
        ({}, {"course": {"id": "geometry", "title": "Geometry"}}, "not its times"),
        ({}, OTHER_STUDENT, "not its times"),
        ({}, LATER, "moved"),
        ({}, LONGER, "new end"),
        (HELD, {}, "same"),
        (HELD, LONGER, "new end"),
        (MISSED, {}, "same"),
        (MISSED, LATER, "moved"),
        (MISSED, LONGER, "new end"),
        (MISSED, RECORDED, "not its times"),
        ({"status": Status.CANCELLED}, {}, "same"),
        ({"status": Status.COMPLETED}, {}, "same"),
    ],
)
def test_change_of_classifies_a_booking(known, changes, meaning):
    parsed = booking_body.parse("s1", booking(**changes))

    assert sessions_booking.change_of(session(**known), parsed, START) == meaning


def test_change_of_an_unknown_session_is_new():
    assert sessions_booking.change_of(None, booking_body.parse("s1", booking()), START) == "new"


@pytest.mark.parametrize(
    ("known", "changes"),
    [
        (HELD, LATER),
        (HELD, OTHER_STUDENT),
        (MISSED, OTHER_STUDENT),
        ({"status": Status.CANCELLED}, LATER),
        ({"status": Status.CANCELLED}, OTHER_STUDENT),
        ({"status": Status.COMPLETED}, LONGER),
        ({"status": Status.COMPLETED}, RECORDED),
        ({"status": Status.COMPLETED}, OWN_MEETING),
        ({"status": Status.CANCELLED}, RECORDED),
        ({"status": Status.CANCELLED}, OWN_MEETING),
    ],
)
def test_change_of_refuses_late_changes(known, changes):
    parsed = booking_body.parse("s1", booking(**changes))

    with pytest.raises(ConflictError):
        sessions_booking.change_of(session(**known), parsed, START)
