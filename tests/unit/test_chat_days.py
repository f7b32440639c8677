"""The day of a chat line, as the room's chat writes it."""

import pytest

from tests.unit.browser_code import results

# Friday, 27 November 2026, 23:30 UTC.
AT = 1_795_822_200
BERLIN = {"timeZone": "Europe/Berlin", "utcOffset": 3600}
UNKNOWN = {"timeZone": "Europe/Nowhere", "utcOffset": 3600}


@pytest.mark.parametrize(
    ("english", "zone", "day"),
    [
        ("en-GB", BERLIN, "Saturday 28 November"),
        ("en-GB", {"timeZone": "UTC", "utcOffset": 0}, "Friday 27 November"),
        ("en-US", {"timeZone": "America/New_York", "utcOffset": -18000}, "Friday, November 27"),
        # A zone that this browser does not know.
        ("en-GB", UNKNOWN, "Saturday 28 November"),
    ],
)
def test_a_line_is_of_the_day_that_the_account_has(english, zone, day):
    assert results("chat_times.js", "dayInWords", [[AT, {"english": english, **zone}]]) == [day]
