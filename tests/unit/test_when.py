"""Times as people read them: their zone, its name, midnight and the clock changes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import when

MINUTE, HOUR = 60, 3600


def utc(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("zone", "date", "start", "end", "name"),
    [
        ("UTC", "Monday, 23 November 2026", "17:00", "18:00", "UTC"),
        ("Europe/Berlin", "Monday, 23 November 2026", "18:00", "19:00", "Berlin time (CET)"),
        ("America/New_York", "Monday, 23 November 2026", "12:00", "13:00", "New York time (EST)"),
        ("Asia/Kolkata", "Monday, 23 November 2026", "22:30", "23:30", "Kolkata time (IST)"),
        (
            "Asia/Kathmandu",
            "Monday, 23 November 2026",
            "22:45",
            "23:45",
            "Kathmandu time (UTC+0545)",
        ),
        (
            "America/Argentina/Buenos_Aires",
            "Monday, 23 November 2026",
            "14:00",
            "15:00",
            "Buenos Aires time (UTC-03)",
        ),
        ("Pacific/Auckland", "Tuesday, 24 November 2026", "06:00", "07:00", "Auckland time (NZDT)"),
    ],
)
def test_a_session_is_told_in_the_readers_zone(zone, date, start, end, name):
    span = when.span(utc(2026, 11, 23, 17), utc(2026, 11, 23, 18), zone)

    assert (span.date, span.start, span.end, span.zone) == (date, start, end, name)


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("UTC", "22:30", "23:30"),
        ("Europe/Berlin", "23:30", "00:30 on Tuesday"),
        ("Asia/Tokyo", "07:30", "08:30"),
    ],
)
def test_a_session_over_midnight_names_the_day_it_ends(zone, start, end):
    span = when.span(utc(2026, 11, 23, 22, 30), utc(2026, 11, 23, 23, 30), zone)

    assert (span.start, span.end) == (start, end)


@pytest.mark.parametrize(
    ("zone", "first", "start", "end"),
    [
        # Clocks go from 02:00 to 03:00.
        ("Europe/Berlin", (2027, 3, 28, 0, 30), "01:30", "03:30 (CEST)"),
        ("America/New_York", (2027, 3, 14, 6, 30), "01:30", "03:30 (EDT)"),
        # Clocks go from 03:00 back to 02:00.
        ("Europe/Berlin", (2027, 10, 31, 0, 30), "02:30", "02:30 (CET)"),
        # Half an hour only: from 02:00 to 02:30.
        ("Australia/Lord_Howe", (2026, 10, 3, 15, 0), "01:30", "03:00 (UTC+11)"),
    ],
)
def test_an_hour_stays_an_hour_when_the_clocks_change(zone, first, start, end):
    begins = utc(*first)
    span = when.span(begins, begins + HOUR, zone)

    assert (span.start, span.end, span.length) == (start, end, "1 hour")
    lasted = datetime.fromisoformat(span.end_iso) - datetime.fromisoformat(span.start_iso)
    assert lasted.total_seconds() == HOUR


@pytest.mark.parametrize(
    "unknown",
    [
        "Europe/Atlantis",
        "",
        "..",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe",
        "a\x00b",
        "\ud800",
    ],
)
def test_an_unknown_zone_reads_as_utc(unknown):
    span = when.span(utc(2026, 11, 23, 17), utc(2026, 11, 23, 18), unknown)

    assert (span.start, span.zone) == ("17:00", "UTC")
    assert not when.is_zone(unknown)


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Etc/GMT+5", "UTC-05"),
        ("Etc/GMT-14", "UTC+14"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT", "GMT"),
        ("Asia/Kolkata", "Kolkata time (IST)"),
    ],
)
def test_a_zone_of_no_city_is_named_by_its_offset(zone, name):
    assert when.span(utc(2026, 11, 23, 17), utc(2026, 11, 23, 18), zone).zone == name


@pytest.mark.parametrize("name", ["Factory", "localtime", "posixrules"])
def test_what_stands_for_a_zone_that_is_not_set_is_none(name):
    assert not when.is_zone(name)
    assert str(when.zone_of(name)) == "UTC"


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_known_zones_are_zones(zone):
    assert when.is_zone(zone)


@given(st.text(max_size=40))
def test_any_text_is_a_zone_or_reads_as_utc(text):
    assert when.is_zone(text) or str(when.zone_of(text)) == "UTC"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 minute"),
        (29, "1 minute"),
        (60, "1 minute"),
        (45 * MINUTE, "45 minutes"),
        (HOUR, "1 hour"),
        (HOUR + MINUTE, "1 hour 1 minute"),
        (2 * HOUR, "2 hours"),
        (90 * MINUTE, "1 hour 30 minutes"),
        (HOUR - 1, "1 hour"),
    ],
)
def test_lengths_are_told_in_hours_and_minutes(seconds, words):
    assert when.duration(seconds) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ((2026, 11, 23, 6), "18:05"),
        ((2026, 11, 23, 22, 59), "18:05"),
        ((2026, 11, 23, 23), "18:05 on Monday, 23 November"),
        ((2026, 11, 22, 22, 59), "18:05 on Monday, 23 November"),
        ((2026, 1, 1), "18:05 on Monday, 23 November"),
        ((2027, 1, 1), "18:05 on Monday, 23 November 2026"),
    ],
)
def test_a_time_of_another_day_has_its_date(now, words):
    assert when.clock_and_day(utc(2026, 11, 23, 17, 5), utc(*now), "Europe/Berlin") == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (1, "Starts in 1 minute"),
        (12 * MINUTE, "Starts in 12 minutes"),
        (2 * HOUR + 5 * MINUTE, "Starts in 2 hours 5 minutes"),
        (23 * HOUR + 59 * MINUTE, "Starts in 23 hours 59 minutes"),
        (24 * HOUR, "Starts in 1 day"),
        (41 * HOUR + 47 * MINUTE, "Starts in 2 days"),
        (10 * 24 * HOUR, "Starts in 10 days"),
        (0, "Started 1 minute ago"),
        (-90 * MINUTE, "Started 1 hour 30 minutes ago"),
    ],
)
def test_how_far_a_start_is(left, words):
    assert when.distance(left) == words


def test_a_clock_time_is_local():
    assert when.clock_time(utc(2026, 11, 23, 17, 5), "Europe/Berlin") == "18:05"
