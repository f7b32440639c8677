"""No input causes a 5xx answer."""

import socket
from contextlib import suppress
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worker.site import booking

few = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Characters that HTTP allows in a header's value.
header_bytes = st.binary(max_size=300).map(
    lambda raw: bytes(byte for byte in raw if byte >= 0x20 and byte != 0x7F).strip()
)
segments = st.binary(min_size=1, max_size=60).map(lambda raw: quote_from_bytes(raw, safe=""))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=10,
)


@few
@given(header_bytes)
def test_any_cookie_gets_no_5xx(site, raw):
    for name in (site.settings["AUTH_COOKIE"], "session_room", ""):
        cookie = name.encode() + b"=" + raw
        answer = site.get("/session/demo-joinable/state", headers={"Cookie": cookie})

        assert answer.status_code == 401


@few
@given(header_bytes, st.sampled_from([b"", b"Bearer "]))
def test_any_authorization_gets_no_5xx(site, raw, scheme):
    headers = {"Authorization": (scheme + raw).strip()}
    answer = site.get("/session/demo-joinable/state", headers=headers)
    at_the_door = site.get("/platform/sessions/demo-joinable", headers=headers)

    assert (answer.status_code, at_the_door.status_code) == (401, 401)


@few
@given(segments, st.sampled_from(["/session/{}", "/session/{}/state", "/r/{}", "/{}"]))
def test_any_path_gets_no_5xx(site, segment, shape):
    answer = site.get(shape.format(segment), user="demo-student")

    # 403: another of these tests has booked a session with this id for other people.
    assert answer.status_code in (303, 307, 400, 403, 404)


@few
@given(segments)
def test_any_session_id_of_the_platform_gets_no_5xx(site, segment):
    answer = site.put(segment, booking())

    assert answer.status_code in (200, 201, 404, 405, 422)


@few
@given(st.binary(max_size=2_000))
def test_any_body_gets_no_5xx(site, body):
    booked = site.platform("PUT", "garbage", content=body)
    event = site.post("/session/demo-joinable/events", user="demo-student", content=body)

    assert (booked.status_code, event.status_code) in {(400, 400), (422, 422)}


@few
@given(json_values, st.sampled_from(["course", "student", "teacher", "scheduled_start", "new"]))
def test_any_json_in_any_field_gets_no_5xx(site, value, field):
    try:
        answer = site.put("garbage", booking() | {field: value})
    except (ValueError, UnicodeEncodeError):
        return  # httpx cannot write it

    assert answer.status_code == 422


@few
@given(st.text(max_size=100))
def test_any_return_address_of_the_demo_sign_in_gets_no_5xx(site, target):
    try:
        params = {"user": target or "x", "next": target}
        answer = site.client.get("/dev/sign-in", params=params)
    except UnicodeEncodeError:
        return

    assert answer.status_code == 303


@pytest.mark.parametrize("length", [4_000, 12_000, 30_000])
def test_a_long_address_gets_no_5xx(site, length):
    assert site.get(f"/session/{'x' * length}").status_code < 500


@pytest.mark.parametrize(
    ("path", "status"), [("/webhooks/resend", 413), ("/unsubscribe/no-token", 404)]
)
def test_an_endless_body_is_answered_at_the_limit(site, path, status):
    """A body without Content-Length is read up to the limit; all of it would fill the memory."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"x" * 64_000
    with socket.create_connection(("localhost", site.worker.port), timeout=20) as connection:
        connection.sendall(head.encode())
        # The answer ends the connection, perhaps before everything is sent.
        with suppress(ConnectionError):
            for _ in range(8):
                connection.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        answer = connection.recv(100)

    assert answer.startswith(b"HTTP/1.1 %d " % status)
