"""Precision: of the pictures that were given a class, the fraction that belongs to it."""

from __future__ import annotations

import numpy.typing as npt

from fieldguide.metrics import class_counts, inputs
from fieldguide.metrics.class_counts import ClassCounts
from fieldguide.metrics.tally import ratio
from fieldguide.types import FloatArray


def precision(
    truth: npt.ArrayLike,
    predicted: npt.ArrayLike,
    *,
    class_count: int | None = None,
    weights: npt.ArrayLike | None = None,
) -> FloatArray:
    """Compute the precision of each class.

    Args:
        truth: ``(n,)`` integers, ``0 <= index < class_count``.
        predicted: ``(n,)`` integers, ``0 <= index < class_count``.
        class_count: How many classes there are, k; None takes one more than the largest index.
        weights: ``(n,)``, how often each picture counts; None counts each once.

    Returns:
        ``(k,)`` float64 from 0 to 1; nan for a class that was never predicted.

    Raises:
        ValueError: If the shapes, types or ranges are wrong.

    Example:
        >>> precision([0, 0, 1, 1], [0, 0, 0, 1], class_count=3)
        array([0.66666667, 1.        ,        nan])
    """
    return from_counts(_counts(truth, predicted, class_count, weights))


def macro_precision(
    truth: npt.ArrayLike, predicted: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> float:
    """Compute the mean precision of the classes, each counting the same.

    Classes that are neither in the truth nor in the predictions are left out; a class that is
    in the truth but was never predicted counts as 0.

    Args:
        truth: ``(n,)`` integers from 0, the true class of each picture.
        predicted: ``(n,)`` integers from 0, the class given to each picture.
        weights: ``(n,)``, how often each picture counts; None counts each once. A class whose
            pictures all weigh 0 is absent.

    Returns:
        From 0 to 1; nan without pictures.

    Raises:
        ValueError: If the shapes, types or ranges are wrong.
    """
    counts = _counts(truth, predicted, None, weights)
    return float(class_counts.macro_average(from_counts(counts), counts))


def weighted_precision(
    truth: npt.ArrayLike, predicted: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> float:
    """Compute the mean precision of the classes, each counting by its number of true pictures.

    A class that is in the truth but was never predicted counts as 0.

    Args:
        truth: ``(n,)`` integers from 0, the true class of each picture.
        predicted: ``(n,)`` integers from 0, the class given to each picture.
        weights: ``(n,)``, how often each picture counts; None counts each once.

    Returns:
        From 0 to 1; nan without pictures.

    Raises:
        ValueError: If the shapes, types or ranges are wrong.
    """
    counts = _counts(truth, predicted, None, weights)
    return float(class_counts.support_average(from_counts(counts), counts))


def from_counts(counts: ClassCounts) -> FloatArray:
    """Compute the precision of each class from counts: ``(..., k)``, nan where undefined."""
    return ratio(counts.right, counts.predicted)


def _counts(
    truth: npt.ArrayLike,
    predicted: npt.ArrayLike,
    class_count: int | None,
    weights: npt.ArrayLike | None,
) -> ClassCounts:
    true, given, classes = inputs.truth_and_predicted(truth, predicted, class_count)
    counted = inputs.picture_weights(weights, true.size)
    return class_counts.count(true, given, classes, counted)
