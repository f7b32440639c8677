"""Analytics in development: the named events and fields, without personal data."""

import json

import pytest

from tests.worker.site import error_of, eventually


def events_of(site, session_id):
    with site.d1() as db:
        rows = db.execute(
            "SELECT event, data FROM analytics_events WHERE session_id = ? ORDER BY id",
            (session_id,),
        )
        return [(row["event"], json.loads(row["data"])) for row in rows]


@pytest.mark.parametrize("user", ["student", "teacher"])
def test_opening_the_page_is_a_page_view(site, new_id, user):
    site.book(new_id)
    site.page(f"/session/{new_id}", user=user)

    assert eventually(lambda: events_of(site, new_id)) == [("page_view", {"user_role": user})]


def test_a_refused_person_is_no_page_view(site, new_id):
    site.book(new_id)
    site.page(f"/session/{new_id}")
    site.page(f"/session/{new_id}", user="stranger")
    site.page(f"/session/{new_id}", user="student")

    assert len(eventually(lambda: events_of(site, new_id))) == 1


@pytest.mark.parametrize("error_type", ["camera_denied", "NotAllowedError", "ice-failed.udp"])
def test_a_problem_in_the_browser_is_a_tech_issue(site, new_id, error_type):
    site.book(new_id)
    answer = site.post(
        f"/session/{new_id}/events",
        user="student",
        json={"event": "tech_issue", "error_type": error_type},
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert eventually(lambda: events_of(site, new_id)) == [
        ("tech_issue", {"error_type": error_type})
    ]


CONNECTED = {"event": "call_connected", "milliseconds": 412, "way": "relayed", "again": False}


def test_a_call_that_connects_is_kept_without_names(site, new_id):
    site.book(new_id)
    answer = site.post(f"/session/{new_id}/events", user="teacher", json=CONNECTED)

    assert (answer.status_code, answer.content) == (204, b"")
    assert eventually(lambda: events_of(site, new_id)) == [
        (
            "call_connected",
            {"user_role": "teacher", "way": "relayed", "milliseconds": 412, "again": 0},
        )
    ]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"event", "error_type"}),
        ({"event": "page_view", "error_type": "x"}, {"event"}),
        ({"event": "tech_issue"}, {"error_type"}),
        ({"event": "tech_issue", "error_type": ""}, {"error_type"}),
        ({"event": "tech_issue", "error_type": "Lena's camera"}, {"error_type"}),
        ({"event": "tech_issue", "error_type": "lena@example.com"}, {"error_type"}),
        ({"event": "tech_issue", "error_type": "x" * 41}, {"error_type"}),
        ({"event": "tech_issue", "error_type": 7}, {"error_type"}),
        ({"event": "tech_issue", "error_type": "x", "who": "Lena"}, {"who"}),
        (CONNECTED | {"milliseconds": -1}, {"milliseconds"}),
        (CONNECTED | {"milliseconds": 3_600_001, "way": "10.0.0.7"}, {"milliseconds", "way"}),
        (CONNECTED | {"who": "Lena"}, {"who"}),
        ({"event": "call_connected"}, {"milliseconds", "way", "again"}),
        ([], {"body"}),
        (None, {"body"}),
    ],
)
def test_other_events_are_refused(site, new_id, body, fields):
    site.book(new_id)
    refused = site.post(f"/session/{new_id}/events", user="student", content=json.dumps(body))

    assert set(error_of(refused, 422)["fields"]) == fields
    assert events_of(site, new_id) == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\x00", b'{"a":' * 12_000])
def test_events_are_json(site, body):
    refused = site.post("/session/demo-joinable/events", user="demo-student", content=body)

    assert error_of(refused, 400)["code"] == "bad_request"


def test_events_are_accepted_only_from_participants(site):
    body = {"event": "tech_issue", "error_type": "x"}
    path = "/session/demo-joinable/events"

    error_of(site.post(path, json=body), 401)
    error_of(site.post(path, user="demo-stranger", json=body), 403)
