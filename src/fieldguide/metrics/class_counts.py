"""What precision, recall and F1 are computed from: three counts a class, and their averages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldguide.metrics.tally import ratio, tally
from fieldguide.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """Counts of pictures (sums of their weights), each float64 ``(..., k)``.

    Attributes:
        right: Pictures of the class that were given the class.
        support: Pictures of the class.
        predicted: Pictures that were given the class.
    """

    right: FloatArray
    support: FloatArray
    predicted: FloatArray


def count(
    truth: IntArray, predicted: IntArray, class_count: int, weights: FloatArray
) -> ClassCounts:
    """Count per class.

    Args:
        truth: ``(n,)``, ``0 <= index < class_count``.
        predicted: ``(n,)``, ``0 <= index < class_count``.
        class_count: How many classes there are, k.
        weights: ``(..., n)``, not negative; one row for each resampling.

    Returns:
        Counts of shape ``(..., k)``.
    """
    hits = truth == predicted
    return ClassCounts(
        right=tally(truth[hits], class_count, weights[..., hits]),
        support=tally(truth, class_count, weights),
        predicted=tally(predicted, class_count, weights),
    )


def macro_average(values: FloatArray, counts: ClassCounts) -> FloatArray:
    """Average over classes, each counting the same.

    A class that is neither in the truth nor in the predictions is left out. A class that is in one
    of them but whose value is undefined counts as 0: never to find a class is no merit.

    Args:
        values: ``(..., k)``, nan where undefined.
        counts: Of the same shape.

    Returns:
        ``(...)``; nan where no class is present.
    """
    present = counts.support + counts.predicted > 0.0
    known = np.where(present & ~np.isnan(values), values, 0.0)
    return ratio(known.sum(axis=-1), present.sum(axis=-1).astype(np.float64))


def support_average(values: FloatArray, counts: ClassCounts) -> FloatArray:
    """Average over classes, each counting by its number of true pictures.

    An undefined value of a class that is in the truth counts as 0.

    Args:
        values: ``(..., k)``, nan where undefined.
        counts: Of the same shape.

    Returns:
        ``(...)``; nan where there are no pictures.
    """
    known = np.where(np.isnan(values), 0.0, values)
    return ratio((known * counts.support).sum(axis=-1), counts.support.sum(axis=-1))
