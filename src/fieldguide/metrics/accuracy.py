"""Accuracy: the fraction of pictures that were given their true class."""

from __future__ import annotations

import numpy.typing as npt

from fieldguide.metrics import inputs
from fieldguide.metrics.class_counts import ClassCounts
from fieldguide.metrics.tally import ratio
from fieldguide.types import FloatArray


def accuracy(
    truth: npt.ArrayLike, predicted: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> float:
    """Compute the fraction of right answers.

    Args:
        truth: ``(n,)`` integers from 0, the true class of each picture.
        predicted: ``(n,)`` integers from 0, the class given to each picture.
        weights: ``(n,)``, how often each picture counts; None counts each once.

    Returns:
        From 0 to 1; nan without pictures.

    Raises:
        ValueError: If the shapes, types or ranges are wrong.

    Example:
        >>> accuracy([0, 1, 2, 2], [0, 1, 1, 2])
        0.75
    """
    true, given, _ = inputs.truth_and_predicted(truth, predicted)
    counted = inputs.picture_weights(weights, true.size)
    return float(ratio(counted[true == given].sum(keepdims=True), counted.sum(keepdims=True))[0])


def from_counts(counts: ClassCounts) -> FloatArray:
    """Compute accuracy from counts ``(..., k)``: ``(...)``, nan without pictures."""
    return ratio(counts.right.sum(axis=-1), counts.support.sum(axis=-1))
