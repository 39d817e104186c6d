"""How the report writes numbers and names: the same everywhere, and safe to lay out."""

from __future__ import annotations

import math
import statistics
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeGuard, TypeVar, cast

from fieldguide.evaluate.record import Figure

NOTHING = "–"
"""What stands where a value is undefined."""

_T = TypeVar("_T")

_BIDI_CONTROLS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(value: _T) -> _T:
    r"""Make every text inside a value safe to write to a page.

    File names may hold lone surrogates, which UTF-8 cannot encode, control characters, which HTML
    forbids, and direction overrides, which make a name read as another one. All become the
    replacement character; line breaks become spaces.

    Args:
        value: Text, or a nesting of dicts and lists that holds text.

    Returns:
        The same nesting with clean text, keys included.

    Example:
        >>> clean({"name": "leaf\n\u202egpj.exe"})
        {'name': 'leaf �gpj.exe'}
    """
    if isinstance(value, str):
        return cast("_T", "".join(_clean_character(character) for character in value))
    if isinstance(value, dict):
        return cast("_T", {clean(key): clean(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return cast("_T", [clean(inner) for inner in value])
    return value


def _clean_character(character: str) -> str:
    if character in "\n\r\t\v\f\u2028\u2029":
        return " "
    unprintable = unicodedata.category(character) in {"Cc", "Cs"} or character in _BIDI_CONTROLS
    return "\ufffd" if unprintable or ord(character) & 0xFFFE == 0xFFFE else character


def is_number(value: float | None) -> TypeGuard[float]:
    """Say whether a value can be written or drawn: neither None, nor NaN, nor infinite."""
    return value is not None and math.isfinite(value)


def short(text: str, limit: int = 60) -> str:
    """Shorten a text in its middle, so that a file name keeps its ending.

    Example:
        >>> short("a-very-long-file-name.jpg", 13)
        'a-very…me.jpg'
    """
    if len(text) <= limit:
        return text
    end = (limit - 1) // 2
    return f"{text[: limit - 1 - end]}…{text[len(text) - end :]}"


def count(number: int) -> str:
    """Write a count with thousands set apart.

    Example:
        >>> count(14039)
        '14,039'
    """
    return f"{number:,}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun.

    Example:
        >>> counted(1, "picture"), counted(1200, "picture"), counted(2, "class", "classes")
        ('1 picture', '1,200 pictures', '2 classes')
    """
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def percent(value: float | None) -> str:
    """Write a fraction of 1 as a percentage with one decimal.

    Example:
        >>> percent(0.9068), percent(None)
        ('90.7 %', '–')
    """
    return f"{100 * value:.1f} %" if is_number(value) else NOTHING


def decimal(value: float | None) -> str:
    """Write a number with three decimals.

    Example:
        >>> decimal(0.90681), decimal(float("nan"))
        ('0.907', '–')
    """
    return f"{value:.3f}" if is_number(value) else NOTHING


def figure(figure: Figure, *, as_percent: bool = False) -> str:
    """Write a value with its interval.

    Example:
        >>> figure({"value": 0.907, "low": 0.882, "high": 0.929}, as_percent=True)
        '90.7 % (88.2-92.9)'
        >>> figure({"value": 0.41, "low": None, "high": None})
        '0.410'
    """
    value = (percent if as_percent else decimal)(figure["value"])
    between = interval(figure, as_percent=as_percent)
    return value if between == NOTHING else f"{value} ({between})"


def interval(figure: Figure, *, as_percent: bool = False) -> str:
    """Write the interval of a value alone, without a unit.

    Example:
        >>> interval({"value": 0.0, "low": -0.1, "high": 0.1})
        '-0.100 to 0.100'
    """
    value, low, high = figure["value"], figure["low"], figure["high"]
    if not (is_number(value) and is_number(low) and is_number(high)):
        return NOTHING
    # A hyphen after a minus sign would read as a second minus sign.
    between = " to " if low < 0 else "-"
    if as_percent:
        return f"{100 * low:.1f}{between}{100 * high:.1f}"
    return f"{low:.3f}{between}{high:.3f}"


def megabytes(size: int) -> str:
    """Write a size in bytes for people.

    Example:
        >>> megabytes(17_234_567), megabytes(900)
        ('17.2 MB', '900 bytes')
    """
    if size < 1000:
        return counted(size, "byte")
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"


def duration(seconds: float | None) -> str:
    """Write a time in seconds for people.

    Example:
        >>> duration(0.4), duration(75), duration(7260)
        ('0.4 s', '1 min 15 s', '2 h 1 min')
    """
    if not is_number(seconds):
        return NOTHING
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min"


def moment(text: str) -> str:
    """Write an ISO 8601 time in UTC to the minute; any other text stays as it is.

    Example:
        >>> moment("2025-03-04T11:12:13+01:00"), moment("yesterday")
        ('2025-03-04 10:12 UTC', 'yesterday')
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return text
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def spread(values: Sequence[int]) -> str:
    """Write the smallest, the middle and the largest of some counts.

    Example:
        >>> spread([150, 600, 4000]), spread([150, 150]), spread([])
        ('150 to 4,000, median 600', '150', '–')
    """
    if not values:
        return NOTHING
    low, high = min(values), max(values)
    if low == high:
        return count(low)
    return f"{count(low)} to {count(high)}, median {count(round(statistics.median(values)))}"


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does.

    Example:
        >>> listed(["train", "val", "test"])
        'train, val and test'
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def setting(value: float | str | None) -> str:
    """Write the value of a setting.

    Example:
        >>> setting(0.1 + 0.2), setting(None), setting("rbf")
        ('0.3', '–', 'rbf')
    """
    if value is None:
        return NOTHING
    return f"{value:.6g}" if isinstance(value, float) else str(value)
