"""Durations from MP4 headers, at any position, also of broken files."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files import mp4
from files.mp4 import Film
from tests.fakes.films import Film as FakeFilm
from tests.fakes.films import box, movie_header

FTYP = box(b"ftyp", b"isom\0\0\2\0")


async def inspect(content, size=None):
    reads = []

    async def read(start, length):
        reads.append((start, length))
        return content[start : start + length]

    film = await mp4.inspect(read, len(content) if size is None else size)
    assert len(reads) <= mp4.MAX_READS
    return film


@pytest.mark.parametrize(
    "content",
    [
        FTYP + box(b"moov", movie_header(90)) + box(b"mdat", bytes(1000)),
        FTYP + box(b"free") + box(b"mdat", bytes(1000)) + box(b"moov", movie_header(90)),
        FTYP + box(b"mdat", bytes(1000), large=True) + box(b"moov", movie_header(90, 90_000)),
        FTYP + box(b"moov", movie_header(90, version=1)),
        FTYP + box(b"moov", box(b"udta", bytes(50)) + movie_header(90)),
        FTYP + box(b"moov", movie_header(90)) + struct.pack(">I4s", 0, b"mdat") + bytes(500),
    ],
    ids=["in front", "at the end", "large box", "64 bits", "not first", "to the end"],
)
async def test_inspect_finds_the_duration(content):
    assert await inspect(content) == Film(is_whole=True, duration_seconds=90)


async def test_inspect_finds_the_duration_of_a_fragmented_film():
    for version, units in ((0, struct.pack(">I", 90_000)), (1, struct.pack(">Q", 90_000))):
        extended = box(b"mvex", box(b"mehd", bytes([version, 0, 0, 0]) + units))
        content = FTYP + box(b"moov", movie_header(0) + extended)

        assert await inspect(content) == Film(is_whole=True, duration_seconds=90)


async def test_film_without_duration_is_whole():
    assert await inspect(FTYP + box(b"moov", movie_header(0))) == Film(True, None)
    assert await inspect(FTYP + box(b"moov", movie_header(90, scale=0))) == Film(True, None)
    assert await inspect(FTYP + box(b"moov", movie_header(10**6))) == Film(True, None)


@pytest.mark.parametrize("kept", [0, 1, 7, 20, 100, 1023, 1100])
async def test_cut_film_is_not_whole(kept):
    content = FTYP + box(b"mdat", bytes(1000)) + box(b"moov", movie_header(90))

    assert not (await inspect(content[:kept])).is_whole


@pytest.mark.parametrize("on_top", [1, 40])
async def test_nested_boxes_cost_a_limited_number_of_reads(on_top):
    extended = box(b"mvex", box(b"free") * 39 + box(b"mehd", bytes(4)))
    content = FTYP + box(b"moov", extended * 40) * on_top

    assert (await inspect(content)).is_whole


async def test_inspect_uses_the_first_header():
    content = FTYP + box(b"moov", movie_header(90)) + box(b"moov", movie_header(5))

    assert await inspect(content) == Film(is_whole=True, duration_seconds=90)


async def test_html_page_is_not_whole():
    assert not (await inspect(b"<html>" + bytes(5000))).is_whole
    assert not (await inspect(b"Not found: the recording does not exist")).is_whole


async def test_fake_film_is_whole():
    fake = FakeFilm(1_000_003, duration_s=77)
    assert await inspect(fake.read(0, fake.size)) == Film(True, 77)
    assert fake.read(500, 200) == fake.read(0, fake.size)[500:700]


@given(st.binary(max_size=300), st.integers(0, 2**40))
async def test_inspect_never_raises_for_any_bytes(content, size):
    film = await inspect(content, size)

    assert film.duration_seconds is None or film.duration_seconds > 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"moov", b"mvhd", b"mdat", b"mvex", b"mehd", b"free"]),
            st.integers(0, 2**32 - 1),
        ),
        max_size=60,
    )
)
async def test_inspect_ends_for_any_boxes(boxes):
    content = b"".join(struct.pack(">I4s", length, kind) + bytes(8) for kind, length in boxes)

    await inspect(content, 2**40)
