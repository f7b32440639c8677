"""The day of a chat line, as the room's chat writes it."""

import pytest

from domain import times
from tests.unit.browser_code import results
from tests.unit.test_when import Reader

# Friday, 27 November 2026, 23:30 UTC.
AT = 1_795_822_200


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("locale", ["en", "en-GB", "en-US", "en-AU", "en-IN", "en-CA", "fr-CA"])
def test_a_line_is_of_the_day_that_the_account_has(locale: str, zone: str) -> None:
    reader = Reader(zone, locale)
    page = times.span(AT, AT, reader).date

    [day] = results("chat/chat_times.js", "dayInWords", [[AT, times.script_clock(AT, reader)]])
    assert day == page.removesuffix("2026").rstrip(" ,")


def test_a_browser_that_does_not_know_the_zone_goes_by_its_offset() -> None:
    clock = times.script_clock(AT, Reader("Europe/Berlin", "en-GB")) | {
        "timeZone": "Europe/Nowhere"
    }

    assert results("chat/chat_times.js", "dayInWords", [[AT, clock]]) == ["Saturday, 28 November"]
