"""ROC AUC: how often a picture of a class gets a higher score for it than another picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import inputs
from fieldguide.metrics.ranking import Ranking, accumulate, rank, weight_outside
from fieldguide.metrics.tally import ratio
from fieldguide.types import FloatArray


def roc_auc(
    truth: npt.ArrayLike, probabilities: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> float:
    """Compute the area under the ROC curve, one class against the rest, averaged over classes.

    The mean goes over the classes that are in the truth, each counting the same. Ties count half.

    Args:
        truth: ``(n,)`` integers, ``0 <= index < k``.
        probabilities: ``(n, k)`` floats from 0 to 1, each row adding up to 1.
        weights: ``(n,)``, how often each picture counts; None counts each once. A class whose
            pictures all weigh 0 is not in the truth.

    Returns:
        From 0 to 1, 0.5 for chance; nan with fewer than two classes in the truth.

    Raises:
        ValueError: If the shapes, types or ranges are wrong, a value is nan or a row does not add
            up to 1.

    Source: Hanley and McNeil (1982), The meaning and use of the area under a receiver operating
        characteristic (ROC) curve, Radiology 143.

    Example:
        >>> roc_auc([0, 1, 1], [[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]])
        1.0
    """
    true, rows = inputs.truth_and_probabilities(truth, probabilities)
    counted = inputs.picture_weights(weights, true.size)[None, :]
    areas = np.full((1, rows.shape[1]), np.nan)
    for c in np.unique(true):
        ranking = rank(rows[:, c], true == c)
        areas[:, c] = from_ranking(ranking, counted, accumulate(ranking, counted))
    return float(mean_of_defined(areas)[0])


def from_ranking(ranking: Ranking, weights: FloatArray, sums: FloatArray) -> FloatArray:
    """Compute the area of one class for many weights.

    Args:
        ranking: Of n pictures.
        weights: ``(r, n)``.
        sums: ``(r, n + 1)``, what ``accumulate`` gives for these weights.

    Returns:
        ``(r,)``; nan where the class or the rest has no weight.
    """
    mine = np.take(weights, ranking.positives, axis=1)
    inside = mine.sum(axis=1)
    middle = np.take(sums, ranking.below, axis=1) + np.take(sums, ranking.up_to, axis=1)
    # Among themselves the positives win half of their pairs, whatever their order, so that is
    # taken off and only one running sum, over all pictures, is needed.
    won = 0.5 * (np.einsum("rm,rm->r", mine, middle) - np.square(inside))
    return np.clip(ratio(won, inside * weight_outside(sums, inside)), 0.0, 1.0)


def mean_of_defined(values: FloatArray) -> FloatArray:
    """Average ``(r, k)`` over the classes that have a value: ``(r,)``, nan where none has."""
    defined = ~np.isnan(values)
    total = np.where(defined, values, 0.0).sum(axis=1)
    return ratio(total, defined.sum(axis=1).astype(np.float64))
