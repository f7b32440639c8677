"""The file names of recordings."""

from __future__ import annotations

from datetime import datetime

from domain import times
from files import file_names
from i18n import _


def file_name(began_at: int, time_zone: str, locale: str, ending: str) -> str:
    """`Recording of 15 January 2027, 09.00, Berlin time (CET).mp4`, by the teacher's settings.

    In the current language: both people see the one name.
    """
    began = datetime.fromtimestamp(began_at, times.zone_of(time_zone))
    date = times.date(began, locale)
    # Translators: the name of a file, without its ending.
    name = _(
        "Recording of {date}, {time}, {zone}",
        date=date,
        time=times.time_of_day(began, locale),
        zone=times.zone_name(began, locale),
    )
    return file_names.from_words(name, ending)
