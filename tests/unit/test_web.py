"""Requests: cookies, tokens, paths and bodies, valid and invalid."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import BadRequestError, BodyTooLargeError
from web.messages import MAX_JSON_BYTES, Request


def request(url="https://sessions.example.com/session/s1?a=1", body=b"", **headers):
    async def read(_limit: int) -> bytes:
        return body

    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("GET", url, named, read)


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "theme=dark; ",
        "=nameless; ",
        "nothing; ",
        'json={"a":[1,2]}; ',
        'quoted="a b"; ',
        "spa ce=x; ",
        "brackets[]=1; ",
        "a@b=c; ",
        "ümlaut=é; ",
        "ctl=\x01\x7f; ",
        "equals=a=b=c; ",
        ";; ; ",
    ],
)
def test_invalid_cookies_of_other_apps_do_not_hide_ours(odd):
    cookies = request(cookie=f"{odd}session_room=abc.def-_1; later=x").cookies

    assert cookies["session_room"] == "abc.def-_1"
    assert cookies["later"] == "x"


def test_cookie_names_match_whole_and_by_case():
    cookies = request(cookie="xsession_room=1; Session_Room=2; session_room_dev=3").cookies

    assert "session_room" not in cookies


def test_the_first_of_two_cookies_with_one_name_counts():
    """A neighbouring subdomain can set cookies for the whole domain, but not for our path."""
    cookies = request(cookie="session_room=ours; session_room=the-neighbours").cookies

    assert cookies["session_room"] == "ours"


def test_quotes_around_a_cookie_are_removed():
    assert request(cookie='token="abc"').cookies == {"token": "abc"}


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Bearer", ""),
        ("Basic abc", None),
        ("", None),
        ("abc", None),
    ],
)
def test_a_bearer_token_is_read(header, token):
    assert request(authorization=header).bearer == token


@pytest.mark.parametrize(
    ("url", "pieces"),
    [
        ("https://x", [""]),
        ("https://x/", ["", ""]),
        ("https://x/session/s1?next=/r/y", ["", "session", "s1"]),
        ("https://x/session/%73%31", ["", "session", "s1"]),
        ("https://x/session/s1%2Fend", ["", "session", "s1/end"]),
        ("https://x/session/s1%252Fend", ["", "session", "s1%2Fend"]),
        ("https://x/session/%FF", ["", "session", "\ufffd"]),
        ("https://x/%", ["", "%"]),
        ("https://x//session", ["", "", "session"]),
    ],
)
def test_a_path_is_split_before_its_pieces_are_decoded(url, pieces):
    assert request(url).pieces == pieces


def test_the_origin_has_scheme_host_and_port():
    assert request("http://localhost:8787/x?y").origin == "http://localhost:8787"


async def test_json_is_read():
    assert await request(body=b'{"a": [1, "\xc3\xa9"]}').json() == {"a": [1, "é"]}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"NaN", b'{"a": Infinity}', b"\xff\xfe", b'"\\ud800"', b"[1,]", b"a=1", b"\x00"],
)
async def test_invalid_json_is_a_bad_request(body):
    with pytest.raises(BadRequestError, match=r"The body must be JSON\."):
        await request(body=body).json()


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
async def test_deeply_nested_json_is_a_bad_request(opening):
    deep = opening * (MAX_JSON_BYTES // len(opening))

    with pytest.raises(BadRequestError):
        await request(body=deep).json()


@given(st.binary(max_size=200))
async def test_any_bytes_are_json_or_a_bad_request(body):
    with suppress(BadRequestError):
        await request(body=body).json()


async def test_a_body_of_the_limit_is_read():
    body = b'"' + b"x" * (MAX_JSON_BYTES - 2) + b'"'

    assert len(await request(body=body).json()) == MAX_JSON_BYTES - 2


@pytest.mark.parametrize("announced", [{}, {"content_length": str(MAX_JSON_BYTES + 1)}])
async def test_a_body_above_the_limit_is_refused(announced):
    with pytest.raises(BodyTooLargeError):
        await request(body=b"x" * (MAX_JSON_BYTES + 1), **announced).json()


async def test_a_body_announced_as_too_large_is_not_read():
    async def never(_limit: int) -> bytes:
        raise AssertionError("the body was read")

    huge = Request("POST", "https://x/y", {"content-length": "99999999"}, never)

    with pytest.raises(BodyTooLargeError):
        await huge.json()
