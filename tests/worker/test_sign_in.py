"""The platform's shared-secret tokens: valid ones sign a person in, all others are refused."""

import jwt
import pytest

from tests.fakes.jwks_server import claims_of
from tests.worker.site import error_of

STATE = "/session/demo-joinable/state"


def test_a_token_is_accepted_as_cookie_and_as_bearer(site):
    as_cookie = site.get(STATE, user="demo-student")
    as_bearer = site.get(STATE, token=site.token("demo-teacher"))

    assert as_cookie.json()["role"] == "student"
    assert as_bearer.json()["role"] == "teacher"


def test_the_bearer_token_takes_precedence_over_the_cookie(site):
    both = site.get(STATE, user="demo-student", token=site.token("demo-stranger"))

    assert error_of(both, 403)["code"] == "not_participant"


def test_other_authorization_schemes_do_not_hide_the_cookie(site):
    answer = site.get(STATE, user="demo-student", headers={"Authorization": "Basic c3RhZ2luZw=="})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1_000_000_000},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": 7},
        {"exp": "soon"},
        {"exp": float("inf")},
    ],
)
def test_wrong_claims_are_refused(site, claims):
    error_of(site.get(STATE, token=site.token("demo-student", **claims)), 401)


def forged(site, kind: str) -> str:
    good = site.token("demo-student")
    header, claims, signature = good.split(".")
    match kind:
        case "other secret":
            return jwt.encode(claims_of("demo-student"), "x" * 40, "HS256")
        case "other algorithm":
            return jwt.encode(
                claims_of("demo-student"), site.settings["AUTH_JWT_SECRET"] * 2, "HS512"
            )
        case "no algorithm":
            return jwt.encode(claims_of("demo-student"), None, "none")
        case "others' claims":
            return f"{header}.{site.token('demo-teacher').split('.')[1]}.{signature}"
        case "10 KB":
            return site.token("demo-student", padding="x" * 10_240)
        case "a room link":
            return site.link("demo-joinable", "demo-student")
        case _:
            return kind.format(header=header, claims=claims, signature=signature)


@pytest.mark.parametrize(
    "kind",
    [
        "other secret",
        "other algorithm",
        "no algorithm",
        "others' claims",
        "10 KB",
        "a room link",
        "{header}.{claims}.",
        ".{claims}.{signature}",
        "{header}.{claims}",
        "{header}.{claims}.{signature}.{signature}",
        "{header} .{claims}.{signature}",
        "WzFd.{claims}.{signature}",  # the header is [1]
        "W1tb" * 1_500 + ".{claims}.{signature}",  # thousands of brackets
        "garbage",
        "...",
        "\xe4\xf6\xfc.\xe4.\xf6",
    ],
)
def test_forged_tokens_are_refused(site, kind):
    token = forged(site, kind)
    bearer = {"Authorization": f"Bearer {token}".encode("latin-1")}
    cookie = {"Cookie": f"{site.settings['AUTH_COOKIE']}={token}".encode("latin-1")}

    error_of(site.get(STATE, headers=bearer), 401)
    error_of(site.get(STATE, headers=cookie), 401)


def test_an_invalid_token_redirects_to_sign_in(site):
    page = site.page("/session/demo-joinable", token="garbage")

    assert page.status_code == 302
    assert page.headers["Location"].startswith(site.settings["SIGN_IN_URL"])


def test_an_invalid_token_does_not_override_a_room_cookie(site):
    cookie = site.room_cookie("demo-joinable", "demo-student")
    answer = site.get(STATE, token="garbage", cookie=cookie)

    assert answer.json()["role"] == "student"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\r\nSet-Cookie: a=b",
        "https://evil.example/",
        "javascript:alert(1)",
        "",
        "/é",
    ],
)
def test_the_demo_sign_in_stays_on_this_site(site, target):
    answer = site.client.get("/dev/sign-in", params={"user": "demo-student", "next": target})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/dev")
