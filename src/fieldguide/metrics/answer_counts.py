"""How often each class was chosen for each picture that has two answers or more.

Pictures with fewer say nothing about agreement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from fieldguide.metrics import inputs
from fieldguide.metrics.ratings import Ratings
from fieldguide.metrics.tally import tally
from fieldguide.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """How often each class was chosen for each picture that has two answers or more.

    Attributes:
        kept: ``(p,)``, the pictures with two answers or more, ascending.
        totals: ``(p,)`` float64, how many answers each of them has.
        rows: ``(c,)``, for each class that was chosen for a picture: where the picture is in
            ``kept``, ascending.
        classes: ``(c,)``, the class, ascending within a picture.
        counts: ``(c,)`` float64, how many chose it, at least 1.
        class_count: How many classes there are.
    """

    kept: IntArray
    totals: FloatArray
    rows: IntArray
    classes: IntArray
    counts: FloatArray
    class_count: int


def count_answers(ratings: Ratings) -> AnswerCounts:
    """Count how often each class was chosen for each picture that has two answers or more."""
    classes = max(1, ratings.class_count)
    keys, counts = np.unique(ratings.pictures * classes + ratings.answers, return_counts=True)
    totals = np.bincount(ratings.pictures, minlength=ratings.picture_count)
    kept = np.flatnonzero(totals >= 2).astype(np.int64)
    within = totals[keys // classes] >= 2
    place = np.cumsum(totals >= 2) - 1
    return AnswerCounts(
        kept=kept,
        totals=totals[kept].astype(np.float64),
        rows=place[keys[within] // classes].astype(np.int64),
        classes=keys[within] % classes,
        counts=counts[within].astype(np.float64),
        class_count=ratings.class_count,
    )


def alike_shares(counts: AnswerCounts) -> FloatArray:
    """Compute for each kept picture the share of pairs of answers that are alike: ``(p,)``."""
    pairs = tally(counts.rows, counts.kept.size, counts.counts * (counts.counts - 1.0))
    return pairs / (counts.totals * (counts.totals - 1.0))


def sum_by_class(counts: AnswerCounts, values: FloatArray, weights: FloatArray) -> FloatArray:
    """Add up ``(c,)`` values by class for weights ``(r, p)`` of the kept pictures: ``(r, k)``."""
    table = sparse.csr_array(
        (values, (counts.classes, counts.rows)), shape=(counts.class_count, counts.kept.size)
    )
    return np.asarray(table @ weights.T, dtype=np.float64).T


def cells_of_classes(counts: AnswerCounts) -> list[IntArray]:
    """Find for each class where it stands among the counts."""
    order = np.argsort(counts.classes, kind="stable").astype(np.int64)
    edges = np.searchsorted(counts.classes[order], np.arange(1, counts.class_count))
    return np.split(order, edges) if counts.class_count else []


def kept_weights(
    counts: AnswerCounts, ratings: Ratings, weights: npt.ArrayLike | None
) -> FloatArray:
    """Check the weights of all pictures and return those of the kept ones: ``(1, p)``."""
    return inputs.picture_weights(weights, ratings.picture_count)[counts.kept][None, :]


def kept_codes(counts: AnswerCounts, ratings: Ratings, groups: npt.ArrayLike | None) -> IntArray:
    """Check the groups of all pictures and number those of the kept ones: ``(p,)``."""
    codes = inputs.group_codes(groups, ratings.picture_count)[counts.kept]
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def one_of_each_kind(counts: AnswerCounts) -> tuple[AnswerCounts, FloatArray]:
    """Keep one picture of those whose answers are equal, and count them: ``(u,)``."""
    answers = np.unique(
        counts.classes * (1 + int(counts.counts.max(initial=0.0))) + counts.counts.astype(np.int64),
        return_inverse=True,
    )[1]
    widths = np.bincount(counts.rows, minlength=counts.kept.size)
    place = np.arange(counts.rows.size) - (np.cumsum(widths) - widths)[counts.rows]
    kinds = np.zeros(counts.kept.size, dtype=np.int64)
    for column in range(int(widths.max(initial=0))):
        here = place == column
        code = np.zeros(counts.kept.size, dtype=np.int64)
        code[counts.rows[here]] = 1 + answers[here]
        keys = kinds * (2 + int(answers.max(initial=0))) + code
        kinds = np.unique(keys, return_inverse=True)[1].astype(np.int64)
    first, often = np.unique(kinds, return_index=True, return_counts=True)[1:]
    first, often = np.sort(first), often[np.argsort(first)]
    within = np.isin(counts.rows, first)
    one_each = AnswerCounts(
        kept=counts.kept[first],
        totals=counts.totals[first],
        rows=np.searchsorted(first, counts.rows[within]).astype(np.int64),
        classes=counts.classes[within],
        counts=counts.counts[within],
        class_count=counts.class_count,
    )
    return one_each, often.astype(np.float64)
