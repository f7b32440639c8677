"""The check of a file's first bytes against its name."""

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
def test_real_file_fits_its_type(ending):
    assert of_name(f"file.{ending}").fits(GOOD[ending])


@pytest.mark.parametrize("ending", sorted(set(TYPES) - {"txt", "md", "csv", "tex", "py", "ipynb"}))
@pytest.mark.parametrize("content", [HTML, SVG, b"", b"\0", b"MZ\x90", b" " * 2000 + HTML])
def test_page_or_program_fits_no_binary_type(ending, content):
    assert not of_name(f"file.{ending}").fits(content[:SNIFFED_BYTES])


@pytest.mark.parametrize(
    "name", ["a.html", "a.svg", "a.exe", "a.js", "a.xhtml", "a", "pdf", "a.pdf "]
)
def test_of_name_is_none_for_other_extensions(name):
    assert of_name(name) is None


def test_inline_types_cannot_run_scripts():
    for media_type in INLINE:
        assert "svg" not in media_type
        assert not media_type.startswith("text/")
        assert "xml" not in media_type


def test_mp3_without_tags_is_recognized_by_its_frame():
    assert TYPES["mp3"].fits(b"\xff\xfb\x90\x64")
    assert not TYPES["mp3"].fits(b"\xff\x1b")


def test_is_text_accepts_a_cut_character():
    content = ("ü" * SNIFFED_BYTES).encode()

    assert all(is_text(content[:length]) for length in range(SNIFFED_BYTES - 3, SNIFFED_BYTES + 1))
    assert not is_text(b"\xff" * 10)
    assert not is_text(b"a\0b")


@given(st.sampled_from(sorted(TYPES)), st.binary(max_size=SNIFFED_BYTES))
def test_fits_never_raises(ending, head):
    assert TYPES[ending].fits(head) in (True, False)
