"""Times of taking, as files and tables write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from fieldguide.curate.checks.pool import Pool

_TIME = re.compile(r"(\d{4})\D(\d{2})\D(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of taking.

    Attributes:
        at: Local time, without an offset.
        is_day_only: Whether only the day was written.
    """

    at: datetime
    is_day_only: bool


def written_times(pool: Pool) -> dict[int, str]:
    """Return what is written by row; a blank field, EXIF's way of saying "unknown", is no time."""
    facts = pool.facts
    found = {}
    for row, picture in enumerate(pool.pictures):
        in_file = None if facts is None else facts[row].time
        text = in_file or picture.columns.get("taken_at")
        # A number in this column is another program's way of counting time.
        if isinstance(text, str) and text.strip(" :-/\0"):
            found[row] = text.strip(" \0")
    return found


def read_time(text: str) -> Moment | None:
    """Read a time as EXIF or ISO 8601 writes it; None when it is no time.

    Example:
        >>> read_time("2024:05:01 10:30:00").at.hour, read_time("2024:13:01 10:30:00")
        (10, None)
    """
    parts = _TIME.match(text)
    if parts is None:
        return None
    numbers = [int(part) for part in parts.groups(default="0")]
    # A leap second is a time, but not one that Python knows.
    numbers[5] = 59 if numbers[5] == 60 else numbers[5]
    year, month, day, hour, minute, second = numbers
    # Cameras write local time, mostly without saying where.
    try:
        at = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
    return Moment(at, parts.group(4) is None)
