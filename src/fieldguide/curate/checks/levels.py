"""Values of columns as levels that can be counted: text as it is, numbers in ranges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from fieldguide.curate.checks.pool import Pool
from fieldguide.types import ColumnValue

RANGES = 5
"""Numbers of more than this many different values are counted in so many ranges."""

MOST_LEVELS = 200
"""Columns with more different values are names, not conditions."""

_LEAST_OF_A_LEVEL = 2
_OF_THE_SOURCE = "source"


def levels_of_columns(pool: Pool) -> dict[str, list[str | None]]:
    """Return the levels of each column, one per picture, None where there is no value.

    Where pictures were imported from several places, that counts as a column, too. Left out are
    columns with one value, and those whose values are nearly all different: names and hashes.
    """
    names = dict.fromkeys(name for picture in pool.pictures for name in picture.columns)
    found = {}
    for name in names:
        levels = levels_of([picture.columns.get(name) for picture in pool.pictures])
        if levels is not None:
            found[name] = levels
    sources = levels_of([picture.source for picture in pool.pictures])
    if sources is not None and _OF_THE_SOURCE not in found:
        found[_OF_THE_SOURCE] = sources
    return found


def levels_of(values: Sequence[ColumnValue]) -> list[str | None] | None:
    """Return the level of each value; None when they are one, or nearly all different.

    Example:
        >>> levels_of(["a", "b", "a", "b", None])
        ["'a'", "'b'", "'a'", "'b'", None]
        >>> levels_of(["a", "b", "c"]) is None
        True
    """
    known = [value for value in values if _is_known(value)]
    numeric = all(isinstance(value, int | float) for value in known)
    if numeric and len(set(known)) > RANGES:
        return _ranges(values)
    texts = [_written(value) if _is_known(value) else None for value in values]
    counts = Counter(text for text in texts if text is not None)
    repeated = sum(count for count in counts.values() if count >= _LEAST_OF_A_LEVEL)
    if len(counts) < 2 or len(counts) > MOST_LEVELS or 2 * repeated < sum(counts.values()):
        return None
    return texts


def _ranges(values: Sequence[ColumnValue]) -> list[str | None] | None:
    numbers = np.array([v if _is_known(v) else np.nan for v in values], np.float64)
    known = np.isfinite(numbers)
    edges = np.unique(np.quantile(numbers[known], np.arange(1, RANGES) / RANGES))
    place = np.searchsorted(edges, numbers, side="right")
    names = _names_of_ranges(edges)
    if len(set(place[known].tolist())) < 2:
        return None
    return [names[n] if is_number else None for n, is_number in zip(place, known, strict=True)]


def _names_of_ranges(edges: np.ndarray) -> list[str]:
    inner = [f"{a:g} to {b:g}" for a, b in pairwise(edges)]
    return [f"under {edges[0]:g}", *inner, f"{edges[-1]:g} and more"]


def _is_known(value: ColumnValue) -> bool:
    return value is not None and value != "" and not (isinstance(value, float) and np.isnan(value))


def _written(value: ColumnValue) -> str:
    return f"{value:g}" if isinstance(value, int | float) else repr(value)
