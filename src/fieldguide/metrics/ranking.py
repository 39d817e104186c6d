"""One class's pictures in the order of its score, sorted once and weighted many times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldguide.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Ranking:
    """The order of n pictures by the score of one class, of which m belong to it ("positives").

    Attributes:
        order: ``(n,)``, the pictures from the lowest score to the highest.
        positives: ``(m,)``, the positives from the lowest score to the highest.
        below: ``(m,)``, how many pictures score lower than each positive.
        up_to: ``(m,)``, how many pictures score at most as high, the positive itself included.
        positives_below: ``(m,)``, how many positives score lower.
    """

    order: IntArray
    positives: IntArray
    below: IntArray
    up_to: IntArray
    positives_below: IntArray


def rank(scores: FloatArray, positive: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ranking:
    """Sort the pictures of one class.

    Args:
        scores: ``(n,)``; equal scores are ties.
        positive: ``(n,)``, whether the picture belongs to the class.

    Returns:
        The order, and where in it the positives stand.
    """
    order = np.argsort(scores, kind="stable").astype(np.int64)
    ordered = scores[order]
    positives = order[positive[order]]
    found = scores[positives]
    return Ranking(
        order=order,
        positives=positives,
        below=np.searchsorted(ordered, found, side="left").astype(np.int64),
        up_to=np.searchsorted(ordered, found, side="right").astype(np.int64),
        positives_below=np.searchsorted(found, found, side="left").astype(np.int64),
    )


def accumulate(ranking: Ranking, weights: FloatArray) -> FloatArray:
    """Add up weights in the order of the score.

    Args:
        ranking: Of n pictures.
        weights: ``(r, n)``, one row for each resampling.

    Returns:
        ``(r, n + 1)``: entry ``i`` is the weight of the ``i`` lowest pictures.
    """
    sums = np.zeros((weights.shape[0], weights.shape[1] + 1))
    np.cumsum(np.take(weights, ranking.order, axis=1), axis=1, out=sums[:, 1:])
    return sums


def weight_outside(sums: FloatArray, inside: FloatArray) -> FloatArray:
    """Compute the weight of the pictures that are not positives.

    Args:
        sums: ``(r, n + 1)``, what ``accumulate`` gives.
        inside: ``(r,)``, the weight of the positives.

    Returns:
        ``(r,)``, not negative.
    """
    total = sums[:, -1]
    outside = total - inside
    # The two sums were added in different orders: what is left of nothing may be a rounding error.
    return np.where(outside > 1e-9 * total, outside, 0.0)
