"""Cohen's kappa: agreement beyond chance of two annotators, each with habits of their own.

Source: Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological
    Measurement 20. Cohen (1968), Weighted kappa, Psychological Bulletin 70.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import inputs
from fieldguide.metrics.agreement_intervals import Figure, intervals
from fieldguide.metrics.interval import Interval
from fieldguide.metrics.ratings import Ratings
from fieldguide.metrics.tally import ratio, tally
from fieldguide.types import FloatArray, IntArray

Weighting = Literal["equal", "linear", "quadratic"]
"""How bad it is to differ: always the same, or by the distance of the classes or its square."""

_NO_VARIETY = 1e-12
"""Below it, disagreement by chance is rounding: both name the same one class."""


@dataclass(frozen=True, slots=True)
class PairKappas:
    """Cohen's kappa of every two annotators that have answered a picture in common: ``(q,)`` each.

    Attributes:
        first: The annotator with the smaller index.
        second: The other one.
        pictures: How many pictures both have answered, at least 1.
        agreement: The share of those on which they agree.
        kappa: Cohen's kappa; nan where both always chose the same one class.
    """

    first: IntArray
    second: IntArray
    pictures: IntArray
    agreement: FloatArray
    kappa: FloatArray


def cohen_kappa(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    class_count: int | None = None,
    weighting: Weighting = "equal",
    weights: npt.ArrayLike | None = None,
) -> float:
    """Compute Cohen's kappa of two annotators.

    Args:
        first: ``(pictures,)`` integers, the class that one chose, -1 for no answer.
        second: ``(pictures,)`` integers, the class that the other chose, -1 for no answer. Pictures
            that either has not answered are left out.
        class_count: How many classes there are; None takes one more than the largest index.
        weighting: How bad it is to differ, for classes that have an order.
        weights: ``(pictures,)``, how often each picture counts; None counts each once.

    Returns:
        1 where they agree on all, 0 where as often as by chance, below 0 where less often; nan
        without common pictures, or where both always chose the same one class.

    Raises:
        ValueError: If the shapes, types or ranges are wrong or the weighting is unknown.

    Example:
        >>> cohen_kappa([0, 0, 1, 1, -1], [0, 1, 1, 1, 0])
        0.5
    """
    one, other, both, classes = _common(first, second, class_count)
    figure = kappa_figure(one, other, class_count=classes, weighting=weighting)
    counted = inputs.picture_weights(weights, both.size)[both]
    return float(figure.values(counted[None, :])[0, 0])


def with_interval(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    class_count: int | None = None,
    weighting: Weighting = "equal",
    groups: npt.ArrayLike | None = None,
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Compute Cohen's kappa and its interval.

    Args:
        first: ``(pictures,)`` integers, the class that one chose, -1 for no answer.
        second: ``(pictures,)`` integers, the class that the other chose, -1 for no answer.
        class_count: How many classes there are; None takes one more than the largest index.
        weighting: How bad it is to differ.
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
    one, other, both, classes = _common(first, second, class_count)
    codes = inputs.group_codes(groups, both.size)[both]
    codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    kinds, often = np.unique(one * classes + other, return_counts=True)
    figure, of_kinds = (
        kappa_figure(a, b, class_count=classes, weighting=weighting)
        for a, b in ((one, other), (kinds // classes, kinds % classes))
    )
    [[interval]] = intervals(
        [figure],
        [of_kinds],
        often.astype(np.float64),
        codes,
        repeats=repeats,
        level=level,
        seed=seed,
    )
    return interval


def kappa_figure(
    first: IntArray, second: IntArray, *, class_count: int, weighting: Weighting = "equal"
) -> Figure:
    """Prepare Cohen's kappa for many drawings of the pictures that both have answered.

    Raises:
        ValueError: If the weighting is unknown.
    """
    distance = _distance(class_count, weighting)
    apart = distance[first, second]

    def values(weights: FloatArray) -> FloatArray:
        total = weights.sum(axis=1)
        rows = ratio(tally(first, class_count, weights), total[:, None])
        columns = ratio(tally(second, class_count, weights), total[:, None])
        by_chance = ((rows @ distance) * columns).sum(axis=1)
        by_chance = np.where(by_chance > _NO_VARIETY, by_chance, 0.0)
        return 1.0 - ratio(ratio(weights @ apart, total), by_chance)[:, None]

    once = np.ones((1, first.size))
    rows = tally(first, class_count, once)[0] / max(1, first.size)
    columns = tally(second, class_count, once)[0] / max(1, first.size)
    by_chance = 0.5 * ((distance @ columns)[first] + (rows @ distance)[second])
    return Figure(values, [apart], [by_chance], [np.arange(first.size)])


def all_pairs(ratings: Ratings) -> PairKappas:
    """Compute Cohen's kappa, with equal weighting, of every two annotators.

    Args:
        ratings: The answers.

    Returns:
        The pairs that have a picture in common, by first and second annotator.

    Example:
        >>> from fieldguide.metrics.ratings import from_matrix
        >>> pairs = all_pairs(from_matrix([[0, 0, -1], [1, 0, 1], [1, 1, -1], [0, 0, -1]]))
        >>> pairs.pictures, pairs.kappa
        (array([4, 1, 1]), array([0.5, nan, 0. ]))
    """
    pair, one, other, counts = _joint_answers(ratings)
    keys, place = np.unique(pair, return_inverse=True)
    pictures = tally(place, keys.size, counts)
    agreed = tally(place, keys.size, counts * (one == other))
    by_chance = _chance_agreement(place, one, other, counts, pictures)
    agreement = ratio(agreed, pictures)
    apart = np.where(1.0 - by_chance > _NO_VARIETY, 1.0 - by_chance, 0.0)
    annotators = max(1, ratings.annotator_count)
    return PairKappas(
        first=keys // annotators,
        second=keys % annotators,
        pictures=pictures.astype(np.int64),
        agreement=agreement,
        kappa=1.0 - ratio(1.0 - agreement, apart),
    )


def _joint_answers(ratings: Ratings) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Count what every two annotators answered to the same pictures.

    Returns:
        The pair's number, the answers of both, and how often: ``(j,)`` each.
    """
    order = np.lexsort((ratings.annotators, ratings.pictures))
    pictures, annotators = ratings.pictures[order], ratings.annotators[order]
    answers, classes = ratings.answers[order], max(1, ratings.class_count)
    keys, counts = np.zeros(0, dtype=np.int64), np.zeros(0)
    step = 1
    # A picture's answers stand next to each other: each meets the one `step` places on. They are
    # counted after each step, so that many answers a picture need no more memory than few.
    while (a := np.flatnonzero(pictures[:-step] == pictures[step:])).size:
        pair = annotators[a] * ratings.annotator_count + annotators[a + step]
        met = (pair * classes + answers[a]) * classes + answers[a + step]
        keys, place = np.unique(np.concatenate([keys, met]), return_inverse=True)
        counts = tally(place, keys.size, np.concatenate([counts, np.ones(met.size)]))
        step += 1
    return keys // classes**2, keys // classes % classes, keys % classes, counts


