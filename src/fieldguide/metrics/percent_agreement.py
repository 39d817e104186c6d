"""Percent agreement: how often two people who saw the same picture gave the same answer."""

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
from fieldguide.metrics.tally import ratio
from fieldguide.types import FloatArray


def percent_agreement(ratings: Ratings, *, weights: npt.ArrayLike | None = None) -> float:
    """Compute the mean over pictures of the share of pairs of answers that are alike.

    Pictures with fewer than two answers are left out. Agreement by chance is part of the figure:
    with two classes and blind answers it is a half or more.

    Args:
        ratings: The answers.
        weights: ``(pictures,)``, how often each picture counts; None counts each once.

    Returns:
        From 0 to 1; nan where no picture has two answers.

    Raises:
        ValueError: If the weights are wrong.

    Example:
        >>> from fieldguide.metrics.ratings import from_matrix
        >>> percent_agreement(from_matrix([[0, 0, 1], [1, 1, 1], [2, -1, -1]]))
        0.6666666666666666
    """
    counts = count_answers(ratings)
    return float(percent_figure(counts).values(kept_weights(counts, ratings, weights))[0, 0])


def specific_agreement(ratings: Ratings, *, weights: npt.ArrayLike | None = None) -> FloatArray:
    """Compute for each class: of those who chose it, how often did another choose it, too.

    For a random answer that names the class, it is how likely a random other answer to the same
    picture names it. Each answer counts once, however many the picture has.

    Args:
        ratings: The answers.
        weights: ``(pictures,)``, how often each picture counts; None counts each once.

    Returns:
        ``(k,)`` float64 from 0 to 1; nan for a class that nobody chose where another answered.

    Raises:
        ValueError: If the weights are wrong.

    Source: Cicchetti and Feinstein (1990), High agreement but low kappa: II, Journal of Clinical
        Epidemiology 43, for two annotators; for more, as the mean over their pairs.

    Example:
        >>> from fieldguide.metrics.ratings import from_matrix
        >>> specific_agreement(from_matrix([[0, 0], [0, 1], [1, 1], [1, 1]]))
        array([0.66666667, 0.8       ])
    """
    counts = count_answers(ratings)
    rows = specific_figure(counts).values(kept_weights(counts, ratings, weights))
    return rows.reshape(-1)


def with_interval(
    ratings: Ratings,
    *,
    groups: npt.ArrayLike | None = None,
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Compute percent agreement and its interval.

    Args:
        ratings: The answers.
        groups: ``(pictures,)`` names or numbers of groups that are drawn as a whole; None draws
            single pictures.
        repeats: How many drawings, at least 1.
        level: How likely the interval should hold the truth, between 0 and 1.
        seed: Of the drawings.

    Returns:
        The figure; its bounds are nan with fewer than two groups.

    Raises:
        ValueError: If the groups have another shape, or repeats or level are out of range.
    """
    counts = count_answers(ratings)
    codes = kept_codes(counts, ratings, groups)
    [[interval]] = intervals_of_counts(
        lambda c: [percent_figure(c)], counts, codes, repeats=repeats, level=level, seed=seed
    )
    return interval


def percent_figure(counts: AnswerCounts) -> Figure:
    """Prepare percent agreement for many drawings."""
    alike = alike_shares(counts)

    def values(weights: FloatArray) -> FloatArray:
        return ratio(weights @ alike, weights.sum(axis=1))[:, None]

    return Figure(values, [1.0 - alike], [np.ones(alike.size)], [np.arange(alike.size)])


def specific_figure(counts: AnswerCounts) -> Figure:
    """Prepare the specific agreement of each class for many drawings."""
    met = counts.counts * (counts.counts - 1.0) / (counts.totals[counts.rows] - 1.0)

    def values(weights: FloatArray) -> FloatArray:
        return ratio(
            sum_by_class(counts, met, weights), sum_by_class(counts, counts.counts, weights)
        )

    of_class = cells_of_classes(counts)
    return Figure(
        values,
        [counts.counts[c] - met[c] for c in of_class],
        [counts.counts[c] for c in of_class],
        [counts.rows[c] for c in of_class],
    )
