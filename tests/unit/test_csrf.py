"""Unsafe requests must come from our own pages, or from no page."""

import pytest

from errors import CrossSiteError
from web import csrf
from web.messages import Request

US = "https://sessions.example.com"


async def nothing(_limit: int) -> bytes:
    return b""


def request(method="POST", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, f"{US}/session/s1/join", named, nothing)


ALLOWED = [
    {"sec_fetch_site": "same-origin"},
    {"sec_fetch_site": "none"},
    {"sec_fetch_site": "same-origin", "origin": US},
    {"origin": US},
    {},
]
REFUSED = [
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "same-site", "origin": US},
    {"sec_fetch_site": ""},
    {"sec_fetch_site": "Same-Origin, cross-site"},
    {"origin": "https://evil.example"},
    {"origin": "http://sessions.example.com"},
    {"origin": "https://sessions.example.com:8443"},
    {"origin": "https://sessions.example.com.evil.example"},
    {"origin": "https://evil.sessions.example.com"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "https://evil.example", "authorization": "Bearer anything"},
]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "post"])
@pytest.mark.parametrize("headers", REFUSED)
def test_unsafe_requests_of_other_sites_are_refused(method, headers):
    with pytest.raises(CrossSiteError):
        csrf.refuse_cross_site(request(method, **headers))


@pytest.mark.parametrize("headers", ALLOWED)
def test_our_own_pages_and_programs_may_post(headers):
    csrf.refuse_cross_site(request(**headers))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("headers", REFUSED)
def test_safe_requests_are_allowed_from_any_site(method, headers):
    csrf.refuse_cross_site(request(method, **headers))


def test_the_origin_must_match_including_the_port():
    local = Request("POST", "http://localhost:8787/x", {"origin": "http://localhost:8788"}, nothing)

    with pytest.raises(CrossSiteError):
        csrf.refuse_cross_site(local)
