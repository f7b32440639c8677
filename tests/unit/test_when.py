"""Times as people read them: their zone and region, midnight and the clock changes."""

from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import i18n
from domain import times
from tests.unit.browser_code import results

MINUTE, HOUR = 60, 3600


class Reader(NamedTuple):
    time_zone: str
    locale: str = "en"


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
    span = times.span(utc(2026, 11, 23, 17), utc(2026, 11, 23, 18), Reader(zone))

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
    span = times.span(utc(2026, 11, 23, 22, 30), utc(2026, 11, 23, 23, 30), Reader(zone))

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
    span = times.span(begins, begins + HOUR, Reader(zone))

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
    span = times.span(utc(2026, 11, 23, 17), utc(2026, 11, 23, 18), Reader(unknown))

    assert (span.start, span.zone) == ("17:00", "UTC")
    assert not times.is_zone(unknown)


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
    assert times.span(utc(2026, 11, 23, 17), utc(2026, 11, 23, 18), Reader(zone)).zone == name


@pytest.mark.parametrize(
    ("language", "zone", "name"),
    [
        ("es", "America/New_York", "hora de Nueva York (EST)"),
        ("tr", "Africa/Cairo", "Kahire saati (EET)"),
        # CLDR knows the first under its older name, and has no name of its own for the second.
        ("uk", "Europe/Kyiv", "час: Київ (EET)"),
        ("de", "America/New_York", "Ortszeit New York (EST)"),
        ("de", "Europe/Berlin", "Ortszeit Berlin (MEZ)"),
        ("ar", "Europe/Berlin", "توقيت برلين (CET)"),
        ("ar", "Etc/UTC", "UTC"),
    ],
)
def test_a_city_has_its_name_in_the_readers_language(language, zone, name):
    with i18n.reading(language):
        span = times.span(utc(2026, 11, 23, 17), utc(2026, 11, 23, 18), Reader(zone))

    assert span.zone == name


@pytest.mark.parametrize("name", ["Factory", "localtime", "posixrules"])
def test_what_stands_for_a_zone_that_is_not_set_is_none(name):
    assert not times.is_zone(name)
    assert str(times.zone_of(name)) == "UTC"


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_known_zones_are_zones(zone):
    assert times.is_zone(zone)


@given(st.text(max_size=40))
def test_any_text_is_a_zone_or_reads_as_utc(text):
    assert times.is_zone(text) or str(times.zone_of(text)) == "UTC"


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
    assert times.duration(seconds) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ((2026, 11, 23, 6), "18:05"),
        ((2026, 11, 23, 22, 59), "18:05"),
        ((2026, 11, 23, 23), "18:05 on Monday, 23 November"),
        ((2026, 11, 22, 22, 59), "18:05 on Monday"),
        ((2026, 11, 16, 23), "18:05 on Monday"),
        ((2026, 11, 16, 22, 59), "18:05 on Monday, 23 November"),
        ((2026, 1, 1), "18:05 on Monday, 23 November"),
        ((2027, 1, 1), "18:05 on Monday, 23 November 2026"),
    ],
)
def test_a_time_of_another_day_has_its_weekday_or_date(now, words):
    assert (
        times.clock_and_day(utc(2026, 11, 23, 17, 5), utc(*now), Reader("Europe/Berlin")) == words
    )


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
    assert times.distance(left) == words


def test_a_clock_time_is_local():
    assert times.clock_time(utc(2026, 11, 23, 17, 5), Reader("Europe/Berlin")) == "18:05"


EVENING = utc(2026, 11, 23, 23, 5)
# Read in UTC.
FORMS = {
    "en": ("Monday, 23 November 2026", "23:05"),
    "en-GB": ("Monday, 23 November 2026", "23:05"),
    "de": ("Monday, 23 November 2026", "23:05"),
    "en-US": ("Monday, November 23, 2026", "11:05 PM"),
    "en-us": ("Monday, November 23, 2026", "11:05 PM"),
    "es-Latn-US": ("Monday, November 23, 2026", "11:05 PM"),
    "en-CA": ("Monday, November 23, 2026", "11:05 PM"),
    "fr-CA": ("Monday, November 23, 2026", "23:05"),
    "en-PH": ("Monday, November 23, 2026", "11:05 PM"),
    "en-AU": ("Monday, 23 November 2026", "11:05 PM"),
    "en-NZ": ("Monday, 23 November 2026", "11:05 PM"),
    "en-IN": ("Monday, 23 November 2026", "11:05 PM"),
    "hi": ("Monday, 23 November 2026", "11:05 PM"),
    "es-MX": ("Monday, 23 November 2026", "11:05 PM"),
    "es-CO": ("Monday, 23 November 2026", "11:05 PM"),
    "ar-EG": ("Monday, 23 November 2026", "11:05 PM"),
    "ar-SA": ("Monday, 23 November 2026", "11:05 PM"),
    "zh-Hant-TW": ("Monday, 23 November 2026", "11:05 PM"),
    "pt-BR": ("Monday, 23 November 2026", "23:05"),
    "es-419": ("Monday, 23 November 2026", "23:05"),
    "de-u-co-phonebk": ("Monday, 23 November 2026", "23:05"),
}


