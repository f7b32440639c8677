"""The form for another time, with the input of people and unusual browsers."""

from datetime import UTC, datetime

import pytest

from errors import InvalidError
from sessions.rescheduling import moment_of, request_from_form

BERLIN = "Europe/Berlin"
NO_TIME = "Please give a date and a time."


def utc(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-31T10:00", utc(2026, 12, 31, 9)),
        ("2026-12-31T10:00:30", utc(2026, 12, 31, 9, 0, 30)),
        ("2026-12-31T10:00:30.5", utc(2026, 12, 31, 9, 0, 30)),
        ("2026-12-31T10:00:30.999999", utc(2026, 12, 31, 9, 0, 30)),
        # The first of an hour that comes twice.
        ("2026-10-25T02:30", utc(2026, 10, 25, 0, 30)),
        ("1970-01-01T00:30:00.5", utc(1969, 12, 31, 23, 30)),
    ],
)
def test_a_time_is_read_in_the_readers_zone(text, moment):
    assert moment_of(text, BERLIN) == moment


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("0001-01-01T00:00", BERLIN),
        ("0000-01-01T00:00", "UTC"),
        ("9999-12-31T23:59", "America/New_York"),
        ("10000-01-01T00:00", "UTC"),
        ("soon", BERLIN),
        ("2026-12-31T10:00Z", BERLIN),
        ("10:00", BERLIN),
        ("٢٠٢٦", BERLIN),
    ],
)
def test_an_invalid_time_is_refused(text, zone):
    with pytest.raises(InvalidError) as caught:
        request_from_form({"time1": text}, zone)

    assert caught.value.fields == {"time1": NO_TIME}


@pytest.mark.parametrize("text", ["2026-03-29T02:30", "2026-03-29T02:30:00.5"])
def test_an_hour_skipped_by_the_clocks_is_refused(text):
    with pytest.raises(InvalidError) as caught:
        request_from_form({"time2": text}, BERLIN)

    assert caught.value.fields == {"time2": "That hour does not exist: the clocks go forward."}
