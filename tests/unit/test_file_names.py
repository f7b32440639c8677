"""Names of files: hostile, unusual and ordinary ones."""

import re
import unicodedata
from email.message import EmailMessage
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.file_names import (
    MAX_NAME_CHARS,
    content_disposition,
    extension,
    from_words,
    sanitize,
)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("notes.pdf", "notes.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.pdf", "notes.pdf"),
        ("a/b\\c.pdf", "c.pdf"),
        ("  notes  (final) .pdf ", "notes (final) .pdf"),
        (".htaccess", "htaccess"),
        ("notes.pdf.", "notes.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("\u202egnp.exe", "gnp.exe"),
        ("u\u202e\u0308bung.pdf", "übung.pdf"),
        ("u\u0308bung.pdf", "übung.pdf"),
        ("日本語.pdf", "日本語.pdf"),
        ("می\u200cخواهم.pdf", "می\u200cخواهم.pdf"),
        ("👩\u200d👩\u200d👧.pdf", "👩\u200d👩\u200d👧.pdf"),
        ("newer \U000323b0.pdf", "newer \U000323b0.pdf"),
        ("own \ue000.pdf", "own \ue000.pdf"),
        ("\u200d\u200b", ""),
        ("..", ""),
        ("/", ""),
        ("", ""),
    ],
)
def test_sanitize_makes_names_harmless(raw, name):
    assert sanitize(raw) == name


@given(st.text(max_size=400))
def test_sanitize_makes_any_text_harmless(raw):
    name = sanitize(raw)

    assert len(name) <= MAX_NAME_CHARS
    assert not re.search(r"[/\\\x00-\x1f\x7f\r\n]", name)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in name)
    assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", name)
    assert not name.startswith((".", " "))
    assert not name.endswith((".", " "))
    assert sanitize(name) == name


def test_a_title_may_have_what_a_name_may_not():
    assert from_words("Chat, Deutsch/Englisch 1", "txt") == "Chat, Deutsch-Englisch 1.txt"
    assert from_words(r"Chat, A\B (Mechanik/", "txt") == "Chat, A-B (Mechanik-.txt"
    assert from_words("Recording of 1 May, 09:00", "mp4") == "Recording of 1 May, 09.00.mp4"


def test_sanitize_keeps_the_extension_of_a_long_name():
    assert sanitize("x" * 300 + ".pdf") == "x" * (MAX_NAME_CHARS - 4) + ".pdf"
    assert len(sanitize("x" * 300)) == MAX_NAME_CHARS


@pytest.mark.parametrize(
    ("name", "found"),
    [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), ("a.", ""), ("page.html.pdf", "pdf")],
)
def test_extension_is_the_last_one(name, found):
    assert extension(name) == found


@pytest.mark.parametrize(
    "name", ["notes.pdf", "Übung 1.pdf", "日本語.pdf", 'a"b;c%.pdf', "it's.pdf"]
)
def test_content_disposition_has_the_real_name(name):
    message = EmailMessage()
    message["Content-Disposition"] = content_disposition(name)

    assert message.get_content_disposition() == "attachment"
    encoded = content_disposition(name).partition("filename*=UTF-8''")[2]
    assert unquote(encoded) == name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("notes.pdf", "notes.pdf"),
        ("Übung 1.pdf", "Ubung 1.pdf"),
        ("درس.pdf", "file.pdf"),
        ("日本語", "file"),
        ("درس.درس", "file"),
        ("2 درس.pdf", "2.pdf"),
        ("a／b＼c.pdf", "a_b_c.pdf"),
        ("℅.pdf", "c_o.pdf"),
        ("＂；％.pdf", "___.pdf"),
        ("…pdf", "file.pdf"),
        ("می\u200cخواهم.pdf", "file.pdf"),
    ],
)
def test_content_disposition_has_a_harmless_ascii_name(name, plain):
    assert f'; filename="{plain}"; ' in content_disposition(name)


@given(st.text(max_size=200))
def test_content_disposition_is_one_valid_header_for_any_name(raw):
    header = content_disposition(sanitize(raw) or "file")

    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
    assert re.fullmatch(
        r"attachment; filename=\"[^\"\\/. ][^\"\\/]*\"; filename\*=UTF-8''\S+", header
    )
