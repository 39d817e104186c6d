"""Intervals of proportions that stay honest where all is right or pictures are grouped."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from fieldguide.types import FloatArray, IntArray


def wilson(
    share: FloatArray | float, size: FloatArray | float, level: float
) -> tuple[FloatArray, FloatArray]:
    """Compute Wilson's score interval.

    Args:
        share: ``(...)``, the proportions found, from 0 to 1, or nan.
        size: ``(...)``, of how many independent pictures; not negative, may be a fraction.
        level: How likely the interval should hold the truth, between 0 and 1.

    Returns:
        Lower and upper bounds, ``(...)`` each; nan where the size is 0 or the proportion is nan.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference,
        Journal of the American Statistical Association 22.

    Example:
        >>> low, high = wilson(1.0, 50.0, 0.95)
        >>> round(float(low), 3), float(high)
        (0.929, 1.0)
    """
    p, n = np.broadcast_arrays(np.asarray(share, np.float64), np.asarray(size, np.float64))
    n = np.where(n > 0.0, n, np.nan)
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    stretch = 1.0 + z**2 / n
    centre = (p + z**2 / (2.0 * n)) / stretch
    half = z * np.sqrt(p * (1.0 - p) / n + z**2 / (4.0 * n**2)) / stretch
    # At 0 and 1 the formula gives the bound itself; rounding must not move it inwards.
    low = np.where(p <= 0.0, 0.0, np.clip(centre - half, 0.0, 1.0))
    high = np.where(p >= 1.0, 1.0, np.clip(centre + half, 0.0, 1.0))
    unknown = np.isnan(n) | np.isnan(p)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def design_effect(hits: FloatArray, codes: IntArray) -> float:
    """Estimate how many pictures of a group are worth as much as one picture that stands alone.

    It is the variance of the proportion when whole groups are drawn, over its variance were all
    pictures independent. Few mistakes say little about whether mistakes come in groups, and none
    say nothing. So the ratio is drawn towards the worst case, that a group is right or wrong as a
    whole, with the weight of one picture; that case is Kish's ``sum(m**2) / sum(m)`` for groups of
    m pictures. Without mistakes it is the worst case; without groups it is exactly 1.

    Args:
        hits: ``(n,)``, 1 for right and 0 for wrong.
        codes: ``(n,)``, the group of each picture, from 0; gaps are allowed.

    Returns:
        At least 1; n divided by it is the effective number of pictures.

    Source: Kish (1965), Survey Sampling, ch. 5 and 8; the weight of one picture is our own choice.

    Example:
        >>> design_effect(np.ones(6), np.array([0, 0, 0, 1, 1, 1]))
        3.0
    """
    if not hits.size:
        return 1.0
    share = hits.mean()
    sizes = np.bincount(codes)
    worst = np.square(sizes).sum() / hits.size
    between = np.square(np.bincount(codes, weights=hits - share)).sum()
    alone = hits.size * share * (1.0 - share)
    return max(1.0, float((between + worst) / (alone + 1.0)))


def effective_size(hits: FloatArray, codes: IntArray) -> float:
    """Compute how many independent pictures these are worth: n over the design effect."""
    return hits.size / design_effect(hits, codes)


def bounds_of_mean(
    values: FloatArray,
    bounds: tuple[FloatArray, FloatArray],
    shares: FloatArray,
    *,
    inflation: float = 1.0,
) -> tuple[FloatArray, FloatArray]:
    """Combine the intervals of several proportions into the interval of their weighted mean.

    The distances from value to bound are added as variances are, each side by itself.

    Args:
        values: ``(k,)``.
        bounds: Lower and upper bounds, ``(k,)`` each.
        shares: ``(k,)``, the weights of the mean; they add up to 1.
        inflation: Factor on the variance, for proportions that are not independent.

    Returns:
        Lower and upper bound, ``(1,)`` each, within 0 and 1.

    Source: Zou and Donner (2008), Construction of confidence limits about effect measures: a
        general approach, Statistics in Medicine 27 (MOVER).
    """
    mean = np.sum(shares * values, keepdims=True)
    down, up = (
        np.sqrt(inflation * np.sum(np.square(shares * (values - bound)), keepdims=True))
        for bound in bounds
    )
    return np.maximum(0.0, mean - down), np.minimum(1.0, mean + up)
