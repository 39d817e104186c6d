"""The studentised bootstrap of a mean loss, whose few large values the percentiles underrate.

A loss is mostly small and rarely large. A sample that happens to hold few of the large ones has a
mean that is too low and a spread that is too small, both at once. Here each drawing is measured in
units of its own standard error, which sees the two together.

A drawing without any of the large losses has next to no spread, and the bounds can run off. Losses
are bounded, and none of the same mean vary more than those that are either 0 or the largest, so the
bounds end where Wilson's interval for that proportion does.

Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 12 (bootstrap-t).
"""

from __future__ import annotations

import numpy as np

from fieldguide.metrics import bootstrap
from fieldguide.metrics.proportion import effective_size, wilson
from fieldguide.metrics.tally import ratio
from fieldguide.types import FloatArray, IntArray


def interval(
    losses: FloatArray, largest: float, codes: IntArray, *, repeats: int, level: float, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Compute the interval of a mean when whole groups are drawn.

    Args:
        losses: ``(n,)``, from 0 to ``largest``.
        largest: The largest loss that there can be.
        codes: ``(n,)``, the group of each picture, from 0 without gaps; at least 2 groups.
        repeats: How many drawings.
        level: How likely the interval should hold the truth, between 0 and 1.
        seed: Of the drawings.

    Returns:
        Lower and upper bound, ``(1,)`` each, from 0 to ``largest``; nan where all groups have the
        same mean, so that there is no spread to measure by.
    """
    first = np.unique(codes, return_index=True)[1]
    sizes: FloatArray = np.bincount(codes).astype(np.float64)
    mean = losses.mean(keepdims=True)
    excess: FloatArray = np.bincount(codes, weights=losses - mean).astype(np.float64)
    _, error = _shift_and_error(np.ones((1, first.size)), excess, sizes)
    units = []
    for weights in bootstrap.drawings(codes, repeats=repeats, seed=seed):
        shift, spread = _shift_and_error(weights[:, first], excess, sizes)
        units.append(ratio(shift, np.maximum(spread, 1e-9 * error)))
    low, high = bootstrap.percentiles(np.concatenate(units)[:, None], level)
    share = np.minimum(losses / largest, 1.0)
    least, most = wilson(share.mean(), effective_size(share, codes), level)
    return (
        np.maximum(mean - high * error, largest * least),
        np.minimum(mean - low * error, largest * most),
    )


def _shift_and_error(
    counts: FloatArray, excess: FloatArray, sizes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    total = counts @ sizes
    shift = counts @ excess / total
    squares = (
        counts @ np.square(excess)
        - 2.0 * shift * (counts @ (excess * sizes))
        + np.square(shift) * (counts @ np.square(sizes))
    )
    return shift, np.sqrt(np.maximum(squares, 0.0)) / total
