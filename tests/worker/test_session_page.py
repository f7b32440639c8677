"""The page of every demo session for student, teacher, stranger and a signed-out person."""

from html import unescape
from urllib.parse import quote

import pytest

from tests.worker.site import booking, error_of, person

# session: view, status, can_join, words for the student, words for the teacher
DEMO = {
    "demo-early": (
        "early", "scheduled", False,
        ["Your session with Amara", "Upcoming", "Join opens at"],
        ["Your session with Lena", "Upcoming", "Join opens at"],
    ),
    "demo-joinable": (
        "joinable", "scheduled", True,
        ["Ready for Amara?", "Open now", "Join session"],
        ["Ready for Lena?", "Open now", "Join session"],
    ),
    "demo-in-progress": (
        "in_progress", "in_progress", True,
        ["Your session is in progress", "Amara is in the room.", "Rejoin session"],
        ["Your session is in progress", "Lena is in the room.", "Rejoin session"],
    ),
    "demo-no-show": (
        "no_show", "no_show", True,
        ["Amara hasn't joined", "No-show", "Keep waiting"],
        ["Lena waited for you", "No-show", "It's not too late"],
    ),
    "demo-ended": (
        "ended", "completed", False,
        ["Session ended", "This session has ended.", "You and Amara met for 56 minutes."],
        ["Session ended", "This session has ended.", "You and Lena met for 56 minutes."],
    ),
    "demo-cancelled": (
        "cancelled", "cancelled", False,
        ["This session was cancelled", "Cancelled"],
        ["This session was cancelled", "Cancelled"],
    ),
}  # fmt: skip
CASES = [(session_id, role) for session_id in DEMO for role in ("student", "teacher")]


@pytest.fixture(scope="module", autouse=True)
def fresh(site) -> None:
    """Demo times are relative to the seeding, and the other tests take a while."""
    assert site.post("/dev/seed").is_success


@pytest.mark.parametrize(("session_id", "role"), CASES)
def test_a_participant_sees_the_session_in_its_state(site, session_id, role):
    view, _, _, *words = DEMO[session_id]
    page = site.page(f"/session/{session_id}", user=f"demo-{role}")
    text = unescape(page.text)

    assert page.status_code == 200
    assert f'data-view="{view}"' in text
    assert [word for word in words[role == "teacher"] if word not in text] == []


@pytest.mark.parametrize(("session_id", "role"), CASES)
def test_the_state_matches_the_page(site, session_id, role):
    response = site.get(f"/session/{session_id}/state", user=f"demo-{role}")
    state = response.json()

    assert response.status_code == 200
    assert (state["view"], state["status"], state["can_join"]) == DEMO[session_id][:3]
    assert (state["id"], state["role"]) == (session_id, role)
    assert state["opens_at"] == state["scheduled_start"] - 15 * 60
    assert state["closes_at"] == state["scheduled_end"] + 15 * 60
    assert [person["role"] for person in state["participants"]] == ["student", "teacher"]


@pytest.mark.parametrize("session_id", DEMO)
def test_a_stranger_is_refused(site, session_id):
    page = site.page(f"/session/{session_id}", user="demo-stranger")
    state = site.get(f"/session/{session_id}/state", user="demo-stranger")

    assert page.status_code == 403
    assert "You're not part of this session." in unescape(page.text)
    assert "Amara" not in page.text
    assert error_of(state, 403) == {
        "code": "not_participant",
        "message": "You're not part of this session.",
    }


@pytest.mark.parametrize("session_id", [*DEMO, "no-such-session"])
def test_a_signed_out_person_is_redirected_to_sign_in(site, session_id):
    page = site.page(f"/session/{session_id}?from=mail&x=%26")
    back = quote(f"{site.url}/session/{session_id}?from=mail&x=%26", safe="")

    assert page.status_code == 302
    assert page.headers["Location"] == f"{site.settings['SIGN_IN_URL']}?return_to={back}"
    assert error_of(site.get(f"/session/{session_id}/state"), 401)["code"] == "signed_out"


def test_signing_in_leads_back_to_the_page(site):
    away = site.page("/session/demo-joinable?tab=1")
    back = site.page(f"{away.headers['Location']}&user=demo-student")

    assert back.status_code == 303
    assert back.headers["Location"] == "/session/demo-joinable?tab=1"


@pytest.mark.parametrize("path", ["no-such-session", "%00", "a%20b", "%F0%9F%98%80", "x" * 2_000])
def test_an_unknown_session_is_not_found(site, path):
    page = site.page(f"/session/{path}", user="demo-student")
    state = site.get(f"/session/{path}/state", user="demo-student")

    assert page.status_code == 404
    assert "Session not found. Check your dashboard." in page.text
    assert error_of(state, 404) == {
        "code": "session_not_found",
        "message": "Session not found. Check your dashboard.",
    }


def test_errors_of_the_page_are_json_on_request(site):
    refused = site.get("/session/demo-early", headers={"Accept": "application/json"})

    assert error_of(refused, 401)["message"] == "Please sign in."


def test_head_answers_like_get_without_a_body(site):
    head = site.request("HEAD", "/session/demo-early", user="demo-student")
    signed_out = site.request("HEAD", "/session/demo-early")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == "text/html; charset=utf-8"
    assert signed_out.status_code == 302


def test_names_are_escaped_in_the_page(site, new_id):
    villain = person("villain", name="<script>alert(1)</script> & Co")
    site.put(new_id, booking(course={"id": "x", "title": "</script><b>"}, teacher=villain))
    page = site.page(f"/session/{new_id}", user="student")

    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "</script><b>" not in page.text
