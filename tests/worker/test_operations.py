"""/ops: behind Cloudflare Access in production, with what is stuck and its remedy."""

import pytest

from tests.fakes import jwks_server
from tests.worker.platform_keys import KEYS
from tests.worker.site import BROWSER, DAY, booking, eventually

AUD = "0123456789abcdef"


@pytest.fixture(scope="module")
def access():
    """The team's own address, whose certificates any path answers."""
    with jwks_server.running() as server:
        server.publish(KEYS["RS256"])
        yield server


@pytest.fixture(scope="module")
def guarded(access, site_with):
    team = access.url.removesuffix("/jwks.json")
    return site_with(ENVIRONMENT="production", OPS_ACCESS_TEAM=team, OPS_ACCESS_AUD=AUD)


def token(site, **changes):
    team = site.settings["OPS_ACCESS_TEAM"]
    claims = {"iss": team, "aud": [AUD], "email": "op@example.com"} | changes
    return KEYS["RS256"].sign(jwks_server.claims_of("operator", **claims))


def open_ops(site, jwt=None, path="/ops"):
    headers = BROWSER | ({"Cf-Access-Jwt-Assertion": jwt} if jwt else {})
    return site.get(path, headers=headers)


def test_operators_come_in_through_access(guarded):
    page = open_ops(guarded, token(guarded))

    assert page.status_code == 200
    assert "What is stuck" in page.text


@pytest.mark.parametrize(
    "changes", [{"aud": ["another"]}, {"iss": "https://evil.example.com"}, {"exp": 1}]
)
def test_a_token_for_another_application_is_refused(guarded, changes):
    assert open_ops(guarded, token(guarded, **changes)).status_code == 403


def test_the_platforms_people_are_no_operators(guarded, site):
    assert open_ops(guarded).status_code == 403
    assert guarded.page("/ops", user="teacher").status_code == 403
    assert open_ops(guarded, guarded.token("teacher")).status_code == 403


def test_without_access_production_has_no_such_page(production):
    assert open_ops(production).status_code == 404
    assert production.post("/ops/mails/x/retry").status_code == 404


def test_another_site_cannot_press_a_button(site):
    answer = site.post("/ops/mails/x/retry", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_what_is_stuck_has_its_remedy(site, new_id):
    site.put(new_id, booking(starts_in=DAY))
    with site.d1() as db:
        db.execute(
            "UPDATE platform_events SET state = 'dead', last_error = 'status 500', attempts = 13"
            " WHERE session_id = ?",
            [new_id],
        )
        db.execute(
            "INSERT INTO mails (id, kind, session_id, user_id, scheduled_start, due_at, state,"
            " last_error, created_at) SELECT 'stuck-mail', 'waiting', id, student_id,"
            " scheduled_start, 1, 'dead', 'refused', 1 FROM sessions WHERE id = ?",
            [new_id],
        )
        [event] = db.execute("SELECT id FROM platform_events WHERE session_id = ?", [new_id])
    page = open_ops(site)
    assert "Send again" in page.text
    assert f"/ops/events/{event['id']}/retry" in page.text

    assert site.post(f"/ops/events/{event['id']}/retry").headers["Location"] == "/ops?done=event"
    assert site.post("/ops/mails/stuck-mail/retry").status_code == 303
    assert site.post("/ops/mails/stuck-mail/retry").status_code == 404
    with site.d1() as db:
        states = db.execute(
            "SELECT state FROM mails WHERE id = 'stuck-mail' UNION ALL"
            " SELECT state FROM platform_events WHERE id = ?",
            [event["id"]],
        ).fetchall()
        db.execute("DELETE FROM mails WHERE id = 'stuck-mail'")
    assert [row["state"] for row in states] == ["pending", "pending"]


def test_a_session_has_its_timeline(site, new_id):
    site.put(new_id, booking())
    page = open_ops(site, path=f"/ops/sessions/{new_id}")

    assert page.status_code == 200
    assert "<strong>Booked</strong>" in page.text
    assert "student@example.com" not in page.text
    assert open_ops(site, path="/ops/sessions/nobody").status_code == 404


def test_a_timeline_is_found_by_the_sessions_id_or_address(site, new_id):
    for given in (new_id, f" {site.url}/session/{new_id}?from=mail "):
        answer = site.get("/ops", params={"session": given}, headers=BROWSER)
        assert answer.headers["Location"] == f"/ops/sessions/{new_id}"


def test_figures_of_calls_are_shown(site, new_id):
    site.put(new_id, booking())
    # The calls of the demo and of other tests count too: few, and not of 500 ms.
    for milliseconds in (300, *[500] * 8, 900):
        call = {"event": "call_connected", "milliseconds": milliseconds, "way": "direct"}
        answer = site.post(
            f"/session/{new_id}/events", user="student", json=call | {"again": False}
        )
        assert answer.status_code == 204
    trouble = {"event": "tech_issue", "error_type": "NotReadableError"}
    site.post(f"/session/{new_id}/events", user="teacher", json=trouble)

    # Both are stored after the answer.
    assert eventually(lambda: "500 ms" in open_ops(site).text)
    assert eventually(lambda: "NotReadableError" in open_ops(site).text)