def _chance_agreement(
    pair: IntArray, one: IntArray, other: IntArray, counts: FloatArray, totals: FloatArray
) -> FloatArray:
    """Add up over classes the product of both annotators' shares, for each pair: ``(q,)``."""
    classes = 1 + max(int(one.max(initial=0)), int(other.max(initial=0)))
    keys, place = np.unique(
        np.concatenate([pair * classes + one, pair * classes + other]), return_inverse=True
    )
    rows = tally(place[: pair.size], keys.size, counts)
    columns = tally(place[pair.size :], keys.size, counts)
    return tally(keys // classes, totals.size, rows * columns) / np.square(totals)


def _common(
    first: npt.ArrayLike, second: npt.ArrayLike, class_count: int | None
) -> tuple[IntArray, IntArray, npt.NDArray[np.bool_], int]:
    one, other = np.asarray(first), np.asarray(second)
    if one.ndim != 1 or one.shape != other.shape:
        raise ValueError(
            f"first and second must have the same shape (n,), got {one.shape} and {other.shape}."
        )
    for name, answers in (("first", one), ("second", other)):
        if answers.size and not np.issubdtype(answers.dtype, np.integer):
            raise ValueError(f"{name} must hold integer class indices, got type {answers.dtype}.")
        if answers.size and answers.min() < -1:
            raise ValueError(
                f"{name} must hold indices from 0, or -1 for none, got {answers.min()}."
            )
    both = (one >= 0) & (other >= 0)
    return (
        *inputs.truth_and_predicted(one[both], other[both], class_count)[:2],
        both,
        (class_count or 1 + max(int(one.max(initial=0)), int(other.max(initial=0)))),
    )


def _distance(class_count: int, weighting: Weighting) -> FloatArray:
    if weighting not in get_args(Weighting):
        raise ValueError(
            f"weighting must be one of {', '.join(get_args(Weighting))}, got {weighting!r}."
        )
    places = np.arange(class_count, dtype=np.float64)
    apart = np.abs(places[:, None] - places[None, :])
    if weighting == "equal":
        return (apart > 0.0).astype(np.float64)
    return apart if weighting == "linear" else np.square(apart)
