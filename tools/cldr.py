"""The forms of days, hours, lengths of time and numbers, and names of cities, from Babel's CLDR.

`i18n.forms` uses them. A pattern becomes a format string: `EEEE, d. MMMM y` is
`{weekday}, {day}. {month} {year}`.
"""

import re
import zoneinfo
from typing import Any, Final

from babel import Locale, core, localedata

TOKEN: Final = re.compile(r"'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+")
FIELDS: Final = {
    "EEEE": "{weekday}",
    "d": "{day}",
    "dd": "{day:02}",
    "MMMM": "{month}",
    "LLLL": "{month}",
    "y": "{year}",
    "H": "{hour}",
    "HH": "{hour:02}",
    "h": "{hour}",
    "mm": "{minute:02}",
    "a": "{half}",
}
# What CLDR has in place of a name that a language does not use.
NO_NAME: Final = "\N{EMPTY SET}" * 3
UNITS: Final = ("day", "hour", "minute")
ALIASES: Final = core.get_global("zone_aliases")
# The region that a language without one has for its hours (CLDR's likely subtags).
LIKELY: Final = {"ar": "EG"}
# English is written with the day first unless the region writes the month first, and with the same
# comma everywhere.
ENGLISH: Final = {
    "full": "{weekday}, {day} {month} {year}",
    "full_this_year": "{weekday}, {day} {month}",
    "date": "{day} {month} {year}",
    "date_this_year": "{day} {month}",
}
ENGLISH_MONTH_FIRST: Final = {
    "full": "{weekday}, {month} {day}, {year}",
    "full_this_year": "{weekday}, {month} {day}",
    "date": "{month} {day}, {year}",
    "date_this_year": "{month} {day}",
}


def forms(language: str, plural: Any, month_first: list[str]) -> dict[str, dict[str, Any]]:
    """All forms of a language, by region; `plural` gives a count's form as the catalogue does."""
    base = Locale.parse(language, sep="-")
    own = _of_locale(base) | _of_numbers(base, plural)
    own["region"] = LIKELY.get(base.language, "")
    if base.language == "en":
        us = {**ENGLISH_MONTH_FIRST}
        return {"": own | ENGLISH, **dict.fromkeys(month_first, us)}
    found = {"": own}
    for name in sorted(localedata.locale_identifiers()):
        locale = Locale.parse(name)
        if locale.language != base.language or not locale.territory or locale.script:
            continue
        theirs = _of_locale(locale)
        # Each known region is named, also without differences: browsers know it too.
        found[locale.territory] = {key: value for key, value in theirs.items() if value != own[key]}
    return found


def cities(language: str) -> dict[str, str]:
    """The names of the time zones' cities, where they differ from the ids' own names."""
    if language == "en":
        return {}
    known = Locale.parse(language, sep="-").time_zones
    found = {}
    for zone in sorted(zoneinfo.available_timezones()):
        # CLDR keeps a zone's first id: Europe/Kyiv is Europe/Kiev.
        city = known.get(ALIASES.get(zone, zone), {}).get("city")
        if city and "/" in zone and city != zone.rpartition("/")[2].replace("_", " "):
            found[zone] = city
    return found


def _of_locale(locale: Locale) -> dict[str, Any]:
    skeletons = locale.datetime_skeletons
    full = locale.date_formats["full"].pattern
    days, months = locale.days["format"]["wide"], locale.months["format"]["wide"]
    short = locale.months["format"]["abbreviated"]
    halves = locale.day_periods["format"]["abbreviated"]
    return {
        "days": tuple(days[each] for each in range(7)),
        "months": tuple(months[each] for each in range(1, 13)),
        "short_months": tuple(short[each] for each in range(1, 13)),
        "full": pattern(full),
        "full_this_year": pattern(_without_year(skeletons, full)),
        "date": pattern(locale.date_formats["long"].pattern),
        "date_this_year": pattern(skeletons["MMMMd"].pattern),
        "clock": pattern(skeletons["Hm"].pattern),
        "clock_of_halves": pattern(skeletons["hm"].pattern),
        "halves": (spaces(halves["am"]), spaces(halves["pm"])),
        "zones": _abbreviations(locale),
    }


def _abbreviations(locale: Locale) -> dict[str, str]:
    """Abbreviations by the English ones, where they differ: MEZ for CET.

    Only of Europe: of others one abbreviation has several meanings (CST is also China's).
    """
    found = {}
    for zone in ("Europe_Western", "Europe_Central", "Europe_Eastern"):
        own = locale.meta_zones.get(zone, {}).get("short", {})
        for kind, english in Locale("en", "GB").meta_zones[zone]["short"].items():
            if own.get(kind, english) not in (english, NO_NAME):
                found[english] = own[kind]
    return found


def _without_year(skeletons: Any, full: str) -> str:
    if "MMMMEEEEd" in skeletons:
        return str(skeletons["MMMMEEEEd"].pattern)
    if "MMMMEd" in skeletons:
        found = skeletons["MMMMEd"].pattern
        return str(re.sub(r"(?<!E)(E|ccc)(?!E)", "EEEE", found))
    return full


def _of_numbers(locale: Locale, plural: Any) -> dict[str, Any]:
    symbols = locale.number_symbols["latn"]
    patterns = locale._data["unit_patterns"]  # noqa: SLF001 (Babel formats units one by one only)
    units = {}
    for unit in UNITS:
        known = patterns[f"duration-{unit}"]["long"]
        by_form: dict[int, str] = {}
        for count in range(200):
            category = locale.plural_form(count)
            by_form.setdefault(plural(count), known.get(category, known["other"]))
        units[unit] = tuple(spaces(by_form[form]).replace("{0}", "{}") for form in sorted(by_form))
    return {
        "units": units,
        "group": symbols["group"],
        "decimal": symbols["decimal"],
        "grouped_from": 10_000 if locale.language == "es" else 1_000,
    }


def pattern(cldr: str) -> str:
    """A date's or hour's pattern as a format string. Raises KeyError for an unknown field."""
    found = ""
    for token in TOKEN.finditer(spaces(cldr)):
        text = token[0]
        if token[1] is not None or not text[0].isalpha():
            found += token[1] if token[1] is not None else text
        elif text[0] in "EcMLdyHhma":
            found += FIELDS[text]
        else:
            found += text
    return found


def spaces(text: str) -> str:
    """Without the narrow space before AM, which browsers write differently from each other."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")
