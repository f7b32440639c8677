"""Webhooks that are not word for word what their sender signed are refused and change nothing."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes import plugnmeet
from tests.worker.attacked import Prey, dump, lay_out
from tests.worker.site import Site
from tests.worker.webhook_messages import (
    Message,
    bigbluebutton_message,
    plugnmeet_message,
    resend_headers,
    resend_message,
)

few = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
header_values = st.binary(max_size=100).map(
    lambda raw: bytes(byte for byte in raw if byte >= 0x20 and byte != 0x7F).strip()
)
quiet = pytest.mark.usefixtures("nothing_changes")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


# What each sender would say of this prey; it would be noted, and more.
SENDERS: dict[str, Callable[[Prey], Message]] = {
    "plugnmeet": lambda prey: plugnmeet_message(
        {
            "id": f"event-{prey.name}",
            "event": "recording_proceeded",
            "room": {"room_id": f"room-{prey.name}", "sid": "RM_1"},
            "recording_info": plugnmeet.recording_info(f"plug-{prey.name}"),
        }
    ),
    "bigbluebutton": lambda prey: bigbluebutton_message(
        {"meeting_id": f"meeting-{prey.name}", "record_id": f"bbb-{prey.name}"}
    ),
    "resend": lambda prey: resend_message(
        {
            "type": "email.complained",
            "data": {"email_id": prey.mail, "to": [f"{prey.student}@example.com"]},
        },
        f"msg_{prey.name}",
    ),
}
# The headers that carry what proves the sender.
PROOFS = {
    "plugnmeet": ("Authorization",),
    "bigbluebutton": (),
    "resend": ("svix-id", "svix-timestamp", "svix-signature"),
}
each_sender = pytest.mark.parametrize("sender", SENDERS)


@pytest.fixture(scope="module")
def prey(attacked: Site) -> Prey:
    """Sessions whose calls are held where the webhooks come from."""
    prey = lay_out(attacked)
    with attacked.d1() as db:
        for session_id, provider, room in (
            (prey.joinable, "plugnmeet", f"room-{prey.name}"),
            (prey.ended, "bigbluebutton", f"meeting-{prey.name}"),
        ):
            db.execute(
                "UPDATE sessions SET provider = ?, provider_room_id = ? WHERE id = ?",
                [provider, room, session_id],
            )
    return prey


@pytest.fixture
def nothing_changes(attacked: Site, prey: Prey):
    before = dump(attacked, prey)
    yield
    assert dump(attacked, prey) == before


def refused(answer: httpx.Response) -> bool:
    """Whether it was turned away in the one shape."""
    return answer.status_code in (401, 413) and set(answer.json()) == {"error"}


@st.composite
def changes(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Something else than the bytes that were signed."""
    where, byte = draw(st.floats(0, 1)), draw(st.integers(1, 255))
    kind = draw(st.sampled_from(["flip", "cut", "append", "prepend", "remove", "repeat"]))

    def change(raw: bytes) -> bytes:
        # The last characters of a base64 text may hold bits that mean nothing.
        place = int(where * (len(raw) - 5))
        return {
            "flip": raw[:place] + bytes([raw[place] ^ (byte & 0x1F or 1)]) + raw[place + 1 :],
            "cut": raw[:place],
            "append": raw + bytes([byte]) * 4,
            "prepend": bytes([byte]) * 4 + raw,
            "remove": raw[:place] + raw[place + 2 :],
            "repeat": raw + raw,
        }[kind]

    return change


@quiet
@pytest.mark.parametrize("sender", ["plugnmeet", "resend"])
@few
@given(change=changes())
def test_another_body_is_refused(attacked, prey, sender, change):
    genuine = SENDERS[sender](prey)
    forged = Message(genuine.path, change(genuine.body), genuine.headers)

    assert refused(forged.deliver(attacked))


@quiet
@few
@given(part=st.sampled_from([0, 1, 2]), where=st.floats(0, 1), put=st.sampled_from("AbZ09_-"))
def test_another_token_is_refused(attacked, prey, part, where, put):
    """BigBlueButton's body is a token: what is signed is inside."""
    genuine = SENDERS["bigbluebutton"](prey)
    parts = genuine.body.decode().partition("=")[2].split(".")
    place = int(where * (len(parts[part]) - 2))
    if parts[part][place] == put:
        return
    parts[part] = parts[part][:place] + put + parts[part][place + 1 :]
    body = urlencode({"signed_parameters": ".".join(parts)}).encode()

    assert refused(Message(genuine.path, body, genuine.headers).deliver(attacked))


@quiet
@few
@given(data=st.data(), value=header_values)
@pytest.mark.parametrize("sender", ["plugnmeet", "resend"])
def test_other_headers_are_refused(attacked, prey, sender, data, value):
    genuine = SENDERS[sender](prey)
    name = data.draw(st.sampled_from(PROOFS[sender]))
    for headers in (
        {key: known for key, known in genuine.headers.items() if key not in (name, "Hash-Token")},
        {**genuine.headers, name: value, "Hash-Token": value},
        {**genuine.headers, name: genuine.headers[name].encode()[:-4] + value},
    ):
        if headers.get(name) in (genuine.headers[name], genuine.headers[name].encode()):
            continue
        forged = Message(genuine.path, genuine.body, headers)
        assert refused(forged.deliver(attacked)), headers


