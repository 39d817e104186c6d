"""Fleiss' kappa: agreement beyond chance among any number of annotators.

Pictures may have different numbers of answers, from different people. Each picture with two answers
or more counts the same: agreement is the mean share of its pairs that are alike, and the share of a
class is the mean of its shares in the pictures. Where all pictures have the same number of answers,
this is Fleiss' kappa to the letter.

Source: Fleiss (1971), Measuring nominal scale agreement among many raters, Psychological Bulletin
    76. Gwet (2014), Handbook of Inter-Rater Reliability, ch. 2, for different numbers of answers;
    unlike there, pictures with one answer do not count for the shares of the classes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fieldguide.metrics.agreement_intervals import Figure, intervals_of_counts
from fieldguide.metrics.answer_counts import (
    AnswerCounts,
    alike_shares,
    cells_of_classes,
    count_answers,
    kept_codes,
    kept_weights,
    sum_by_class,
)
from fieldguide.metrics.interval import Interval
from fieldguide.metrics.ratings import Ratings
from fieldguide.metrics.tally import ratio, tally
from fieldguide.types import FloatArray

_NO_VARIETY = 1e-12
"""Below it, disagreement by chance is rounding: all answers name one class."""


def fleiss_kappa(ratings: Ratings, *, weights: npt.ArrayLike | None = None) -> float:
    """Compute Fleiss' kappa.

    Args:
        ratings: The answers.
        weights: ``(pictures,)``, how often each picture counts; None counts each once.

    Returns:
        1 where all agree, 0 where they agree as often as by chance, below 0 where less often; nan
        where no picture has two answers or all answers name the same class.

    Raises:
        ValueError: If the weights are wrong.

    Example:
        >>> from fieldguide.metrics.ratings import from_matrix
        >>> fleiss_kappa(from_matrix([[0, 0], [0, 1], [1, 1], [1, 1]]))
        0.4666666666666667
    """
    counts = count_answers(ratings)
    return float(kappa_figure(counts).values(kept_weights(counts, ratings, weights))[0, 0])


def category_kappa(ratings: Ratings, *, weights: npt.ArrayLike | None = None) -> FloatArray:
    """Compute the kappa of each class against the rest.

    The kappa of all classes is their mean, weighted by ``p (1 - p)`` of each class's share p.

    Args:
        ratings: The answers.
        weights: ``(pictures,)``, how often each picture counts; None counts each once.

    Returns:
        ``(k,)`` float64, up to 1; nan for a class that nobody or everybody chose.

    Raises:
        ValueError: If the weights are wrong.

    Example:
        >>> from fieldguide.metrics.ratings import from_matrix
        >>> category_kappa(from_matrix([[0, 0], [0, 1], [1, 1], [2, 2]], class_count=4))
        array([0.46666667, 0.46666667, 1.        ,        nan])
    """
    counts = count_answers(ratings)
    rows = category_figure(counts).values(kept_weights(counts, ratings, weights))
    return rows.reshape(-1)


def with_interval(
    ratings: Ratings,
    *,
    groups: npt.ArrayLike | None = None,
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Compute Fleiss' kappa and its interval.

    Args:
        ratings: The answers.
        groups: ``(pictures,)`` names or numbers of groups that are drawn as a whole; None draws
            single pictures.
        repeats: How many drawings, at least 1.
        level: How likely the interval should hold the truth, between 0 and 1.
        seed: Of the drawings.

    Returns:
        The figure; its bounds are nan where it is, and with fewer than two groups.

    Raises:
        ValueError: If the groups have another shape, or repeats or level are out of range.
    """
    counts = count_answers(ratings)
    codes = kept_codes(counts, ratings, groups)
    [[interval]] = intervals_of_counts(
        lambda c: [kappa_figure(c)], counts, codes, repeats=repeats, level=level, seed=seed
    )
    return interval


def kappa_figure(counts: AnswerCounts) -> Figure:
    """Prepare Fleiss' kappa for many drawings."""
    unlike = 1.0 - alike_shares(counts)
    shares = counts.counts / counts.totals[counts.rows]

    def values(weights: FloatArray) -> FloatArray:
        found = ratio(weights @ unlike, weights.sum(axis=1))
        p = _class_shares(counts, shares, weights)
        return _beyond_chance(found, (p * (1.0 - p)).sum(axis=1))[:, None]

    p = _class_shares(counts, shares, np.ones((1, counts.kept.size)))[0]
    by_chance = tally(counts.rows, counts.kept.size, shares * (1.0 - p[counts.classes]))
    return Figure(values, [unlike], [by_chance], [np.arange(counts.kept.size)])


def category_figure(counts: AnswerCounts) -> Figure:
    """Prepare the kappa of each class for many drawings."""
    totals = counts.totals[counts.rows]
    shares = counts.counts / totals
    unlike = shares * (totals - counts.counts) / (totals - 1.0)

    def values(weights: FloatArray) -> FloatArray:
        found = ratio(sum_by_class(counts, unlike, weights), np.sum(weights, axis=1, keepdims=True))
        p = _class_shares(counts, shares, weights)
        return _beyond_chance(found, p * (1.0 - p))

    p = _class_shares(counts, shares, np.ones((1, counts.kept.size)))[0]
    of_class = cells_of_classes(counts)
    return Figure(
        values,
        [unlike[cells] for cells in of_class],
        [shares[cells] * (1.0 - p[c]) for c, cells in enumerate(of_class)],
        [counts.rows[cells] for cells in of_class],
    )


def _class_shares(counts: AnswerCounts, shares: FloatArray, weights: FloatArray) -> FloatArray:
    return ratio(sum_by_class(counts, shares, weights), np.sum(weights, axis=1, keepdims=True))


def _beyond_chance(found: FloatArray, by_chance: FloatArray) -> FloatArray:
    return 1.0 - ratio(found, np.where(by_chance > _NO_VARIETY, by_chance, 0.0))
