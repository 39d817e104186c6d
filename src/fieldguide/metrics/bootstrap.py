"""The cluster bootstrap: intervals from resampling whole groups of pictures.

Pictures of one group (one leaf, one patient, one site) resemble each other, so they are not
independent witnesses. Whole groups are drawn with replacement, as many as there are; the figure is
computed anew for each drawing, and its middle 95 % are the interval (percentile interval).

With fewer than about 20 groups such an interval is too narrow, and it cannot see what did not
occur: if all pictures were right, all drawings are right. ``intervals`` guards against both.

Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 13. Field and Welsh
    (2007), Bootstrapping clustered data, Journal of the Royal Statistical Society B 69.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import inputs
from fieldguide.types import FloatArray, IntArray

_CHUNK_CELLS = 1 << 17


def interval(
    statistic: Callable[[FloatArray], float],
    size: int,
    *,
    groups: npt.ArrayLike | None = None,
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Compute the percentile interval of any figure.

    Args:
        statistic: Gives the figure for weights ``(n,)``: how often each picture was drawn.
        size: How many pictures there are, n.
        groups: ``(n,)`` names or numbers of groups; None makes each picture its own group.
        repeats: How many drawings, at least 1.
        level: How likely the interval should hold the truth, between 0 and 1.
        seed: Of the random drawings; the same seed gives the same interval.

    Returns:
        Lower and upper bound, or None with fewer than 2 groups or where the figure was undefined in
        every drawing. Drawings in which it is nan are left out.

    Raises:
        ValueError: If the groups have another shape, or repeats or level are out of range.

    Example:
        >>> sizes = np.array([3.0, 4.0, 5.0, 8.0])
        >>> interval(lambda weights: float(np.average(sizes, weights=weights)), 4, level=0.5)
        (4.5, 5.75)
    """
    check_settings(repeats, level)
    codes = inputs.group_codes(groups, size)
    if count_groups(codes) < 2:
        return None
    values = [
        statistic(row) for rows in drawings(codes, repeats=repeats, seed=seed) for row in rows
    ]
    low, high = percentiles(np.array(values), level)
    return None if np.isnan(low) else (float(low), float(high))


def drawings(codes: IntArray, *, repeats: int, seed: int) -> Iterator[FloatArray]:
    """Draw groups with replacement, many times.

    Args:
        codes: ``(n,)``, the group of each picture, numbered from 0 without gaps.
        repeats: How many drawings.
        seed: Of the random generator.

    Yields:
        ``(r, n)`` float64: how often each picture was drawn. The r add up to ``repeats``; each is
        small enough that its memory does not grow with ``repeats``.
    """
    generator = np.random.default_rng(seed)
    groups = count_groups(codes)
    rows = max(1, _CHUNK_CELLS // max(1, codes.size))
    for start in range(0, repeats, rows):
        drawn = np.empty((min(rows, repeats - start), groups))
        for row in drawn:
            row[:] = np.bincount(generator.integers(groups, size=groups), minlength=groups)
        yield np.take(drawn, codes, axis=1)


def percentiles(values: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Find the bounds of the middle part of the drawings.

    Args:
        values: ``(r, ...)``, one row for each drawing; nan is left out.
        level: The part to keep, between 0 and 1.

    Returns:
        Lower and upper bounds, ``(...)`` each; nan where no drawing has a value.
    """
    columns = values.reshape(values.shape[0], -1)
    bounds = np.full((2, columns.shape[1]), np.nan)
    defined = ~np.isnan(columns).all(axis=0)
    tail = (1.0 - level) / 2.0
    if defined.any():
        bounds[:, defined] = np.nanquantile(columns[:, defined], [tail, 1.0 - tail], axis=0)
    return bounds[0].reshape(values.shape[1:]), bounds[1].reshape(values.shape[1:])


def count_groups(codes: IntArray) -> int:
    """Count the groups among codes that are numbered from 0 without gaps."""
    return 1 + int(codes.max(initial=-1))


def check_settings(repeats: int, level: float) -> None:
    """Check the settings of an interval.

    Raises:
        ValueError: If ``repeats`` is below 1 or ``level`` is not between 0 and 1.
    """
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, got {repeats}.")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, got {level}.")
