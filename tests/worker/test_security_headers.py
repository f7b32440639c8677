"""Security headers on every kind of answer, and pages that follow their policy."""

import re

import pytest

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}
# kind: method, path, signed in as, status
ANSWERS = {
    "page": ("GET", "/session/demo-early", "demo-student", 200),
    "page of what is over": ("GET", "/session/demo-ended", "demo-teacher", 200),
    "refused page": ("GET", "/session/demo-early", "demo-stranger", 403),
    "missing page": ("GET", "/nothing", None, 404),
    "redirect": ("GET", "/session/demo-early", None, 302),
    "head": ("HEAD", "/session/demo-early", "demo-student", 200),
    "state": ("GET", "/session/demo-early/state", "demo-student", 200),
    "conflict": ("POST", "/session/demo-early/join", "demo-student", 409),
    "wrong method": ("DELETE", "/session/demo-early", "demo-student", 405),
    "calendar": ("GET", "/session/demo-early/calendar.ics", "demo-student", 200),
    "calendar of a person": ("GET", "/calendar/broken.ics", None, 404),
    "dashboard": ("GET", "/dev", "demo-student", 200),
    "sign-in": ("GET", "/dev/sign-in", None, 200),
    "outbox": ("GET", "/dev/outbox", None, 200),
    "broken link": ("GET", "/r/broken", None, 404),
    "health": ("GET", "/healthz", None, 200),
    "platform": ("GET", "/platform/sessions/x", None, None),
}


@pytest.fixture(params=ANSWERS)
def answer(request, site):
    method, path, user, status = ANSWERS[request.param]
    answer = site.request(method, path, user=user, headers={"Accept": "text/html"})
    assert status in (None, answer.status_code)
    return answer


# Of these, other sites may frame those of EMBED_ORIGINS.
FRAMED = {
    "page",
    "page of what is over",
    "refused page",
    "redirect",
    "head",
    "state",
    "conflict",
    "calendar",
    "broken link",
}


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";")]
    return {name: values for name, *values in parts}


def test_every_answer_has_the_headers_once(answer):
    got = {name: answer.headers.get_list(name) for name in ALWAYS}

    assert got == {name: [value] for name, value in ALWAYS.items()}


def test_the_content_policy_allows_nothing_inline_and_no_framing(answer):
    (policy,) = answer.headers.get_list("Content-Security-Policy")
    rules = directives(policy)

    assert rules["default-src"] == ["'none'"]
    assert rules["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in policy
    assert not {"*", "data:", "https:"} & set(rules.get("script-src", []))


def test_pages_may_use_our_own_scripts_styles_and_devices(answer):
    rules = directives(answer.headers["Content-Security-Policy"])
    features = answer.headers["Permissions-Policy"].split(", ")
    is_page = "text/html" in answer.headers.get("Content-Type", "")

    if is_page:
        assert rules["style-src"] == ["'self'"]
        assert rules.get("script-src", ["'self'"]) == ["'self'"]  # the outbox has no scripts
        assert rules["base-uri"] == ["'none'"]
    assert ("camera=(self)" in features) is is_page
    assert ("microphone=(self)" in features) is is_page
    assert {"geolocation=()", "payment=()", "usb=()"} <= set(features)


def test_addresses_with_a_token_send_no_referrer(site):
    followed = site.page(f"/r/{site.link('demo-early', 'demo-student')}")
    refused = site.page("/r/broken")

    assert followed.headers["Referrer-Policy"] == "no-referrer"
    assert refused.headers["Referrer-Policy"] == "no-referrer"


def test_other_addresses_send_the_referrer_to_this_site_only(answer):
    has_token = "/r/" in str(answer.url) or "/calendar/" in str(answer.url)
    expected = "no-referrer" if has_token else "same-origin"

    assert answer.headers["Referrer-Policy"] == expected


def test_pages_follow_their_policy(answer):
    scripts = re.findall(r"<script\b[^>]*>", answer.text)
    inline = [tag for tag in scripts if "src=" not in tag and "application/json" not in tag]

    assert inline == []
    assert re.findall(r"<style\b", answer.text) == []
    assert re.findall(r"<[^>]+\s(?:style|on[a-z]+)\s*=", answer.text) == []
    assert re.findall(r'(?:href|src|action)="javascript:', answer.text) == []


@pytest.mark.parametrize("kind", ANSWERS)
def test_only_a_sessions_answers_can_be_framed_and_only_by_known_origins(kind, site_with):
    site = site_with(EMBED_ORIGINS="https://www.example.com, https://App.example.com:443")
    method, path, user, _ = ANSWERS[kind]
    answer = site.request(method, path, user=user, headers={"Accept": "text/html"})
    rules = directives(answer.headers["Content-Security-Policy"])
    known = ["https://www.example.com", "https://app.example.com"]

    assert rules["frame-ancestors"] == (known if kind in FRAMED else ["'none'"])
    assert ("X-Frame-Options" in answer.headers) is (kind not in FRAMED)


def test_a_providers_frame_may_show_our_page_inside_a_platforms_page(site_with):
    site = site_with(EMBED_ORIGINS="https://www.example.com, https://App.example.com:443")
    left = site.page("/session/demo-early/left")
    rules = directives(left.headers["Content-Security-Policy"])

    assert rules["frame-ancestors"] == [
        "'self'",
        "https://www.example.com",
        "https://app.example.com",
    ]
