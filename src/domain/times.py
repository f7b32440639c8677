"""Times for a reader: in the reader's time zone, with its name, and in the form of the region.

Their words are in the current language (`i18n`). `clock.js` gives the same clock times in the
browser.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain import regions
from i18n import ENGLISH, _, current, ngettext
from i18n.forms import Forms, city, forms, length, locale_of
from i18n.languages import PSEUDO

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

    @property
    def moment(self) -> str:
        """`Monday, 23 November 2026, 18:00-19:00`, with a dash."""
        values = {"date": self.date, "start": self.start, "end": self.end}
        return _("{date}, {start}\N{EN DASH}{end}", **values)

    @property
    def moment_and_zone(self) -> str:
        """`Monday, 23 November 2026, 18:00-19:00, Berlin time (CET)`, with a dash."""
        values = {"date": self.date, "start": self.start, "end": self.end, "zone": self.zone}
        # Translators: "Monday, 23 November 2026, 18:00-19:00, Berlin time (CET)".
        return _("{date}, {start}\N{EN DASH}{end}, {zone}", **values)


def span(start: int, end: int, reader: Reader) -> Span:
    """Format epoch seconds. An unknown zone counts as UTC."""
    zone, locale = zone_of(reader.time_zone), reader.locale
    first, last = datetime.fromtimestamp(start, zone), datetime.fromtimestamp(end, zone)
    until = time_of_day(last, locale)
    if last.date() != first.date():
        until = on_weekday(until, last)
    if last.utcoffset() != first.utcoffset():
        until += f" ({_abbreviation(last, locale)})"
    return Span(
        date=day(first, locale),
        start=time_of_day(first, locale),
        end=until,
        zone=zone_name(first, locale),
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
        return on_weekday(time_of_day(there, locale), there)
    known = _forms(locale)
    pattern = known.full_this_year if there.year == here.year else known.full
    # Translators: such as "18:05 on Monday, 23 November".
    return _(
        "{time} on {date}", time=time_of_day(there, locale), date=_written(pattern, there, known)
    )


def short_day(moment: int, now: int, reader: Reader) -> str:
    """`12 November` or `November 12`, with the year if it is another one."""
    zone, known = zone_of(reader.time_zone), _forms(reader.locale)
    there, here = datetime.fromtimestamp(moment, zone), datetime.fromtimestamp(now, zone)
    return _written(known.date_this_year if there.year == here.year else known.date, there, known)


def script_clock(moment: int, reader: Reader) -> dict[str, str | int | bool]:
    """The settings with which `chat_times.js` formats the same clock times and days.

    `localeTag` is the tag with this form of clock times and days. `utcOffset`, in seconds at
    `moment`, is for browsers without the zone.
    """
    zone = zone_of(reader.time_zone)
    offset = datetime.fromtimestamp(moment, zone).utcoffset() or timedelta()
    return {
        "localeTag": _browser_locale(reader.locale),
        "monthFirst": regions.puts_month_first(reader.locale),
        "timeZone": str(zone),
        "utcOffset": int(offset.total_seconds()),
    }


def _browser_locale(locale: str) -> str:
    twelve = _has_twelve_hours(locale)
    if current() in (ENGLISH, *PSEUDO):
        return "en-US" if twelve else "en-GB"
    # Arabic too with the digits of the rest of the page: links, timers and fields have no others.
    return f"{locale_of(regions.region_of(locale))}-u-hc-{'h12' if twelve else 'h23'}-nu-latn"


def distance(left: int) -> str:
    """`Starts in 12 minutes`, from a day on `Starts in 2 days`; `Started 3 minutes ago`.

    `left` is in seconds. `countdown.js` continues in the browser.
    """
    if left <= 0:
        # Translators: {duration} is such as "1 hour 30 minutes", and never changes its case.
        return _("Started {duration} ago", duration=duration(-left))
    if left < _DAY_S:
        # Translators: {duration} is such as "1 hour 30 minutes", and never changes its case.
        return _("Starts in {duration}", duration=duration(left))
    return ngettext("Starts in {count} day", "Starts in {count} days", round(left / _DAY_S))


def day(moment: datetime, locale: str) -> str:
    """`Monday, 23 November 2026` or `Monday, November 23, 2026`."""
    known = _forms(locale)
    return _written(known.full, moment, known)


def date(moment: datetime, locale: str) -> str:
    """`23 November 2026` or `November 23, 2026`."""
    known = _forms(locale)
    return _written(known.date, moment, known)


def weekday(moment: datetime, locale: str) -> str:
    """`Monday`."""
    return _forms(locale).days[moment.weekday()]


def short_month(moment: datetime, locale: str) -> str:
    """`Nov`."""
    return _forms(locale).short_months[moment.month - 1]


def on_weekday(time: str, moment: datetime) -> str:
    """`18:05 on Monday`."""
    # Translators: {weekday} never changes its case.
    return _("{time} on {weekday}", time=time, weekday=_forms("").days[moment.weekday()])


def time_of_day(moment: datetime, locale: str) -> str:
    """`18:05` or `6:05 PM`."""
    known = _forms(locale)
    if _has_twelve_hours(locale):
        return known.clock_of_halves.format(
            hour=moment.hour % NOON or NOON,
            minute=moment.minute,
            half=known.halves[moment.hour >= NOON],
        )
    return known.clock.format(hour=moment.hour, minute=moment.minute)


def _has_twelve_hours(locale: str) -> bool:
    if regions.region_of(locale):
        return regions.has_twelve_hours(locale)
    region = _forms(locale).region
    return bool(region) and regions.has_twelve_hours(f"{current()}-{region}")


def _forms(locale: str) -> Forms:
    return forms(regions.region_of(locale))


def _written(pattern: str, moment: datetime, known: Forms) -> str:
    return pattern.format(
        weekday=known.days[moment.weekday()],
        day=moment.day,
        month=known.months[moment.month - 1],
        year=moment.year,
    )


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


def zone_name(moment: datetime, locale: str) -> str:
    """`Berlin time (CET)`, `New York time (EST)`, `UTC-05`, `UTC`."""
    zone = str(moment.tzinfo)
    area, slash, _place = zone.partition("/")
    if area == "Etc":
        return _abbreviation(moment, locale)
    if not slash:
        return zone
    # Translators: {place} is a city, {zone} an abbreviation: "Berlin time (CET)".
    return _("{place} time ({zone})", place=city(zone), zone=_abbreviation(moment, locale))


def _abbreviation(moment: datetime, locale: str) -> str:
    """`CET`, or the offset such as `UTC+04` for zones without an abbreviation."""
    name = moment.tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else _forms(locale).zones.get(name, name)


def duration(seconds: int) -> str:
    """`45 minutes`, `1 hour 30 minutes`, `2 days 3 hours`; at least `1 minute`."""
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    days, hours = divmod(hours, 24)
    counts = (("day", days), ("hour", hours), ("minute", 0 if days else minutes))
    return " ".join(length(unit, count) for unit, count in counts if count)
