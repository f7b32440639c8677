"""The text of people: which characters are removed, kept, and visible."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import i18n
from domain.human_text import is_blank, isolated, isolated_lines, without_marks
from errors import RefusedMessageError
from room.messages import parse
from sessions.feedback import Feedback
from sessions.rescheduling import Answer, NewRequest
from tests.unit.browser_code import results

DIRECTION_MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("mark", DIRECTION_MARKS)
def test_without_marks_removes_direction_marks(mark):
    assert without_marks(f"Lena{mark} Fischer") == "Lena Fischer"


@pytest.mark.parametrize("control", "\x00\x07\x0b\x1b\x7f\x85\x9f\ud800\ufffe\uffff")
def test_without_marks_removes_controls(control):
    assert without_marks(f"a{control}b") == "ab"


@pytest.mark.parametrize(
    "text",
    ["می\u200cخواهم", "👩\u200d🏫", "🏴\U000e0067\U000e0062", "\U000323b0", "a\tb\r\nc", "é"],
)
def test_without_marks_keeps_characters_of_scripts(text):
    assert without_marks(text) == text


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\t", "\x00", "\u200b", "\u200d\u200c", "\u00ad", "\ufeff", "\u2060", "\u3164"],
)
def test_invisible_text_is_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize("char", "\u115f\u2800\ufe0f\u034f\u0301\U000e0067\u00a0\u3000\u2028\u202e")
def test_characters_without_ink_are_blank(char):
    assert is_blank(char)


@pytest.mark.parametrize(
    "text", ["a", "\u200ba", "7", "?", "👩", "ا", "\U000323b0", "\ue000", "日"]
)
def test_visible_text_is_not_blank(text):
    assert not is_blank(text)


def test_browser_and_room_agree_on_blank_text():
    # The browser may know characters that Python's tables do not have yet.
    chars = [chr(code) for code in range(0x1_0000) if unicodedata.category(chr(code)) != "Cn"]
    chars += ["\u2065", "\ufff0", "\ufffe", "\U000e0067", "\U000e0fff", "\U0001f9d1", "\U000323b0"]
    found = results("chat/ink.js", "isBlank", [[char] for char in chars])

    assert [char for char, blank in zip(chars, found, strict=True) if blank != is_blank(char)] == []


@pytest.mark.parametrize("text", ["Lena Fischer", "Zoë", "日本語", "👩🏫", ""])
def test_isolated_keeps_left_to_right_text(text):
    assert isolated(text) == text


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("أحمد علي", "\u2068أحمد علي\u2069"),
        ("Lena שלום", "\u2068Lena שלום\u2069"),
        ("\u202eLena", "Lena"),
        ("שלום\u2069 x", "\u2068שלום x\u2069"),
        ("٣", "\u2068٣\u2069"),
    ],
)
def test_isolated_wraps_right_to_left_text(text, alone):
    assert isolated(text) == alone


def test_isolated_wraps_all_text_for_readers_from_right_to_left():
    with i18n.reading("ar"):
        assert isolated("Lena") == "\u2068Lena\u2069"
        assert isolated("Zoë\u202e") == "\u2068Zoë\u2069"
        assert isolated("أحمد") == "\u2068أحمد\u2069"
        assert isolated("") == ""
        assert isolated_lines("Is it 3?\n\nأحمد") == "\u2068Is it 3?\u2069\n\n\u2068أحمد\u2069"


@given(st.text(), st.sampled_from(["en", "ar"]))
def test_isolated_closes_each_isolate(text, language):
    depth = 0
    with i18n.reading(language):
        alone = isolated(text)
    for char in alone:
        kind = unicodedata.bidirectional(char)
        assert kind not in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI")
        depth += {"FSI": 1, "PDI": -1}.get(kind, 0)
        assert depth in (0, 1)
    assert depth == 0


TURNED = "\u202eHello\x00 world\u200f"


def chat(text):
    return parse(json.dumps({"type": "chat", "id": "12345678", "text": text}))


def test_inputs_remove_marks():
    assert chat(TURNED).text == "Hello world"
    assert NewRequest(reason=TURNED).reason == "Hello world"
    assert Answer(request="r1", choice="decline", note=TURNED).note == "Hello world"
    assert Feedback(rating=5, comment=TURNED).comment == "Hello world"
    assert chat("two\nlines\tمی\u200cخواهم").text == "two\nlines\tمی\u200cخواهم"


@pytest.mark.parametrize("nothing", ["\x00", "\u200b", "\u202e", " \u2060\n", "\u3164"])
def test_inputs_treat_invisible_text_as_empty(nothing):
    assert NewRequest(reason=nothing).reason == ""
    assert Feedback(rating=5, comment=nothing).comment is None
    with pytest.raises(RefusedMessageError):
        chat(nothing)
