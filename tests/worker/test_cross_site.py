"""Session routes refuse unsafe requests of other sites' pages, for every person."""

import pytest

from tests.worker.site import error_of

JOIN = "/session/demo-joinable/join"


def origins(site):
    # Another scheme is tested in tests/unit: wrangler's proxy corrects it before it arrives.
    name, _, port = site.url.removeprefix("http://").partition(":")
    return {
        "host": f"http://evil.example:{port}",
        "port": f"http://{name}:{int(port) + 1}",
        "null": "null",
    }


@pytest.mark.parametrize("where", ["cross-site", "same-site", "nonsense"])
@pytest.mark.parametrize("path", [JOIN, "/session/demo-joinable/events", "/dev/seed"])
def test_other_sites_are_refused_by_sec_fetch_site(site, where, path):
    headers = {"Sec-Fetch-Site": where, "Accept": "application/json"}
    refused = site.post(path, user="demo-student", headers=headers)

    assert error_of(refused, 403)["code"] == "cross_site"


@pytest.mark.parametrize("where", ["same-origin", "none"])
def test_our_own_pages_are_accepted(site, where):
    answer = site.post(JOIN, user="demo-student", headers={"Sec-Fetch-Site": where})

    assert answer.status_code == 200


@pytest.mark.parametrize("difference", ["host", "port", "null"])
def test_another_origin_is_refused(site, difference):
    headers = {"Origin": origins(site)[difference]}
    with_cookie = site.post(JOIN, user="demo-student", headers=headers)
    with_bearer = site.post(JOIN, token=site.token("demo-student"), headers=headers)

    assert error_of(with_cookie, 403)["code"] == "cross_site"
    assert error_of(with_bearer, 403)["code"] == "cross_site"


def test_our_own_origin_is_accepted(site):
    answer = site.post(JOIN, user="demo-student", headers={"Origin": site.url})

    assert answer.status_code == 200


def test_a_refused_request_changes_nothing(site, new_id):
    site.book(new_id)
    before = site.show(new_id)
    headers = {"Origin": "https://evil.example"}
    body = {"event": "tech_issue", "error_type": "cross_site_test"}
    site.post(f"/session/{new_id}/events", user="student", headers=headers, json=body)

    with site.d1() as db:
        (events,) = db.execute(
            "SELECT count(*) FROM analytics_events WHERE session_id = ?", (new_id,)
        ).fetchone()
    assert (events, site.show(new_id)) == (0, before)


def test_the_platform_may_call_from_any_origin(site, new_id):
    headers = {"Origin": "https://www.example.com", "Sec-Fetch-Site": "cross-site"}
    answer = site.platform("POST", f"{new_id}/cancel", headers=headers)

    assert error_of(answer, 404)["code"] == "session_not_found"
