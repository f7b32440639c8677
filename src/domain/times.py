"""Times for a reader: in the reader's time zone, with its name, and in the form of the region.

`clock.js` gives the same clock times in the browser.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain import regions

# strftime would take five times as long.
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NOON: Final = 12
_DAY_S: Final = 24 * 60 * 60
_DAYS_OF_A_WEEK: Final = 7
# Names in the zone database that mean an unset zone, or the machine's own.
_NO_ZONES: Final = ("Factory", "localtime", "posixrules")


class Reader(Protocol):
    """The reader of a time: `time_zone` is an IANA name, `locale` a BCP 47 tag."""

    @property
    def time_zone(self) -> str: ...

    @property
    def locale(self) -> str: ...


class Span(NamedTuple):
    """A session's time for one reader."""

    date: str
    """`Monday, 23 November 2026`, `Monday, November 23, 2026`"""
    start: str
    """`18:00`, `6:00 PM`"""
    end: str
    """`19:00`; `00:30 on Tuesday` when the day changes, `02:30 (CET)` when the clocks do."""
    zone: str
    """`Berlin time (CET)`"""
    length: str
    """`1 hour 30 minutes`"""
    start_iso: str
    end_iso: str


def span(start: int, end: int, reader: Reader) -> Span:
    """Format epoch seconds. An unknown zone counts as UTC."""
    zone, locale = zone_of(reader.time_zone), reader.locale
    first, last = datetime.fromtimestamp(start, zone), datetime.fromtimestamp(end, zone)
    until = time_of_day(last, locale)
    if last.date() != first.date():
        until += f" on {DAYS[last.weekday()]}"
    if last.utcoffset() != first.utcoffset():
        until += f" ({_abbreviation(last)})"
    return Span(
        date=day(first, locale),
        start=time_of_day(first, locale),
        end=until,
        zone=zone_name(first),
        length=duration(end - start),
        start_iso=first.isoformat(),
        end_iso=last.isoformat(),
    )


def clock_time(moment: int, reader: Reader) -> str:
    """`18:05` or `6:05 PM`."""
    return time_of_day(datetime.fromtimestamp(moment, zone_of(reader.time_zone)), reader.locale)


def clock_and_day(moment: int, now: int, reader: Reader) -> str:
    """`18:05` today, `18:05 on Monday` in the six days after it, else with the date.

    That is `18:05 on Monday, 23 November`, with the year if it is another one.
    """
    zone, locale = zone_of(reader.time_zone), reader.locale
    there, here = datetime.fromtimestamp(moment, zone), datetime.fromtimestamp(now, zone)
    if there.date() == here.date():
        return time_of_day(there, locale)
    if 0 < (there.date() - here.date()).days < _DAYS_OF_A_WEEK:
        return f"{time_of_day(there, locale)} on {DAYS[there.weekday()]}"
    date = day(there, locale)
    if there.year == here.year:
        date = date.removesuffix(f" {there.year}").removesuffix(",")
    return f"{time_of_day(there, locale)} on {date}"


def short_day(moment: int, now: int, reader: Reader) -> str:
    """`12 November` or `November 12`, with the year if it is another one."""
    zone, locale = zone_of(reader.time_zone), reader.locale
    there, here = datetime.fromtimestamp(moment, zone), datetime.fromtimestamp(now, zone)
    date = day(there, locale).partition(", ")[2]
    if there.year == here.year:
        date = date.removesuffix(f" {there.year}").removesuffix(",")
    return date


def script_clock(moment: int, reader: Reader) -> dict[str, str | int | bool]:
    """The settings with which `chat_times.js` formats the same clock times and days.

    `english` is the locale with this form of clock times. `utcOffset`, in seconds at `moment`, is
    for browsers without the zone.
    """
    zone = zone_of(reader.time_zone)
    offset = datetime.fromtimestamp(moment, zone).utcoffset() or timedelta()
    return {
        "english": "en-US" if regions.has_twelve_hours(reader.locale) else "en-GB",
        "monthFirst": regions.puts_month_first(reader.locale),
        "timeZone": str(zone),
        "utcOffset": int(offset.total_seconds()),
    }


def distance(left: int) -> str:
    """`Starts in 12 minutes`, from a day on `Starts in 2 days`; `Started 3 minutes ago`.

    `left` is in seconds. `countdown.js` continues in the browser.
    """
    if left <= 0:
        return f"Started {duration(-left)} ago"
    if left < _DAY_S:
        return f"Starts in {duration(left)}"
    days = round(left / _DAY_S)
    return f"Starts in {days} day{'' if days == 1 else 's'}"


def day(moment: datetime, locale: str) -> str:
    """`Monday, 23 November 2026` or `Monday, November 23, 2026`."""
    weekday, month = DAYS[moment.weekday()], MONTHS[moment.month - 1]
    if regions.puts_month_first(locale):
        return f"{weekday}, {month} {moment.day}, {moment.year}"
    return f"{weekday}, {moment.day} {month} {moment.year}"


def time_of_day(moment: datetime, locale: str) -> str:
    """`18:05` or `6:05 PM`."""
    if regions.has_twelve_hours(locale):
        half = "AM" if moment.hour < NOON else "PM"
        return f"{moment.hour % NOON or NOON}:{moment.minute:02} {half}"
    return f"{moment.hour:02}:{moment.minute:02}"


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name, or UTC."""
    if name in _NO_ZONES:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def is_zone(name: str) -> bool:
    """True if there is an IANA zone of that name."""
    return str(zone_of(name)) == name


def zone_name(moment: datetime) -> str:
    """`Berlin time (CET)`, `New York time (EST)`, `UTC-05`, `UTC`."""
    area, _, place = str(moment.tzinfo).rpartition("/")
    if area == "Etc":
        return _abbreviation(moment)
    if not area:
        return place
    return f"{place.replace('_', ' ')} time ({_abbreviation(moment)})"


def _abbreviation(moment: datetime) -> str:
    """`CET`, or the offset such as `UTC+04` for zones without an abbreviation."""
    name = moment.tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name


def duration(seconds: int) -> str:
    """`45 minutes`, `1 hour 30 minutes`, `2 days 3 hours`; at least `1 minute`."""
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    days, hours = divmod(hours, 24)
    counts = ((days, "day"), (hours, "hour"), (0 if days else minutes, "minute"))
    return " ".join(
        f"{count} {unit}" if count == 1 else f"{count} {unit}s" for count, unit in counts if count
    )
