"""Log-loss: the mean negative logarithm of the probability of the true class."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import inputs
from fieldguide.metrics.tally import ratio
from fieldguide.types import FloatArray, IntArray

SMALLEST = float(np.finfo(np.float64).eps)
"""Smaller probabilities are raised to it: one certain mistake costs 36 and not infinity."""

LARGEST = -math.log(SMALLEST)
"""The largest loss of a picture."""


def log_loss(
    truth: npt.ArrayLike, probabilities: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> float:
    """Compute the mean loss in nats; smaller is better.

    Args:
        truth: ``(n,)`` integers, ``0 <= index < k``.
        probabilities: ``(n, k)`` floats from 0 to 1, each row adding up to 1.
        weights: ``(n,)``, how often each picture counts; None counts each once.

    Returns:
        From 0 to about 36; ``log(k)`` for a model that knows nothing; nan without pictures.

    Raises:
        ValueError: If the shapes, types or ranges are wrong, a value is nan or a row does not add
            up to 1.

    Source: Good (1952), Rational decisions, Journal of the Royal Statistical Society B 14.

    Example:
        >>> round(log_loss([0, 1], [[0.5, 0.5], [0.5, 0.5]]), 4)
        0.6931
    """
    true, rows = inputs.truth_and_probabilities(truth, probabilities)
    counted = inputs.picture_weights(weights, true.size)
    return float(ratio(counted @ losses(true, rows), counted.sum()))


def losses(truth: IntArray, probabilities: FloatArray) -> FloatArray:
    """Compute the loss of each picture: ``(n,)`` from ``(n,)`` and ``(n, k)``."""
    given = probabilities[np.arange(truth.size), truth]
    return -np.log(np.clip(given, SMALLEST, 1.0))
