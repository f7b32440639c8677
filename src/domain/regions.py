"""The form of times by region: 12 or 24 hours, and in English the day or the month first.

The data is from Unicode's CLDR 48: the preferred hours of `timeData`, the dates of the English
locales, and the likely subtags of languages.
"""

from __future__ import annotations

import functools
from typing import Final

_TWELVE_HOURS: Final = (
    "AE AG AL AR AS AU BB BD BH BM BN BO BS BT CA CL CO CR CU CY DJ DM DO DZ EC EG EH ER ET FJ FM "
    "GD GH GM GR GT GU GY HK HN IN IQ JM JO KH KI KN KP KR KW KY LB LC LR LS LY MH MO MP MR MW MX "
    "MY NA NI NZ OM PA PE PG PH PK PR PS PW PY QA SA SB SD SG SL SO SS SV SY SZ TC TD TN TO TT TW "
    "UM US UY VC VE VG VI VU WS YE ZM"
)
MONTH_FIRST: Final = "AS BI CA GU JP MH MP PH PR UM US VI"
# Languages with another form of hours than their region.
_TWENTY_FOUR_HOURS: Final = (("fr", "CA"),)
# The region of a language tag without a region. `en` has none here: it is the default for a missing
# locale as well, and nobody misreads 24 hours with the day first.
_LIKELY: Final = {
    "am": "ET",
    "ar": "EG",
    "bn": "BD",
    "el": "GR",
    "fil": "PH",
    "gu": "IN",
    "hi": "IN",
    "ja": "JP",
    "km": "KH",
    "kn": "IN",
    "ko": "KR",
    "ml": "IN",
    "mr": "IN",
    "ms": "MY",
    "pa": "IN",
    "so": "SO",
    "sq": "AL",
    "ta": "IN",
    "te": "IN",
    "ur": "PK",
}


@functools.lru_cache(maxsize=64)
def has_twelve_hours(locale: str) -> bool:
    """True if clocks show `6:00 PM` there."""
    language, region = _parts(locale)
    return region in _TWELVE_HOURS.split() and (language, region) not in _TWENTY_FOUR_HOURS


@functools.lru_cache(maxsize=64)
def puts_month_first(locale: str) -> bool:
    """True if English texts write `November 23` there."""
    return _parts(locale)[1] in MONTH_FIRST.split()


def region_of(locale: str) -> str:
    """The region of a BCP 47 tag, or the one that its language has without it; else empty."""
    return _parts(locale)[1]


@functools.lru_cache(maxsize=64)
def _parts(locale: str) -> tuple[str, str]:
    """Language and region of a BCP 47 tag; the region is empty if it is unknown."""
    first, *others = locale.split("-")
    language = first.lower()
    for part in others:
        if len(part) == 1:  # extensions follow
            break
        if len(part) == 2:  # noqa: PLR2004
            return language, part.upper()
    return language, _LIKELY.get(language, "")
