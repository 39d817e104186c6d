"""The Brier score: the squared distance between the probabilities and the truth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import inputs
from fieldguide.metrics.tally import ratio
from fieldguide.types import FloatArray, IntArray

LARGEST = 2.0
"""The largest loss of a picture."""


def brier(
    truth: npt.ArrayLike, probabilities: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> float:
    """Compute the mean over pictures of the sum over classes of the squared error.

    This is Brier's own form for several classes. With two classes it is twice the score that is
    computed from the probability of one class alone.

    Args:
        truth: ``(n,)`` integers, ``0 <= index < k``.
        probabilities: ``(n, k)`` floats from 0 to 1, each row adding up to 1.
        weights: ``(n,)``, how often each picture counts; None counts each once.

    Returns:
        From 0 (best) to 2; nan without pictures.

    Raises:
        ValueError: If the shapes, types or ranges are wrong, a value is nan or a row does not add
            up to 1.

    Source: Brier (1950), Verification of forecasts expressed in terms of probability, Monthly
        Weather Review 78.

    Example:
        >>> brier([0, 1], [[0.5, 0.5], [0.5, 0.5]])
        0.5
    """
    true, rows = inputs.truth_and_probabilities(truth, probabilities)
    counted = inputs.picture_weights(weights, true.size)
    return float(ratio(counted @ losses(true, rows), counted.sum()))


def losses(truth: IntArray, probabilities: FloatArray) -> FloatArray:
    """Compute the squared error of each picture: ``(n,)`` from ``(n,)`` and ``(n, k)``."""
    given = probabilities[np.arange(truth.size), truth]
    others = np.square(probabilities).sum(axis=1) - np.square(given)
    # The difference of two rounded sums may lie a little below 0.
    loss: FloatArray = np.maximum(others, 0.0) + np.square(1.0 - given)
    return loss
