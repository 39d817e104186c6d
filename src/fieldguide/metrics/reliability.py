"""Reliability: how often the model is right where it says how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import inputs
from fieldguide.metrics.tally import ratio, tally
from fieldguide.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Pictures whose highest probability lies in ``[low, high)``; the last bin includes 1.

    Attributes:
        low: Lower edge.
        high: Upper edge.
        count: How many pictures there are.
        confidence: Mean of their highest probability; nan without pictures.
        accuracy: Fraction of them that was given the true class; nan without pictures.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(
    truth: npt.ArrayLike, probabilities: npt.ArrayLike, *, bins: int = 10
) -> tuple[ReliabilityBin, ...]:
    """Sort the pictures into bins of equal width by the probability of the class given.

    Args:
        truth: ``(n,)`` integers, ``0 <= index < k``.
        probabilities: ``(n, k)`` floats from 0 to 1, each row adding up to 1. The class given is
            the one of highest probability, the first of equals.
        bins: How many bins there are, at least 1.

    Returns:
        The bins from 0 to 1; all are there, also the empty ones.

    Raises:
        ValueError: If the shapes, types or ranges are wrong, a value is nan or a row does not add
            up to 1.

    Source: DeGroot and Fienberg (1983), The comparison and evaluation of forecasters, The
        Statistician 32.

    Example:
        >>> reliability([0, 1], [[0.75, 0.25], [0.75, 0.25]], bins=2)[1]
        ReliabilityBin(low=0.5, high=1.0, count=2, confidence=0.75, accuracy=0.5)
    """
    true, rows = inputs.truth_and_probabilities(truth, probabilities)
    where, confidence, right = sort_into_bins(true, rows, bins)
    counts = tally(where, bins, np.ones(true.size))
    means = ratio(tally(where, bins, confidence), counts)
    hits = ratio(tally(where, bins, right), counts)
    edges = np.linspace(0.0, 1.0, bins + 1)
    return tuple(
        ReliabilityBin(
            low=float(edges[b]),
            high=float(edges[b + 1]),
            count=int(counts[b]),
            confidence=float(means[b]),
            accuracy=float(hits[b]),
        )
        for b in range(bins)
    )


def sort_into_bins(
    truth: IntArray, probabilities: FloatArray, bins: int
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Find each picture's bin.

    Args:
        truth: ``(n,)``.
        probabilities: ``(n, k)``.
        bins: How many bins of equal width there are, at least 1.

    Returns:
        The bin, the highest probability, and 1 where the class given is true: ``(n,)`` each.

    Raises:
        ValueError: If there is less than one bin.
    """
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins}.")
    confidence = probabilities.max(axis=1, initial=0.0)
    right = (probabilities.argmax(axis=1) == truth).astype(np.float64)
    inner = np.linspace(0.0, 1.0, bins + 1)[1:-1]
    where = np.searchsorted(inner, confidence, side="right").astype(np.int64)
    return where, confidence, right
