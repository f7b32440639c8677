"""The day above lines of chat: the browser writes it as the server does."""

import itertools

from domain import times
from tests.unit.browser_code import results
from tests.unit.test_when import Reader

# Friday, 27 November 2026, 23:30 UTC.
AT = 1_795_822_200
ZONES = ["UTC", "Europe/Berlin", "America/New_York"]
LOCALES = ["en", "en-GB", "en-US", "en-AU", "en-IN", "en-CA", "fr-CA"]


def test_the_day_of_a_line_is_the_accounts_day() -> None:
    readers = [Reader(zone, locale) for zone, locale in itertools.product(ZONES, LOCALES)]
    dates = [times.span(AT, AT, reader).date for reader in readers]

    cases = [[AT, times.script_clock(AT, reader)] for reader in readers]
    days = results("chat/chat_times.js", "dayInWords", cases)
    assert days == [date.removesuffix("2026").rstrip(" ,") for date in dates]


def test_a_browser_without_the_zone_uses_its_offset() -> None:
    clock = times.script_clock(AT, Reader("Europe/Berlin", "en-GB")) | {
        "timeZone": "Europe/Nowhere"
    }

    assert results("chat/chat_times.js", "dayInWords", [[AT, clock]]) == ["Saturday, 28 November"]
