"""The confusion matrix: how often each true class was given each class."""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import inputs
from fieldguide.types import FloatArray, IntArray


@overload
def confusion_matrix(
    truth: npt.ArrayLike, predicted: npt.ArrayLike, *, class_count: int | None = None
) -> IntArray: ...


@overload
def confusion_matrix(
    truth: npt.ArrayLike,
    predicted: npt.ArrayLike,
    *,
    class_count: int | None = None,
    weights: npt.ArrayLike,
) -> FloatArray: ...


def confusion_matrix(
    truth: npt.ArrayLike,
    predicted: npt.ArrayLike,
    *,
    class_count: int | None = None,
    weights: npt.ArrayLike | None = None,
) -> IntArray | FloatArray:
    """Count the pictures of each true class (row) that were given each class (column).

    Args:
        truth: ``(n,)`` integers, ``0 <= index < class_count``.
        predicted: ``(n,)`` integers, ``0 <= index < class_count``.
        class_count: How many classes there are, k; None takes one more than the largest index.
        weights: ``(n,)``, how often each picture counts; None counts each once.

    Returns:
        ``(k, k)``: int64 counts, or float64 sums of the weights where those are given; zeros
        without pictures.

    Raises:
        ValueError: If the shapes, types or ranges are wrong.

    Example:
        >>> confusion_matrix([0, 0, 1], [0, 1, 1])
        array([[1, 1],
               [0, 1]])
    """
    true, given, classes = inputs.truth_and_predicted(truth, predicted, class_count)
    cells = true * classes + given
    if weights is None:
        return np.bincount(cells, minlength=classes**2).reshape(classes, classes)
    counted = inputs.picture_weights(weights, true.size)
    return np.bincount(cells, weights=counted, minlength=classes**2).reshape(classes, classes)
