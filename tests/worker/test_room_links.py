"""Room links in e-mails: reusable, for one session and one person."""

import time
from urllib.parse import quote

import pytest

from auth import links
from tests.unit.test_links import tampered_at
from tests.worker.site import BROWSER, DAY, HOUR, booking, error_of, person

AS_DATA = {"Accept": "application/json"}


def follow(site, token, method="GET"):
    return site.request(method, f"/r/{token}", headers=BROWSER)


def test_a_link_sets_the_cookie_and_redirects_to_the_session(site, new_id):
    site.book(new_id)
    expires = site.show(new_id)["scheduled_end"] + 7 * DAY
    answers = [follow(site, site.link(new_id, "student"), m) for m in ("HEAD", "GET", "GET")]

    for answer in answers:
        pair, path, max_age, *rest = answer.headers["Set-Cookie"].split("; ")
        lives_until = time.time() + int(max_age.removeprefix("Max-Age="))
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/session/{new_id}")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert pair == site.room_cookie(new_id, "student")
        assert path == f"Path=/session/{new_id}"
        assert lives_until == pytest.approx(expires, abs=30)
        assert rest == ["HttpOnly", "Secure", "SameSite=Lax"]


def test_the_cookie_admits_its_person(site, new_id):
    site.book(new_id)
    cookie = follow(site, site.link(new_id, "teacher")).headers["Set-Cookie"].split(";")[0]

    assert site.page(f"/session/{new_id}", cookie=cookie).status_code == 200
    assert site.get(f"/session/{new_id}/state", cookie=cookie).json()["role"] == "teacher"
    assert site.post(f"/session/{new_id}/join", cookie=cookie).status_code == 200


def test_the_cookie_opens_no_other_session(site, new_id):
    site.book(f"{new_id}-a")
    site.book(f"{new_id}-b")
    cookie = site.room_cookie(f"{new_id}-a", "student")

    error_of(site.get(f"/session/{new_id}-b/state", cookie=cookie), 401)
    assert site.page(f"/session/{new_id}-b", cookie=cookie).status_code == 302


def test_a_cookie_of_a_stranger_is_refused(site, new_id):
    site.book(new_id)
    cookie = site.room_cookie(new_id, "stranger")

    error_of(site.get(f"/session/{new_id}/state", cookie=cookie), 403)


def test_a_link_of_a_stranger_is_refused(site, new_id):
    site.book(new_id)
    refused = follow(site, site.link(new_id, "stranger"))

    assert refused.status_code == 403
    assert "Set-Cookie" not in refused.headers


def test_a_replaced_person_is_refused(site, new_id):
    booked = booking()
    site.put(new_id, booked)
    cookie = site.room_cookie(new_id, "student")
    site.put(new_id, booked | {"student": person("stranger")})

    error_of(site.get(f"/session/{new_id}/state", cookie=cookie), 403)


def test_a_changed_link_is_refused(site, new_id):
    site.book(new_id)
    token = site.link(new_id, "student")
    answers = [follow(site, tampered_at(token, p)).status_code for p in range(0, len(token), 4)]

    assert set(answers) == {404}


@pytest.mark.parametrize("purpose", [links.COOKIE, "unsubscribe", ""])
def test_a_token_for_another_purpose_is_refused_as_a_link(site, new_id, purpose):
    site.book(new_id)
    token = site.link(new_id, "student", purpose=purpose)

    refused = site.request("GET", f"/r/{token}", headers=AS_DATA)
    assert error_of(refused, 404)["code"] == "link_broken"


def test_a_broken_link_shows_an_error_and_the_sign_in(site, new_id):
    token = site.link(new_id, "student")[:-3]
    for path in (f"/r/{token}", f"/r/{token}/reschedule", f"/unsubscribe/{token}"):
        page = site.page(path)

        assert page.status_code == 404
        assert "This link does not work." in page.text
        assert "Session not found" not in page.text
        assert f'href="{site.settings["SIGN_IN_URL"]}"' in page.text


def test_an_expired_link_offers_to_sign_in_to_its_session(site, new_id):
    site.book(new_id, starts_in=-8 * DAY - HOUR)
    page = site.page(f"/r/{site.link(new_id, 'student')}")
    back = quote(f"{site.url}/session/{new_id}", safe="")

    assert page.status_code == 410
    assert "This session has ended." in page.text
    assert "This link has expired." in page.text
    assert f'href="{site.settings["SIGN_IN_URL"]}?return_to={back}"' in page.text


def test_a_stranger_can_sign_in_with_another_account(site, new_id):
    site.book(new_id)
    by_sign_in = site.page(f"/session/{new_id}?from=mail", user="stranger")
    by_link = site.page(f"/r/{site.link(new_id, 'stranger')}")

    for page, place in ((by_sign_in, f"{new_id}?from=mail"), (by_link, new_id)):
        back = quote(f"{site.url}/session/{place}", safe="")
        assert page.status_code == 403
        assert "Sign in with another account" in page.text
        assert f'href="{site.settings["SIGN_IN_URL"]}?return_to={back}"' in page.text


def test_a_link_is_refused_as_a_cookie(site, new_id):
    site.book(new_id)
    cookie = f"session_room={site.link(new_id, 'student')}"

    error_of(site.get(f"/session/{new_id}/state", cookie=cookie), 401)


def test_a_link_to_an_unknown_session_is_not_found(site):
    refused = follow(site, site.link("no-such-session", "student"))

    assert refused.status_code == 404
    assert "Session not found. Check your dashboard." in refused.text


@pytest.mark.parametrize(
    ("ended_ago", "link_status", "cookie_status"),
    [(6 * DAY, 303, 200), (8 * DAY, 410, 401)],
)
def test_links_and_cookies_expire_a_week_after_the_end(
    site, new_id, ended_ago, link_status, cookie_status
):
    site.book(new_id, starts_in=-ended_ago - HOUR)
    link = follow(site, site.link(new_id, "student"))
    cookie = site.room_cookie(new_id, "student")

    assert link.status_code == link_status
    assert site.get(f"/session/{new_id}/state", cookie=cookie).status_code == cookie_status


def test_after_the_end_a_link_leads_to_the_afterwards_page(site, new_id):
    site.book(new_id, starts_in=-DAY)
    cookie = follow(site, site.link(new_id, "student")).headers["Set-Cookie"].split(";")[0]
    page = site.page(f"/session/{new_id}", cookie=cookie)

    assert page.status_code == 200
    assert "This session has ended." in page.text


def test_the_link_counts_for_a_signed_in_stranger(site, new_id):
    site.book(new_id)
    cookie = site.room_cookie(new_id, "student")
    answer = site.get(f"/session/{new_id}/state", user="stranger", cookie=cookie)

    assert answer.json()["role"] == "student"


def test_following_a_link_changes_nothing(site, new_id):
    site.book(new_id)
    before = site.show(new_id)
    for _ in range(3):
        follow(site, site.link(new_id, "student"))

    assert site.show(new_id) == before


def test_leaving_a_link_accepts_any_id(site):
    odd = "%0d%0aSet-Cookie:%20a=b;%20Domain=example.com;%F0%9F%8E%93"
    answer = site.page(f"/session/{odd}/leave-link")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/session/%0D%0ASet-Cookie")
    assert "Domain" not in answer.headers["Set-Cookie"].replace("Domain%3D", "")
