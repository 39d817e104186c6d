"""Compare two classifiers on the same pictures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from fieldguide.metrics import bootstrap
from fieldguide.types import IntArray

_LEVEL = 0.05


def is_better(
    a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_], clusters: IntArray, seed: int
) -> bool:
    """Whether classifier a is right more often than b, beyond chance.

    Two tests have to agree: the exact one on the pictures that only one of the two got right, which
    holds for few pictures, and the bootstrap over clusters, which holds where pictures belong
    together.

    Args:
        a: ``(n,)`` whether a was right on each picture.
        b: ``(n,)`` whether b was right on the same pictures.
        clusters: ``(n,)`` rows that belong together.
        seed: Draws the bootstrap samples.

    Source: McNemar (1947), Psychometrika 12; Field and Welsh (2007), JRSS B 69, for clusters.

    Example:
        >>> right = np.ones(40, bool)
        >>> is_better(right, ~right, np.arange(40), seed=0)
        True
        >>> is_better(right, right, np.arange(40), seed=0)
        False
    """
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    if only_a <= only_b or binomtest(only_a, only_a + only_b).pvalue >= _LEVEL:
        return False
    gain = a.astype(float) - b.astype(float)

    def mean(weights: npt.NDArray[np.float64]) -> float:
        return float(weights @ gain / weights.sum())

    bounds = bootstrap.interval(mean, len(gain), groups=clusters, seed=seed)
    return bounds is not None and bounds[0] > 0
