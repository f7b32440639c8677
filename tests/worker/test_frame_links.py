"""Links with which the platform shows a session in a frame of its own page."""

import time

import pytest

from auth import links
from auth.links import RoomLink
from tests.worker.site import BROWSER, error_of

IN_FRAME = BROWSER | {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture(scope="module")
def framing(site_with):
    return site_with(EMBED_ORIGINS="https://www.example.com")


def links_for(site, session_id):
    answer = site.platform("POST", f"{session_id}/links")
    assert answer.status_code == 200, answer.text
    return {role: url.removeprefix(site.url) for role, url in answer.json().items()}


def cookie_of(answer):
    return answer.headers["Set-Cookie"].split("; ")


def test_each_link_opens_the_session_as_its_person(framing, new_id):
    framing.book(new_id)
    found = links_for(framing, new_id)

    assert set(found) == {"student", "teacher"}
    for role, path in found.items():
        entered = framing.request("GET", path, headers=IN_FRAME)
        pair, *_ = cookie_of(entered)
        state = framing.get(f"/session/{new_id}/state", cookie=pair).json()

        assert (entered.status_code, entered.headers["Location"]) == (303, f"/session/{new_id}")
        assert state["role"] == role


def test_the_links_are_the_platforms_alone(framing, new_id):
    framing.book(new_id)
    path = f"/platform/sessions/{new_id}/links"

    error_of(framing.post(path, user="student"), 401)
    error_of(framing.platform("POST", "unknown/links"), 404)


@pytest.mark.parametrize("kind", ["mail", "frame"])
def test_in_a_frame_the_cookie_is_kept_for_the_platforms_site(framing, new_id, kind):
    framing.book(new_id)
    mail = f"/r/{framing.link(new_id, 'student')}"
    path = mail if kind == "mail" else links_for(framing, new_id)["student"]
    framed = framing.request("GET", path, headers=IN_FRAME)
    opened = framing.page(path)

    assert cookie_of(framed)[3:] == ["HttpOnly", "Secure", "SameSite=None", "Partitioned"]
    assert cookie_of(opened)[3:] == ["HttpOnly", "Secure", "SameSite=Lax"]


def test_without_the_setting_the_cookie_stays_out_of_frames(site, new_id):
    site.book(new_id)
    framed = site.request("GET", f"/r/{site.link(new_id, 'student')}", headers=IN_FRAME)

    assert cookie_of(framed)[3:] == ["HttpOnly", "Secure", "SameSite=Lax"]


def test_a_link_for_a_frame_is_too_old_after_ten_minutes(framing, new_id):
    framing.book(new_id)
    keys = framing.settings["LINK_SECRETS"].split(",")
    made_at = int(time.time()) - links.FRAME_LINK_S
    link = RoomLink(new_id, "student")
    young = links.sign_for_frame(link, keys, now=made_at + 60)
    old = links.sign_for_frame(link, keys, now=made_at)
    refused = framing.page(f"/r/{old}")

    assert framing.page(f"/r/{young}").status_code == 303
    assert refused.status_code == 410
    assert "This link is too old." in refused.text
    assert "Load the page that it came from again" in refused.text
    assert "Set-Cookie" not in refused.headers


def test_signed_out_people_in_a_frame_get_a_link_to_the_sign_in(framing, new_id):
    framing.book(new_id)
    path = f"/session/{new_id}"
    framed = framing.request("GET", path, headers=IN_FRAME)

    assert framed.status_code == 401
    assert "Please sign in." in framed.text
    assert f'href="{framing.settings["SIGN_IN_URL"]}?return_to=' in framed.text
    assert framing.page(path).status_code == 302


def test_a_page_in_a_frame_does_not_speak_of_an_e_mail(framing, new_id):
    framing.book(new_id)
    cookie = framing.room_cookie(new_id, "student")
    framed = framing.request("GET", f"/session/{new_id}", cookie=cookie, headers=IN_FRAME)
    opened = framing.page(f"/session/{new_id}", cookie=cookie)

    assert "through the link in an e-mail" in opened.text
    assert "through the link in an e-mail" not in framed.text
    assert "parent_page.js" in framed.text
    assert "parent_page.js" not in opened.text
