"""Krippendorff's alpha: agreement beyond chance for classes, ranks or numbers, with gaps.

Every answer is paired with every other answer to the same picture. A pair of the m answers to a
picture counts ``1 / (m - 1)``, so that each answer counts once. These pairs make the coincidence
matrix ``o[c, k]`` with its sums ``n[c]`` and ``n``. With a distance between classes,

    alpha = 1 - (n - 1) * sum(o[c, k] * distance[c, k]) / sum(n[c] * n[k] * distance[c, k])

The distance is 1 between different classes (nominal), the squared difference of their values
(interval), or the squared difference of their middle ranks among all answers (ordinal).

Source: Krippendorff (2011), Computing Krippendorff's alpha-reliability, University of Pennsylvania,
    https://repository.upenn.edu/asc_papers/43. The interval is ours: it draws pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from fieldguide.metrics.agreement_intervals import Figure, intervals_of_counts
from fieldguide.metrics.answer_counts import (
    AnswerCounts,
    count_answers,
    kept_codes,
    kept_weights,
    sum_by_class,
)
from fieldguide.metrics.interval import Interval
from fieldguide.metrics.ratings import Ratings
from fieldguide.metrics.tally import tally
from fieldguide.types import FloatArray, IntArray

Scale = Literal["nominal", "ordinal", "interval"]
"""What the classes are: names, ranks in their order, or numbers."""


@dataclass(frozen=True, slots=True)
class _Coincidences:
    """Pairs of different answers to one picture, each pair of classes once.

    Attributes:
        low: ``(u,)``, the first class of each pair that occurs.
        high: ``(u,)``, the second, above the first.
        table: Sparse ``(u, p)``, what each picture adds to ``o[low, high] + o[high, low]``.
    """

    low: IntArray
    high: IntArray
    table: sparse.csr_array


def krippendorff_alpha(
    ratings: Ratings,
    *,
    scale: Scale = "nominal",
    values: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
) -> float:
    """Compute Krippendorff's alpha.

    Args:
        ratings: The answers; pictures with fewer than two are left out.
        scale: What the classes are.
        values: ``(k,)``, with the scale ``"interval"`` the number that each class stands for; None
            takes its index.
        weights: ``(pictures,)``, how often each picture counts; None counts each once.

    Returns:
        1 where all agree, 0 where they agree as often as by chance, below 0 where less often; nan
        where no picture has two answers or all answers are the same.

    Raises:
        ValueError: If the scale is unknown, or values or weights are wrong.

    Example:
        >>> from fieldguide.metrics.ratings import from_matrix
        >>> krippendorff_alpha(from_matrix([[0, 0], [0, 1], [1, 1], [1, 1]]))
        0.5333333333333333
    """
    counts = count_answers(ratings)
    figure = alpha_figure(counts, scale=scale, values=values)
    return float(figure.values(kept_weights(counts, ratings, weights))[0, 0])


def with_interval(
    ratings: Ratings,
    *,
    scale: Scale = "nominal",
    values: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Compute Krippendorff's alpha and its interval.

    Args:
        ratings: The answers.
        scale: What the classes are.
        values: ``(k,)``, the numbers that the classes stand for; None takes their indices.
        groups: ``(pictures,)`` names or numbers of groups that are drawn as a whole; None draws
            single pictures.
        repeats: How many drawings, at least 1.
        level: How likely the interval should hold the truth, between 0 and 1.
        seed: Of the drawings.

    Returns:
        The figure; its bounds are nan where it is, and with fewer than two groups.

    Raises:
        ValueError: If an argument has a wrong shape or is out of range.
    """
    counts = count_answers(ratings)
    codes = kept_codes(counts, ratings, groups)
    [[interval]] = intervals_of_counts(
        lambda c: [alpha_figure(c, scale=scale, values=values)],
        counts,
        codes,
        repeats=repeats,
        level=level,
        seed=seed,
    )
    return interval


