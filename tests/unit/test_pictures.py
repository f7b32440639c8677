"""Pictures by their first bytes: type and size, or nothing."""

import asyncio

import pytest

from files import pictures
from files.pictures import Picture
from tests.pictures import GIF, HTML, SVG, jpeg, png, webp


def inspect(content: bytes) -> Picture | None:
    async def read(start: int, length: int) -> bytes:
        return content[start : start + length]

    return asyncio.run(pictures.inspect(read, len(content)))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (png(3, 2), ("image/png", 3, 2)),
        (jpeg(640, 480), ("image/jpeg", 640, 480)),
        (jpeg(4000, 3000, progressive=True), ("image/jpeg", 4000, 3000)),
        (webp("VP8 "), ("image/webp", 300, 200)),
        (webp("VP8L"), ("image/webp", 300, 200)),
        (webp("VP8X", 5000, 4000), ("image/webp", 5000, 4000)),
    ],
)
def test_picture_has_its_type_and_size(content: bytes, expected: tuple[str, int, int]) -> None:
    assert inspect(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        SVG,
        HTML,
        GIF,
        b"%PDF-1.7",
        png(0, 2),
        png(3, 2)[:20],
        webp("VP8X", 16_000, 16_000),
        jpeg()[:100],
        b"\xff\xd8\xff\xe0" + SVG,
        b"\xff\xd8" + b"\xff" * 10_000,
        b"\xff\xd8" + b"\xff\xe0\0\0" * 10_000,
        b"RIFF\0\0\0\0WEBPVP8 " + bytes(40),
        b"GIF89a" + png(),
    ],
)
def test_other_files_are_no_pictures(content: bytes) -> None:
    assert inspect(content) is None


def test_every_cut_of_a_picture_is_refused_or_has_its_size() -> None:
    for whole in (png(), jpeg()[:200] + jpeg()[60_000:], webp("VP8L")):
        expected = inspect(whole)
        for end in range(0, len(whole), 7):
            assert inspect(whole[:end]) in (None, expected)
