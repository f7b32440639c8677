"""An error has the same message on a page and in JSON, and one JSON form."""

from html import unescape

import pytest

from tests.worker.lesson import until
from tests.worker.site import BROWSER, DAY, HOUR, MINUTE, error_of


def test_joining_early_is_a_conflict(site):
    refused = site.post("/session/demo-early/join", user="demo-student")

    assert error_of(refused, 409) == {
        "code": "too_early",
        "message": "This session is not open yet.",
    }


@pytest.mark.parametrize("session_id", ["demo-ended", "demo-cancelled"])
@pytest.mark.parametrize("user", ["demo-student", "demo-teacher"])
def test_joining_an_ended_session_is_gone(site, session_id, user):
    refused = site.post(f"/session/{session_id}/join", user=user)

    assert error_of(refused, 410) == {
        "code": "session_ended",
        "message": "This session has ended.",
    }


def test_only_participants_can_join(site):
    stranger = site.post("/session/demo-joinable/join", user="demo-stranger")
    nobody = site.post("/session/demo-joinable/join")
    nowhere = site.post("/session/no-such-session/join", user="demo-student")

    assert error_of(stranger, 403)["message"] == "You're not part of this session."
    assert error_of(nobody, 401)["message"] == "Please sign in."
    assert error_of(nowhere, 404)["message"] == "Session not found. Check your dashboard."


@pytest.mark.parametrize(
    ("starts_in", "status"),
    [(15 * MINUTE + 60, 409), (15 * MINUTE - 1, 200), (-HOUR, 200), (-HOUR - 15 * MINUTE, 410)],
)
def test_the_room_is_open_from_the_window_to_the_end_of_overtime(site, new_id, starts_in, status):
    site.book(new_id, starts_in=starts_in)
    answer = site.post(f"/session/{new_id}/join", user="student")

    assert answer.status_code == status


def test_joining_returns_the_grant(site, new_id):
    site.book(new_id)
    grant = site.post(f"/session/{new_id}/join", user="teacher").json()

    assert grant["provider"] == "peer"
    assert grant["expires_at"] == site.show(new_id)["scheduled_end"] + 15 * MINUTE
    assert isinstance(grant["ice_servers"], list)


@pytest.mark.parametrize("path", ["/nothing", "/session", "/session/", "/session/a/b/c", "/%"])
def test_an_unknown_address_is_not_found(site, path):
    as_data = site.get(path)
    as_page = site.page(path)

    assert error_of(as_data, 404)["code"] == "not_found"
    assert as_page.status_code == 404
    assert "There is nothing at this address." in as_page.text


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/session/demo-early", "GET, HEAD"),
        ("POST", "/session/demo-early%2Fend", "GET, HEAD"),
        ("DELETE", "/session/demo-early/state", "GET, HEAD"),
        ("GET", "/session/demo-early/join", "POST"),
        ("OPTIONS", "/session/demo-early/join", "POST"),
        ("PATCH", "/platform/sessions/x", "PUT, GET, HEAD"),
        ("GET", "/platform/sessions/x/cancel", "POST"),
        ("PUT", "/healthz", "GET, HEAD"),
        ("POST", "/r/token", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_refused_with_the_allowed_methods(site, method, path, allow):
    refused = site.request(method, path)

    assert error_of(refused, 405)["code"] == "method_not_allowed"
    assert refused.headers["Allow"] == allow


@pytest.mark.parametrize(
    ("path", "user", "status"),
    [
        ("/session/no-such-session", "demo-student", 404),
        ("/session/demo-early", "demo-stranger", 403),
        ("/r/broken", None, 404),
        ("/nothing", None, 404),
    ],
)
def test_pages_and_json_have_the_same_message(site, path, user, status):
    page = site.request("GET", path, user=user, headers=BROWSER)
    data = site.request("GET", path, user=user, headers={"Accept": "application/json"})

    assert page.status_code == status
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert error_of(data, status)["message"] in unescape(page.text)


def test_every_answer_has_an_id_that_is_in_the_log(site):
    answer = site.get("/nothing")

    until(lambda: answer.headers["X-Request-Id"] in site.worker.logs(), wanted=True)


def test_an_old_link_has_expired(site, new_id):
    site.book(new_id, starts_in=-8 * DAY - HOUR)
    page = site.page(f"/r/{site.link(new_id, 'student')}")

    assert page.status_code == 410
    assert "This session has ended." in page.text


def test_the_site_is_healthy(site):
    health = site.get("/healthz")

    assert health.status_code == 200
    assert health.json()["ok"] is True
    assert set(health.json()["bindings"].values()) == {True}
    until(lambda: f'"version": "{health.json()["version"]}"' in site.worker.logs(), wanted=True)
    assert len(health.json()["version"]) == 8, "locally a version has an id and no tag"
