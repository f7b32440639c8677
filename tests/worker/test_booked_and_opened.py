"""From the booking to the page: the platform books a session, both people open it, the platform
moves and cancels it, and page, state and calendar follow each time."""

import time
from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from tests.worker.platform_keys import KEYS, claims
from tests.worker.site import BROWSER, DAY, HOUR, booking


@pytest.fixture
def sites(site, key_site):
    """A site for each kind of signature, and its platform's key."""
    return {
        "HS256": (site, site.token),
        "ES256": (key_site, lambda user_id: KEYS["ES256"].sign(claims(user_id))),
    }


def event_of(response):
    assert response.headers["Content-Type"].startswith("text/calendar; charset=utf-8")
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    return event


@pytest.mark.parametrize("algorithm", ["HS256", "ES256"])
def test_a_session_is_booked_opened_moved_and_cancelled(sites, new_id, algorithm):
    site, sign = sites[algorithm]

    def seen_by(user_id):
        headers = BROWSER | {"Authorization": f"Bearer {sign(user_id)}"}
        page = site.request("GET", f"/session/{new_id}", headers=headers)
        assert page.status_code == 200
        return page.text

    booked = booking()
    assert site.put(new_id, booked).status_code == 201
    for user_id, other in (("student", "Teacher"), ("teacher", "Student")):
        assert f"Ready for {other}?" in seen_by(user_id)

    tomorrow = {name: booked[name] + DAY for name in ("scheduled_start", "scheduled_end")}
    assert site.put(new_id, booked | tomorrow).status_code == 200
    for user_id in ("student", "teacher"):
        assert "Join opens at" in seen_by(user_id)

    assert site.cancel(new_id).status_code == 200
    for user_id in ("student", "teacher"):
        assert "This session was cancelled" in seen_by(user_id)


def test_times_are_in_each_readers_zone(site, new_id):
    start = int(datetime(2027, 1, 15, 18, tzinfo=UTC).timestamp())
    site.put(new_id, booking(scheduled_start=start, scheduled_end=start + HOUR))
    student = site.page(f"/session/{new_id}", user="student").text
    teacher = site.page(f"/session/{new_id}", user="teacher").text

    assert "Friday, 15 January 2027" in student
    assert ">19:00<" in student
    assert "Berlin time (CET)" in student
    assert ">13:00<" in teacher
    assert "New York time (EST)" in teacher


def test_the_calendar_entry_follows_the_session(site, new_id):
    address = f"/session/{new_id}/calendar.ics"
    booked = booking(starts_in=DAY)
    site.put(new_id, booked)
    first = event_of(site.get(address, user="student"))
    site.put(new_id, booked | {"scheduled_end": booked["scheduled_end"] + HOUR})
    moved = event_of(site.get(address, user="student"))
    site.cancel(new_id)
    cancelled = event_of(site.get(address, user="student"))

    versions = (first, moved, cancelled)
    assert len({str(event["UID"]) for event in versions}) == 1
    assert [int(event["SEQUENCE"]) for event in versions] == [0, 1, 2]
    assert [str(e["STATUS"]) for e in versions] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert first["DTSTART"].dt == datetime.fromtimestamp(booked["scheduled_start"], UTC)
    assert (moved["DTEND"].dt - first["DTEND"].dt).total_seconds() == HOUR
    assert abs(first["DTSTAMP"].dt.timestamp() - time.time()) < 60


def test_the_calendar_entry_has_the_other_person_and_the_address(site, new_id):
    site.book(new_id)
    for_student = event_of(site.get(f"/session/{new_id}/calendar.ics", user="student"))
    for_teacher = event_of(site.get(f"/session/{new_id}/calendar.ics", user="teacher"))

    assert str(for_student["SUMMARY"]) == "Linear Algebra with Teacher Example"
    assert str(for_teacher["SUMMARY"]) == "Linear Algebra with Student Example"
    assert str(for_student["URL"]) == f"{site.url}/session/{new_id}"
    assert for_student["UID"] == for_teacher["UID"]


def test_only_participants_get_the_calendar(site, new_id):
    site.book(new_id)
    address = f"/session/{new_id}/calendar.ics"

    assert site.page(address).status_code == 302
    assert site.page(address, user="stranger").status_code == 403
