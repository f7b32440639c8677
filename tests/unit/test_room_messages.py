"""The parsing of messages on the live socket, and their limits."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from room import messages
from room.message_limits import LIMITS, STRIKES, MessageLimits
from room.messages import Chat, Leave, Media, RefusedMessageError, Signal

PAGE = "0123456789abcdef"


def frame(**content: object) -> str:
    return json.dumps(content)


def test_signal_relays_description_unchanged() -> None:
    offer = {"type": "offer", "sdp": "v=0\r\n"}
    message = messages.parse(frame(type="signal", to=PAGE, description=offer))

    assert isinstance(message, Signal)
    assert message.relayed("sender") == {"type": "signal", "from": "sender", "description": offer}


def test_signal_relays_offer_number_of_answer() -> None:
    answer = {"type": "answer", "sdp": "v=0\r\n", "offer": 2}
    message = messages.parse(frame(type="signal", to=PAGE, description=answer))

    assert isinstance(message, Signal)
    assert message.relayed("sender")["description"] == answer


def test_media_accepts_call_false() -> None:
    content = {
        "type": "media",
        "microphone": False,
        "camera": False,
        "screen": False,
        "call": False,
    }

    message = messages.parse(frame(**content))

    assert isinstance(message, Media)
    assert message.call is False


def test_media_asks_for_little_data() -> None:
    content = {"type": "media", "microphone": True, "camera": True, "screen": False}
    few, much = (messages.parse(frame(**content, **more)) for more in ({"saves": True}, {}))

    assert isinstance(few, Media)
    assert isinstance(much, Media)
    assert (few.saves, much.saves) == (True, False)


def test_signal_relays_candidate_with_names_of_browsers() -> None:
    candidate = {
        "candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host",
        "sdpMid": "0",
        "sdpMLineIndex": 0,
        "usernameFragment": "abcd",
    }
    message = messages.parse(frame(type="signal", to=PAGE, candidate=candidate))

    assert isinstance(message, Signal)
    assert message.relayed("sender")["candidate"] == candidate


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"type": "chat", "id": "12345678", "text": "x" * 2000}, Chat),
        ({"type": "media", "microphone": True, "camera": False, "screen": False}, Media),
        ({"type": "leave"}, Leave),
    ],
)
def test_parse_returns_type_of_message(content: dict[str, object], kind: type) -> None:
    assert isinstance(messages.parse(frame(**content)), kind)


@pytest.mark.parametrize(
    "content",
    [
        {"type": "signal", "to": PAGE},
        {"type": "signal", "to": "not-a-page", "description": {"type": "offer", "sdp": "v"}},
        {"type": "signal", "to": PAGE, "description": {"type": "rollback", "sdp": "v"}},
        {"type": "signal", "to": PAGE, "description": {"type": "offer", "sdp": "v", "offer": -1}},
        {"type": "signal", "to": PAGE, "description": {"type": "offer", "sdp": "v" * 60_001}},
        {"type": "signal", "to": PAGE, "candidate": {"candidate": "c", "sdpMLineIndex": -1}},
        {"type": "chat", "id": "short", "text": "x"},
        {"type": "chat", "id": "12345678", "text": "x" * 2001},
        {"type": "chat", "id": "12345678", "text": " \n "},
        {"type": "media", "microphone": "yes", "camera": False, "screen": False},
        {"type": "leave", "role": "teacher"},
        {"type": "welcome"},
        {},
    ],
)
def test_parse_refuses_malformed_message(content: dict[str, object]) -> None:
    with pytest.raises(RefusedMessageError) as refusal:
        messages.parse(frame(**content))

    assert refusal.value.code == "malformed"


@pytest.mark.parametrize(
    ("sent", "line_id"),
    [
        (frame(type="chat", id="12345678", text="\u3164"), "12345678"),
        (frame(type="chat", id="12345678", text="x" * 2001), "12345678"),
        (frame(type="chat", id=5, text="x"), ""),
        (frame(type="chat", text="x"), ""),
        (frame(type="chat", id="x" * 65, text=" "), ""),
        ('{"type": "chat", "id": "12345678", "text": %s}' % ("9" * 5_000), ""),
        (frame(type="leave", id="12345678"), ""),
    ],
)
def test_refusal_has_id_of_refused_line_of_chat(sent: str, line_id: str) -> None:
    with pytest.raises(RefusedMessageError) as refusal:
        messages.parse(sent)

    assert (refusal.value.code, refusal.value.line_id) == ("malformed", line_id)


@given(st.text() | st.binary() | st.none())
def test_parse_raises_only_refusals(raw: object) -> None:
    with pytest.raises(RefusedMessageError):
        messages.parse(raw)


@pytest.mark.parametrize("text", ["x" * 65_537, "é" * 32_769])
def test_parse_refuses_too_large_message(text: str) -> None:
    with pytest.raises(RefusedMessageError) as refusal:
        messages.parse(text)

    assert refusal.value.code == "too_large"


@pytest.mark.parametrize("kind", sorted(LIMITS))
def test_limits_allow_burst_then_steady_rate(kind: str) -> None:
    burst, per_second = LIMITS[kind]
    limits = MessageLimits(now=0)
    for _ in range(int(burst)):
        limits.count(kind, now=0)

    with pytest.raises(RefusedMessageError):
        limits.count(kind, now=0)
    limits.count(kind, now=1.01 / per_second)


def test_limits_never_refuse_leave() -> None:
    limits = MessageLimits(now=0)

    for _ in range(1000):
        limits.count("leave", now=0)


def test_strikes_are_too_many_after_burst_until_refill() -> None:
    limits = MessageLimits(now=0)

    assert not any(limits.record_strike(now=0) for _ in range(int(STRIKES[0])))
    assert limits.record_strike(now=0)
    assert not limits.record_strike(now=10)