def alpha_figure(
    counts: AnswerCounts, *, scale: Scale = "nominal", values: npt.ArrayLike | None = None
) -> Figure:
    """Prepare Krippendorff's alpha for many drawings.

    Raises:
        ValueError: If the scale is unknown, or the values are wrong.
    """
    numbers = _check_values(scale, values, counts.class_count)
    pairs = _coincidences(counts)

    def alphas(weights: FloatArray) -> FloatArray:
        totals = sum_by_class(counts, counts.counts, weights)
        rows = [
            _ratio(pairs, row, total, _places(scale, numbers, total))
            for row, total in zip(weights, totals, strict=True)
        ]
        return 1.0 - np.array(rows).reshape(-1, 1)

    once = sum_by_class(counts, counts.counts, np.ones((1, counts.kept.size)))[0]
    places = _places(scale, numbers, once)
    losses = np.asarray(pairs.table.T @ _distances(places, pairs.low, pairs.high))
    by_class = _distance_sums(places, once) / max(1.0, once.sum() - 1.0)
    exposures = tally(counts.rows, counts.kept.size, counts.counts * by_class[counts.classes])
    return Figure(alphas, [losses], [exposures], [np.arange(counts.kept.size)])


def _check_values(scale: Scale, values: npt.ArrayLike | None, class_count: int) -> FloatArray:
    if scale not in get_args(Scale):
        raise ValueError(f"scale must be one of {', '.join(get_args(Scale))}, got {scale!r}.")
    if values is None:
        return np.arange(class_count, dtype=np.float64)
    if scale != "interval":
        raise ValueError(f"values belong to the scale 'interval' only, got scale {scale!r}.")
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (class_count,):
        raise ValueError(f"values must have shape ({class_count},), got {numbers.shape}.")
    if not np.isfinite(numbers).all():
        raise ValueError("values must be finite, got nan or infinity.")
    return numbers


def _coincidences(counts: AnswerCounts) -> _Coincidences:
    rows, keys, sums = [], [], []
    step = 1
    # The classes of a picture stand next to each other: each meets the one `step` places on.
    while (together := np.flatnonzero(counts.rows[:-step] == counts.rows[step:])).size:
        row = counts.rows[together]
        rows.append(row)
        keys.append(counts.classes[together] * counts.class_count + counts.classes[together + step])
        met = counts.counts[together] * counts.counts[together + step]
        sums.append(2.0 * met / (counts.totals[row] - 1.0))
        step += 1
    if not rows:
        nothing = np.zeros(0, dtype=np.int64)
        return _Coincidences(nothing, nothing, sparse.csr_array((0, counts.kept.size)))
    found, place = np.unique(np.concatenate(keys), return_inverse=True)
    table = sparse.csr_array(
        (np.concatenate(sums), (place, np.concatenate(rows))),
        shape=(found.size, counts.kept.size),
    )
    return _Coincidences(found // counts.class_count, found % counts.class_count, table)


def _places(scale: Scale, numbers: FloatArray, totals: FloatArray) -> FloatArray | None:
    """Give each class its place on a line, or None where all are equally far from each other."""
    if scale == "nominal":
        return None
    if scale == "interval":
        return numbers
    return np.cumsum(totals) - totals / 2.0


def _distances(places: FloatArray | None, low: IntArray, high: IntArray) -> FloatArray:
    if places is None:
        return np.ones(low.size)
    apart: FloatArray = np.square(places[high] - places[low])
    return apart


def _distance_sums(places: FloatArray | None, totals: FloatArray) -> FloatArray:
    """Add up for each class the distances to all answers: ``(k,)``."""
    present = totals > 0.0
    if places is None or not present.any():
        others: FloatArray = totals.sum() - totals
        return others
    # From their mean the squares add up without the mixed term, and large values keep their digits.
    away = np.where(present, places - (totals @ places) / totals.sum(), 0.0)
    squares: FloatArray = totals.sum() * np.square(away) + totals @ np.square(away)
    return squares


def _ratio(
    pairs: _Coincidences, weights: FloatArray, totals: FloatArray, places: FloatArray | None
) -> float:
    """Compute observed over expected disagreement for one drawing; nan where it is undefined."""
    if not _has_variety(totals, places):
        return float("nan")
    observed = np.asarray(pairs.table @ weights) @ _distances(places, pairs.low, pairs.high)
    expected = totals @ _distance_sums(places, totals)
    return float((totals.sum() - 1.0) * observed / expected)


def _has_variety(totals: FloatArray, places: FloatArray | None) -> bool:
    present = totals > 0.0
    if np.count_nonzero(present) < 2:
        return False
    return places is None or bool(np.ptp(places[present]) > 0.0)