@quiet
@pytest.mark.parametrize("seconds", ["9" * 5_000, "-1", "1e9", "٣" * 10, "0", str(2**70)])
def test_odd_times_are_refused(attacked, prey, seconds):
    genuine = SENDERS["resend"](prey)
    forged = genuine.headers | {"svix-timestamp": seconds.encode()}

    assert refused(Message(genuine.path, genuine.body, forged).deliver(attacked))


@quiet
@pytest.mark.parametrize(
    "forged",
    [
        lambda: plugnmeet_message({"id": "x"}, secret="not-theirs"),
        lambda: plugnmeet_message({"id": "x"}, secret=""),
        lambda: plugnmeet_message({"id": "x"}, exp=int(time.time()) - 600),
        lambda: plugnmeet_message({"id": "x"}, exp=None),
        lambda: plugnmeet_message({"id": "x"}, iss="somebody"),
        lambda: plugnmeet_message({"id": "x"}, sha256=None),
        lambda: plugnmeet_message({"id": "x"}, sha256=["x"]),
        lambda: bigbluebutton_message({"meeting_id": "x", "record_id": "y"}, "not-theirs"),
        lambda: bigbluebutton_message({"meeting_id": "x", "record_id": "y"}, ""),
        lambda: bigbluebutton_message({"meeting_id": "x"}),
        lambda: resend_message({}, at=int(time.time()) - 600),
        lambda: resend_message({}, at=int(time.time()) + 600),
    ],
)
def test_what_is_not_signed_right_is_refused(attacked, prey, forged):
    assert refused(forged().deliver(attacked))


@pytest.mark.parametrize("path", ["plugnmeet", "bigbluebutton", "resend"])
def test_without_a_secret_nobody_can_sign(site, path):
    """On a site that knows no provider, an empty key signs nothing."""
    content: dict[str, Any] = {"meeting_id": "x", "record_id": "y", "id": "x", "event": "x"}
    forged = {
        "plugnmeet": plugnmeet_message(content, secret="", iss=""),
        "bigbluebutton": bigbluebutton_message(content, ""),
        "resend": resend_message(content),
    }[path]

    assert refused(forged.deliver(site))


@few
@given(content=json_values | st.dictionaries(st.sampled_from(["id", "event", "room"]), json_values))
def test_odd_content_that_plugnmeet_signed_breaks_nothing(attacked, content):
    assert plugnmeet_message(content).deliver(attacked).status_code in (200, 401)


EVENTS = ["participant_joined", "participant_left", "session_ended", "recording_proceeded"]


@few
@given(event=st.sampled_from(EVENTS), parts=st.fixed_dictionaries({}, optional={
    "room": json_values, "participant": json_values, "recording_info": json_values,
}))  # fmt: skip
def test_odd_events_that_plugnmeet_signed_break_nothing(attacked, event, parts):
    answer = plugnmeet_message({"id": "odd", "event": event, **parts}).deliver(attacked)

    assert answer.status_code in (200, 401)


@few
@given(meeting=json_values, record=json_values)
def test_odd_content_that_bigbluebutton_signed_breaks_nothing(attacked, meeting, record):
    said = bigbluebutton_message({"meeting_id": meeting, "record_id": record})

    assert said.deliver(attacked).status_code in (200, 401)


@few
@given(kind=st.sampled_from(["email.bounced", "email.delivered", "x"]), about=json_values | (
    st.dictionaries(st.sampled_from(["to", "tags", "bounce", "email_id"]), json_values)
))  # fmt: skip
def test_odd_content_that_resend_signed_breaks_nothing(attacked, kind, about):
    assert resend_message({"type": kind, "data": about}).deliver(attacked).status_code == 204


@pytest.mark.parametrize("depth", [1_000, 20_000])
def test_deep_bodies_break_nothing(attacked, depth):
    deep = b"[" * depth + b"]" * depth
    to_plugnmeet = Message("/webhooks/plugnmeet", deep, plugnmeet.signed(deep))
    assert to_plugnmeet.deliver(attacked).status_code == 401
    assert (
        Message("/webhooks/resend", deep, resend_headers(deep)).deliver(attacked).status_code == 204
    )


@each_sender
def test_the_genuine_ones_do_change_something(attacked, sender):
    """Else none of the above would prove anything. Last, on a prey of its own."""
    own = lay_out(attacked)
    with attacked.d1() as db:
        db.execute(
            "UPDATE sessions SET provider = ?, provider_room_id = ? WHERE id = ?",
            [
                "bigbluebutton" if sender == "bigbluebutton" else "plugnmeet",
                f"meeting-{own.name}" if sender == "bigbluebutton" else f"room-{own.name}",
                own.joinable,
            ],
        )
    before = dump(attacked, own)
    answer = SENDERS[sender](own).deliver(attacked)

    assert answer.is_success
    assert dump(attacked, own) != before
