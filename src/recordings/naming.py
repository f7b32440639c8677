"""The file names of recordings."""

from __future__ import annotations

from datetime import datetime

from domain import times


def file_name(began_at: int, time_zone: str, locale: str, ending: str) -> str:
    """`Recording of 15 January 2027, 09.00, Berlin time (CET).mp4`, by the teacher's settings."""
    began = datetime.fromtimestamp(began_at, times.zone_of(time_zone))
    date = times.date(began, locale)
    # A file name must not have a colon.
    time_of_day = times.time_of_day(began, locale).replace(":", ".")
    return f"Recording of {date}, {time_of_day}, {times.zone_name(began)}.{ending}"
