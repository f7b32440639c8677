"""The platform's routes: only the platform books, moves, cancels and reads sessions."""

import pytest

from tests.worker.site import DAY, HOUR, booking, error_of, person


def test_a_new_session_is_created(site, new_id):
    created = site.put(new_id, booking())

    assert created.status_code == 201
    assert created.json() == {
        "id": new_id,
        "url": f"{site.url}/session/{new_id}",
        "status": "scheduled",
    }


def test_a_repeated_booking_changes_nothing(site, new_id):
    booked = booking()
    site.put(new_id, booked)
    before = site.show(new_id)
    again = site.put(new_id, booked)

    assert again.status_code == 200
    assert site.show(new_id) == before
    assert before["sequence"] == 0


def test_new_times_move_the_session(site, new_id):
    booked = booking()
    site.put(new_id, booked)
    moved = site.put(new_id, booked | {"scheduled_end": booked["scheduled_end"] + HOUR})
    known = site.show(new_id)

    assert moved.status_code == 200
    assert known["scheduled_end"] == booked["scheduled_end"] + HOUR
    assert known["sequence"] == 1


def test_a_session_is_shown_with_all_its_data(site, new_id):
    booked = booking(recording_enabled=True, bbb_meeting_url="https://bbb.example.com/b/x")
    site.put(new_id, booked)
    known = site.show(new_id)

    for name in ("course", "scheduled_start", "scheduled_end", "bbb_meeting_url"):
        assert known[name] == booked[name]
    assert known["student"] == {"id": "student", "name": "Student Example"}
    assert known["teacher"] == {"id": "teacher", "name": "Teacher Example"}
    assert known["recording_enabled"] is True
    assert (known["started_at"], known["ended_at"], known["no_show"]) == (None, None, None)
    for name in ("attendance", "feedback", "resources", "reminders"):
        assert isinstance(known[name], list)


def test_a_held_session_is_shown_with_its_history(site):
    known = site.show("demo-ended")
    attendance = {row["user_id"]: row for row in known["attendance"]}

    assert known["status"] == "completed"
    assert set(attendance) == {"demo-student", "demo-teacher"}
    assert all(row["left_at"] == known["ended_at"] for row in attendance.values())


def test_a_repeated_cancellation_changes_nothing(site, new_id):
    site.book(new_id)
    first = site.cancel(new_id)
    known = site.show(new_id)
    again = site.cancel(new_id)

    assert first.status_code == again.status_code == 200
    assert first.json()["status"] == again.json()["status"] == "cancelled"
    assert site.show(new_id) == known
    assert known["sequence"] == 1


def test_a_cancelled_session_stays_cancelled(site, new_id):
    booked = booking()
    site.put(new_id, booked)
    site.cancel(new_id)
    same = site.put(new_id, booked)
    moved = site.put(new_id, booked | {"scheduled_end": booked["scheduled_end"] + HOUR})

    assert (same.status_code, same.json()["status"]) == (200, "cancelled")
    assert error_of(moved, 409)["code"] == "conflict"
    assert site.show(new_id)["scheduled_end"] == booked["scheduled_end"]


def test_an_ended_session_cannot_be_cancelled(site):
    assert error_of(site.cancel("demo-ended"), 409)["code"] == "conflict"


def test_an_unknown_session_is_not_found(site):
    assert error_of(site.platform("GET", "no-such-session"), 404)["code"] == "session_not_found"
    assert error_of(site.cancel("no-such-session"), 404)["code"] == "session_not_found"


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer", "Bearer wrong", "Bearer " + "x" * 7_000, "Bearer t\xf6", "Basic eDp5"],
)
@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "s1"), ("GET", "demo-early"), ("POST", "demo-early/cancel")]
)
def test_only_the_platforms_token_is_accepted(site, method, path, authorization):
    said = {"Authorization": authorization.encode("latin-1")} if authorization else {}
    refused = site.request(method, f"/platform/sessions/{path}", headers=said, json=booking())

    assert error_of(refused, 401)["message"] == "The platform's token is missing or wrong."


def test_a_persons_token_is_refused_for_the_platforms_routes(site):
    refused = site.get("/platform/sessions/demo-early", token=site.token("demo-teacher"))

    error_of(refused, 401)
    error_of(site.get("/platform/sessions/demo-early", user="demo-teacher"), 401)


NOW = booking()
WRONG = {
    "milliseconds": (
        {name: NOW[name] * 1000 for name in ("scheduled_start", "scheduled_end")},
        {"scheduled_start", "scheduled_end"},
    ),
    "end before start": ({"scheduled_end": NOW["scheduled_start"] - 1}, {"body"}),
    "longer than a day": ({"scheduled_end": NOW["scheduled_start"] + DAY + 1}, {"body"}),
    "the same person twice": ({"teacher": person("student")}, {"body"}),
    "a zone that is none": (
        {"student": person("student", time_zone="Europe/Atlantis")},
        {"student.time_zone"},
    ),
    "an address that is none": ({"teacher": person("teacher", email="teacher")}, {"teacher.email"}),
    "an address that cannot exist": (
        {"teacher": person("teacher", email="a..b@example.com")},
        {"teacher.email"},
    ),
    "an unknown field": ({"colour": "blue"}, {"colour"}),
    "a field of a person unknown": (
        {"student": person("student", password="x")},
        {"student.password"},
    ),
    "two lines in a name": ({"student": person("student", name="a\nb")}, {"student.name"}),
}


def test_an_address_is_stored_as_the_mail_service_accepts_it(site, new_id):
    teacher = person(f"teacher-{new_id}", email="amara@bücher.example")
    answer = site.put(new_id, booking(teacher=teacher))
    with site.d1() as database:
        (email,) = database.execute("SELECT email FROM users WHERE id = ?", [teacher["id"]])

    assert answer.status_code == 201
    assert email["email"] == "amara@xn--bcher-kva.example"


@pytest.mark.parametrize(("changes", "fields"), WRONG.values(), ids=WRONG.keys())
def test_wrong_fields_are_named_and_nothing_is_stored(site, new_id, changes, fields):
    refused = error_of(site.put(new_id, NOW | changes), 422)

    assert set(refused["fields"]) == fields
    assert all(field in refused["message"] for field in fields)
    error_of(site.platform("GET", new_id), 404)


def test_all_missing_fields_are_named(site, new_id):
    assert set(error_of(site.put(new_id, {}), 422)["fields"]) == {
        "course",
        "student",
        "teacher",
        "scheduled_start",
        "scheduled_end",
    }


@pytest.mark.parametrize("bad_id", ["a.b", "a%20b", "%C3%A9", "x" * 65, "%00", "a%0A"])
def test_an_invalid_id_is_named(site, bad_id):
    assert set(error_of(site.put(bad_id, booking()), 422)["fields"]) == {"id"}


@pytest.mark.parametrize("body", [b"", b"{", b"course=algebra", b"\xff", b"[" * 60_000, b"NaN"])
def test_invalid_json_is_a_bad_request(site, new_id, body):
    refused = site.platform("PUT", new_id, content=body)

    assert error_of(refused, 400) == {"code": "bad_request", "message": "The body must be JSON."}


@pytest.mark.parametrize("chunked", [False, True])
def test_a_huge_body_is_refused(site, new_id, chunked):
    body = b'"' + b"x" * 100_000 + b'"'
    refused = site.platform("PUT", new_id, content=iter([body]) if chunked else body)

    assert error_of(refused, 413)["code"] == "too_large"
