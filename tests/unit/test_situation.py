"""What the room's header, cover and cards say, by what is known."""

import pytest

from tests.unit.browser_code import results

MET_AND_WELL = {
    "name": "Amara",
    "otherRole": "teacher",
    "other": "online",
    "call": "connected",
    "canCall": True,
    "otherCanCall": True,
    "held": False,
    "live": True,
    "stuck": False,
    "met": True,
    "status": "in_progress",
    "noShow": None,
    "keepsWaiting": False,
}
CHAT_ONLY = ("chat_only", "Amara is here, by chat only")


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({}, "connected", "Connected with Amara"),
        # Nothing arrives: the call says so before the connection does.
        ({"call": "reconnecting"}, "reconnecting", "Reconnecting…"),
        ({"call": "reconnecting", "other": "away"}, "reconnecting", "Reconnecting…"),
        ({"call": "idle", "other": "left"}, "waiting", "Amara has left"),
        ({"call": "idle", "other": "left", "met": False}, "waiting", "Waiting for Amara"),
        ({"call": "connecting", "met": False}, "connecting", "Connecting with Amara…"),
        ({"call": "connecting", "stuck": True}, "trouble", "Unable to connect."),
        ({"call": "idle", "canCall": False}, *CHAT_ONLY),
        ({"call": "idle", "otherCanCall": False}, *CHAT_ONLY),
        ({"call": "connecting", "otherCanCall": False, "stuck": True}, *CHAT_ONLY),
        ({"call": "idle", "canCall": False, "other": "away"}, "reconnecting", "Reconnecting…"),
        ({"call": "idle", "canCall": False, "held": True}, "connected", "Amara is in the room"),
        ({"call": "idle", "held": True, "other": "away"}, "reconnecting", "Reconnecting…"),
        (
            {"call": "idle", "held": True, "other": "away", "met": False},
            "reconnecting",
            "Reconnecting…",
        ),
        ({"call": "idle", "held": True, "other": "left"}, "waiting", "Amara has left"),
    ],
)
def test_the_words_are_true(changes: dict[str, object], state: str, words: str) -> None:
    [found] = results("room/situation.js", "situationOf", [[MET_AND_WELL | changes]])

    assert (found["state"], found["words"]) == (state, words)


def test_the_hint_says_whose_browser_it_is() -> None:
    own, other = results(
        "room/situation.js",
        "situationOf",
        [[MET_AND_WELL | {"canCall": False}], [MET_AND_WELL | {"otherCanCall": False}]],
    )

    assert own["hint"] == "This browser cannot make video calls. Chat and files work."
    assert other["hint"] == "Amara's browser cannot make video calls. Chat and files work."
