"""How a language and region write days, hours and lengths of time; the data is from CLDR."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from i18n.catalogues import catalogue
from i18n.languages import current

if TYPE_CHECKING:
    from collections.abc import Mapping


class Forms(NamedTuple):
    """Patterns name `weekday`, `day`, `month`, `year`, or `hour`, `minute` and `half`."""

    days: tuple[str, ...]
    """From Monday on."""
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    full: str
    """`{weekday}, {day}. {month} {year}`"""
    full_this_year: str
    date: str
    date_this_year: str
    clock: str
    """`{hour:02}:{minute:02}`"""
    clock_of_halves: str
    """`{hour}:{minute:02} {half}`"""
    halves: tuple[str, str]
    zones: Mapping[str, str]
    """Abbreviations of time zones by the English ones, where they differ."""
    units: Mapping[str, tuple[str, ...]]
    """The lengths of a day, an hour and a minute, in the forms of a plural."""
    group: str
    decimal: str
    grouped_from: int
    region: str
    """The region that decides where the reader's is unknown; empty for English."""


@functools.lru_cache(maxsize=64)
def _forms(language: str, region: str) -> Forms:
    known = catalogue(language).forms
    return Forms(**{**known[""], **known.get(region, {})})


def forms(region: str = "") -> Forms:
    """The forms of the current language, as this region writes them."""
    return _forms(current(), region)


def locale_of(region: str) -> str:
    """The tag with which browsers write the same forms, without hours."""
    language = current()
    known = catalogue(language).forms
    return f"{language.partition('-')[0]}-{region}" if region and region in known else language


def city(zone: str) -> str:
    """`New York` for `America/New_York`, `Nueva York` in Spanish."""
    place = zone.rpartition("/")[2].replace("_", " ")
    return catalogue(current()).cities.get(zone, place)


def length(unit: str, count: int) -> str:
    """`1 day`, `5 minutes`."""
    known = catalogue(current())
    pattern: str = known.forms[""]["units"][unit][known.plural(count)]
    return pattern.format(count)