@pytest.mark.parametrize(("locale", "form"), FORMS.items())
def test_times_have_the_form_of_the_readers_region(locale, form):
    span = times.span(EVENING, EVENING + 30 * MINUTE, Reader("UTC", locale))

    assert (span.date, span.start) == form


@pytest.mark.parametrize(
    ("hour", "words"),
    [(0, "12:05 AM"), (1, "1:05 AM"), (11, "11:05 AM"), (12, "12:05 PM"), (13, "1:05 PM")],
)
def test_twelve_hours_turn_at_midnight_and_noon(hour, words):
    assert times.clock_time(utc(2026, 11, 23, hour, 5), Reader("UTC", "en-US")) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ((2026, 11, 23, 6), "12:05 PM"),
        ((2026, 11, 22, 6), "12:05 PM on Monday"),
        ((2026, 11, 2, 6), "12:05 PM on Monday, November 23"),
        ((2025, 11, 22, 6), "12:05 PM on Monday, November 23, 2026"),
    ],
)
def test_a_new_yorker_reads_a_new_yorkers_times(now, words):
    reader = Reader("America/New_York", "en-US")

    assert times.clock_and_day(utc(2026, 11, 23, 17, 5), utc(*now), reader) == words


def test_the_regions_are_those_that_browsers_know() -> None:
    """Each region of two letters, as the CLDR of the pinned Node has it."""
    letters = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
    regions = [first + second for first in letters for second in letters]
    facts = results("../../tests/unit/regions.js", "factsOf", [[region] for region in regions])
    known = {region: found for region, found in zip(regions, facts, strict=True) if found}

    assert len(known) > 200
    for region, found in known.items():
        reader = Reader("UTC", f"en-{region}")
        assert times.clock_time(EVENING, reader).endswith("PM") == found["twelve"], region
        month_first = times.span(EVENING, EVENING, reader).date.startswith("Monday, November")
        assert month_first == found["monthFirst"], region


ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "America/Argentina/ComodRivadavia", "Etc/GMT+5", "Pacific/Auckland"),
    *("Europe/Atlantis", "Factory", ""),
]
MOMENTS = [
    *(utc(2026, 11, 23, hour, 5) for hour in range(24)),
    # Both sides of clock changes.
    *(utc(2027, 3, 28, 0, 59), utc(2027, 3, 28, 1), utc(2027, 3, 14, 6, 59), utc(2027, 3, 14, 7)),
]


def test_the_browser_says_the_same_times():
    cases = [
        (Reader(zone, locale), moment)
        for zone in ZONES
        for locale in ("en", "en-US", "en-AU", "fr-CA", "hi", "de")
        for moment in MOMENTS
    ]
    here = [[moment, times.script_clock(moment, reader)] for reader, moment in cases]

    said = results("chat/chat_times.js", "accountTime", here)
    assert said == [times.clock_time(moment, reader) for reader, moment in cases]


@pytest.mark.parametrize("locale", ["en", "en-US"])
def test_a_browser_that_does_not_know_the_zone_goes_by_its_offset(locale):
    reader = Reader("Asia/Kathmandu", locale)
    clock = times.script_clock(EVENING, reader) | {"timeZone": "Asia/Newly_Made"}

    assert results("chat/chat_times.js", "accountTime", [[EVENING, clock]]) == [
        times.clock_time(EVENING, reader)
    ]


def test_the_devices_time_stands_beside_the_accounts_where_they_differ(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    cases = [
        [EVENING, times.script_clock(EVENING, Reader(zone, "en-US"))]
        for zone in ("America/New_York", "Europe/Paris")
    ]

    assert results("chat/chat_times.js", "timeInWords", cases) == [
        "6:05 PM (12:05 AM here)",
        "12:05 AM",
    ]


@pytest.mark.parametrize(
    ("device", "locale", "words"),
    [
        ("Europe/London", "en-US", "5:00 PM on this device's clock (Europe/London)"),
        ("Europe/London", "en", "17:00 on this device's clock (Europe/London)"),
        ("Asia/Tokyo", "en-US", "2:00 AM on Tuesday on this device's clock (Asia/Tokyo)"),
    ],
)
def test_the_lobby_says_the_devices_time_in_the_same_form(monkeypatch, device, locale, words):
    monkeypatch.setenv("TZ", device)
    reader, start = Reader("Europe/Berlin", locale), utc(2026, 11, 23, 17)
    page = [
        times.span(start, start, reader).start_iso,
        times.script_clock(start, reader)["localeTag"],
    ]

    assert results("shared/device_zone.js", "onThisClock", [page]) == [words]
