"""Expected calibration error: how far the stated certainty is from the accuracy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import inputs
from fieldguide.metrics.reliability import sort_into_bins
from fieldguide.metrics.tally import ratio, tally
from fieldguide.types import FloatArray, IntArray

BINS = 15


def expected_calibration_error(
    truth: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    *,
    bins: int = BINS,
    weights: npt.ArrayLike | None = None,
) -> float:
    """Compute the mean gap between certainty and accuracy of the class given (top-label).

    Pictures are sorted into bins of equal width by their highest probability. The gap of a bin is
    the absolute difference of its accuracy and its mean probability; bins count by their pictures.
    With few pictures chance alone opens gaps: the figure is then too high, never too low.

    Args:
        truth: ``(n,)`` integers, ``0 <= index < k``.
        probabilities: ``(n, k)`` floats from 0 to 1, each row adding up to 1.
        bins: How many bins there are, at least 1.
        weights: ``(n,)``, how often each picture counts; None counts each once.

    Returns:
        From 0 (best) to 1; nan without pictures.

    Raises:
        ValueError: If the shapes, types or ranges are wrong, a value is nan or a row does not add
            up to 1.

    Source: Guo et al. (2017), On calibration of modern neural networks, ICML.

    Example:
        >>> round(expected_calibration_error([0, 0], [[0.9, 0.1], [0.9, 0.1]]), 6)
        0.1
    """
    true, rows = inputs.truth_and_probabilities(truth, probabilities)
    counted = inputs.picture_weights(weights, true.size)
    where, confidence, right = sort_into_bins(true, rows, bins)
    return float(np.abs(bin_gaps(where, right - confidence, counted, bins=bins)).sum())


def bin_gaps(
    where: IntArray, gaps: FloatArray, weights: FloatArray, *, bins: int = BINS
) -> FloatArray:
    """Compute what each bin adds to the error, with its sign, for many weights.

    Args:
        where: ``(n,)``, each picture's bin.
        gaps: ``(n,)``, 1 or 0 for right or wrong, less the highest probability.
        weights: ``(..., n)``.
        bins: How many bins there are.

    Returns:
        ``(..., bins)``, positive where the model is too modest; the absolute values add up to the
        error. nan without pictures.
    """
    return ratio(tally(where, bins, weights * gaps), np.sum(weights, axis=-1, keepdims=True))
