"""Sniffing: a file must be what its name claims."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.file_types import INLINE, SNIFFED_BYTES, TYPES, is_text, of_name

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
GOOD = {
    "pdf": b"%PDF-1.7\n",
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "gif": b"GIF89a",
    "webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "mp3": b"ID3\4",
    "m4a": b"\0\0\0\x20ftypM4A ",
    "wav": b"RIFF\0\0\0\0WAVEfmt ",
    "ogg": b"OggS",
    "flac": b"fLaC",
    "mp4": b"\0\0\0\x20ftypisom",
    "webm": b"\x1a\x45\xdf\xa3",
    "docx": b"PK\3\4",
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "txt": "Grüße".encode(),
    "py": b"print('hello')\n",
}


@pytest.mark.parametrize("ending", GOOD)
def test_a_real_file_fits_its_name(ending):
    assert of_name(f"file.{ending}").fits(GOOD[ending])


@pytest.mark.parametrize("ending", sorted(set(TYPES) - {"txt", "md", "csv", "tex", "py", "ipynb"}))
@pytest.mark.parametrize("content", [HTML, SVG, b"", b"\0", b"MZ\x90", b" " * 2000 + HTML])
def test_a_page_or_program_fits_no_name_but_that_of_text(ending, content):
    assert not of_name(f"file.{ending}").fits(content[:SNIFFED_BYTES])


@pytest.mark.parametrize(
    "name", ["a.html", "a.svg", "a.exe", "a.js", "a.xhtml", "a", "pdf", "a.pdf "]
)
def test_what_is_not_on_the_list_is_not_taken(name):
    assert of_name(name) is None


def test_nothing_that_can_run_scripts_is_shown():
    for media_type in INLINE:
        assert "svg" not in media_type
        assert not media_type.startswith("text/")
        assert "xml" not in media_type


def test_an_mp3_without_tags_is_known_by_its_frame():
    assert TYPES["mp3"].fits(b"\xff\xfb\x90\x64")
    assert not TYPES["mp3"].fits(b"\xff\x1b")


def test_text_may_be_cut_within_a_character():
    content = ("ü" * SNIFFED_BYTES).encode()

    assert all(is_text(content[:length]) for length in range(SNIFFED_BYTES - 3, SNIFFED_BYTES + 1))
    assert not is_text(b"\xff" * 10)
    assert not is_text(b"a\0b")


@given(st.sampled_from(sorted(TYPES)), st.binary(max_size=SNIFFED_BYTES))
def test_any_bytes_are_looked_at_without_harm(ending, head):
    assert TYPES[ending].fits(head) in (True, False)
