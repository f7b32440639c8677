"""Ranges and conditions of downloads."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import PreconditionFailedError, RangeNotSatisfiableError
from web.ranges import Slice, is_unchanged, requested

ETAG = '"abc"'


def range_of(value, size=1000, **headers):
    return requested({"range": value} | headers, size=size, etag=ETAG)


@pytest.mark.parametrize(
    ("value", "start", "length"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, 1000),
        ("bytes=10-19", 10, 10),
        ("bytes=999-", 999, 1),
        ("bytes=990-5000", 990, 10),
        ("bytes=-10", 990, 10),
        ("bytes=-5000", 0, 1000),
        ("BYTES= 1 - 2 ", 1, 2),
    ],
)
def test_a_range_is_cut_to_the_file(value, start, length):
    assert range_of(value) == Slice(start, length, 1000)


@pytest.mark.parametrize("value", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_outside_the_file_cannot_be_satisfied(value):
    with pytest.raises(RangeNotSatisfiableError) as caught:
        range_of(value)

    assert caught.value.headers == (("Content-Range", "bytes */1000"),)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-1",
        "bytes=0-1,3-4",
        "items=0-1",
        "bytes=0x1-",
        "bytes=" + "9" * 10000 + "-",
        "bytes=-" + "9" * 10000,
        "bytes=\u0661-\u0662",
    ],
)
def test_several_or_invalid_ranges_are_ignored(value):
    assert range_of(value) is None


def test_a_range_of_another_version_is_ignored():
    assert range_of("bytes=0-1", **{"if-range": ETAG}) == Slice(0, 2, 1000)
    assert range_of("bytes=0-1", **{"if-range": '"other"'}) is None
    assert range_of("bytes=0-1", **{"if-range": f"W/{ETAG}"}) is None
    assert range_of("bytes=0-1", **{"if-range": "Mon, 23 Nov 2026 07:00:00 GMT"}) is None


def test_a_request_without_a_range_gets_the_whole_file():
    assert requested({}, size=10, etag=ETAG) is None


@given(st.text(max_size=40), st.integers(0, 10**12))
def test_any_range_header_gives_a_part_of_the_file_or_none(value, size):
    with suppress(RangeNotSatisfiableError):
        found = range_of(f"bytes={value}", size)
        if found is not None:
            assert 0 <= found.start < found.start + found.length <= size


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(1, 1500))
def test_a_range_equals_a_slice_of_a_list(first, last, size):
    wanted = list(range(size))[first : last + 1] if first <= last else None
    try:
        found = range_of(f"bytes={first}-{last}", size)
    except RangeNotSatisfiableError:
        assert first >= size
        return
    if wanted is None:
        assert found is None
    else:
        assert list(range(found.start, found.start + found.length)) == wanted


@pytest.mark.parametrize(
    ("known", "unchanged"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ("*", True),
        ('"x", "abc"', True),
        ('"x"', False),
        ("", False),
        ("abc", False),
    ],
)
def test_if_none_match_compares_weakly(known, unchanged):
    assert is_unchanged({"if-none-match": known}, ETAG) is unchanged


def test_if_match_compares_strongly():
    assert not is_unchanged({"if-match": ETAG}, ETAG)
    assert not is_unchanged({"if-match": "*"}, ETAG)
    for other in ('"x"', f"W/{ETAG}", "", "abc"):
        with pytest.raises(PreconditionFailedError):
            is_unchanged({"if-match": other}, ETAG)
