"""Times that the form for another time offers, and the other person's clock beside them."""

from datetime import UTC, datetime

import pytest

from domain import time_slots, times
from domain.time_slots import TheirTime
from errors import InvalidError
from sessions.rescheduling import request_from_form
from tests.unit.browser_code import results
from tests.unit.cast import DAY, END, HOUR, MINUTE, START, person, session

BERLIN, NEW_YORK = person("student"), person("teacher")._replace(time_zone="America/New_York")
DASH = "\N{EN DASH}"


def utc(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())


# START is 09:00 on a Friday in Berlin, and 03:00 in New York.
def test_a_missed_session_is_offered_at_its_time_of_the_next_days():
    slots = time_slots.offered(session(), BERLIN, NEW_YORK, END + HOUR)

    assert [(slot.label, slot.start, slot.span.date) for slot in slots] == [
        ("Same time tomorrow", START + DAY, "Saturday, 16 January 2027"),
        ("Same time in two days", START + 2 * DAY, "Sunday, 17 January 2027"),
        ("Same time next week", START + 7 * DAY, "Friday, 22 January 2027"),
    ]
    assert {slot.theirs for slot in slots} == {TheirTime(f"03:00{DASH}04:00", is_night=True)}


def test_a_session_ahead_is_offered_later_than_planned():
    slots = time_slots.offered(session(), BERLIN, NEW_YORK, START - 3 * DAY)

    assert [(slot.label, slot.start) for slot in slots] == [
        ("A day later", START + DAY),
        ("Two days later", START + 2 * DAY),
        ("A week later", START + 7 * DAY),
    ]


def test_the_time_of_day_stays_when_the_clocks_change():
    # 09:00 in Berlin; the clocks go forward on Sunday.
    start = utc(2027, 3, 26, 8)
    friday = session(scheduled_start=start, scheduled_end=start + HOUR)
    slots = time_slots.offered(friday, BERLIN, NEW_YORK, start)

    assert {slot.span.start for slot in slots} == {"09:00"}
    assert [slot.start - start for slot in slots] == [DAY, 2 * DAY - HOUR, 7 * DAY - HOUR]


def test_an_hour_that_the_clocks_skip_is_not_offered():
    start = utc(2027, 3, 26, 1, 30)  # 02:30 in Berlin
    early = session(scheduled_start=start, scheduled_end=start + HOUR)
    slots = time_slots.offered(early, BERLIN, NEW_YORK, start)

    assert [slot.label for slot in slots] == ["Same time tomorrow", "Same time next week"]


@pytest.mark.parametrize(
    ("zone", "start", "words", "is_night"),
    [
        ("Europe/Berlin", utc(2027, 1, 15, 9), "", False),
        ("Europe/Madrid", utc(2027, 1, 15, 21), "", True),  # 22:00
        ("Europe/London", utc(2027, 1, 15, 7), f"07:00{DASH}08:00", False),
        ("Europe/London", utc(2027, 1, 15, 6, 55), f"06:55{DASH}07:55", True),
        ("Europe/London", utc(2027, 1, 15, 21), f"21:00{DASH}22:00", False),
        ("Europe/London", utc(2027, 1, 15, 21, 5), f"21:05{DASH}22:05", True),
        ("Asia/Tokyo", utc(2027, 1, 15, 16), f"Saturday, 01:00{DASH}02:00", True),
        ("Asia/Tokyo", utc(2027, 1, 15, 4), f"13:00{DASH}14:00", False),
        ("America/New_York", utc(2027, 1, 15, 2), f"Thursday, 21:00{DASH}22:00", False),
    ],
)
def test_their_time_and_whether_it_is_night(zone, start, words, is_night):
    other = person("teacher")._replace(time_zone=zone)

    theirs = time_slots.their_time(start, start + HOUR, BERLIN, other)
    assert theirs == TheirTime(words, is_night)


def test_their_time_is_in_the_readers_form():
    reader = BERLIN._replace(locale="en-US")

    theirs = time_slots.their_time(START, START + 30 * MINUTE, reader, NEW_YORK)
    assert theirs.words == f"3:00 AM{DASH}3:30 AM"


def test_the_browser_reads_a_time_of_ones_own_in_the_same_way():
    zones = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kathmandu", "UTC")
    moments = [utc(2027, 3, day, hour) for day in (14, 27, 28, 29) for hour in (3, 8, 12, 21)]
    cases, expected = [], []
    for zone in zones:
        other = person("teacher")._replace(time_zone=zone)
        for start in moments:
            local = datetime.fromtimestamp(start, UTC).astimezone(times.zone_of("Europe/Berlin"))
            given = {
                "zone": "Europe/Berlin",
                "theirZone": zone,
                "localeTag": "en-GB",
                "length": str(HOUR),
                "name": "Amara",
            }
            theirs = time_slots.their_time(start, start + HOUR, BERLIN, other)
            begins = theirs.words.partition(DASH)[0]
            if not begins and theirs.is_night:
                begins = f"{local:%H:%M}"
            cases.append([f"{local:%Y-%m-%dT%H:%M}", given])
            night = ": that is at night" if theirs.is_night else ""
            expected.append(f"{begins} for Amara{night}" if begins else "")

    assert results("reschedule/their_time.js", "inWords", cases) == expected


def test_slots_and_own_times_are_asked_for_together():
    form = {"slot1": str(START + DAY), "slot3": "never", "time1": "2027-01-20T10:00"}
    new = request_from_form(form, "Europe/Berlin")

    assert new.proposed_times == [START + DAY, utc(2027, 1, 20, 9)]


def test_at_most_three_times_can_be_chosen():
    form = {f"slot{n}": str(START + n * DAY) for n in (1, 2, 3)} | {"time1": "2027-01-20T10:00"}
    with pytest.raises(InvalidError) as caught:
        request_from_form(form, "Europe/Berlin")

    assert caught.value.fields == {"proposed_times": "Choose up to 3 times, please."}
