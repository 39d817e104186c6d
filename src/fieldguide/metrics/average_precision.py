"""Average precision: the area under the curve of precision over recall."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import inputs
from fieldguide.metrics.ranking import Ranking, accumulate, rank, weight_outside
from fieldguide.metrics.roc_auc import mean_of_defined
from fieldguide.metrics.tally import ratio
from fieldguide.types import FloatArray


def average_precision(
    truth: npt.ArrayLike, probabilities: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> float:
    """Compute the mean precision at each found picture, one class against the rest, averaged.

    It is the sum over thresholds of precision times the gain in recall, without interpolation. The
    mean goes over the classes that are in the truth, each counting the same. Where one class alone
    is in the truth every ranking would be perfect; it is left undefined, as ROC AUC is.

    Args:
        truth: ``(n,)`` integers, ``0 <= index < k``.
        probabilities: ``(n, k)`` floats from 0 to 1, each row adding up to 1.
        weights: ``(n,)``, how often each picture counts; None counts each once. A class whose
            pictures all weigh 0 is not in the truth.

    Returns:
        From 0 to 1; nan with fewer than two classes in the truth.

    Raises:
        ValueError: If the shapes, types or ranges are wrong, a value is nan or a row does not add
            up to 1.

    Source: Manning, Raghavan and Schuetze (2008), Introduction to Information Retrieval, ch. 8.

    Example:
        >>> average_precision([0, 1, 1], [[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]])
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
    """Compute the average precision of one class for many weights.

    Args:
        ranking: Of n pictures, m of them positives.
        weights: ``(r, n)``.
        sums: ``(r, n + 1)``, what ``accumulate`` gives for these weights.

    Returns:
        ``(r,)``; nan where the class or the rest has no weight.
    """
    mine = np.take(weights, ranking.positives, axis=1)
    found = np.zeros((mine.shape[0], mine.shape[1] + 1))
    np.cumsum(mine, axis=1, out=found[:, 1:])
    inside = found[:, -1]
    reached = inside[:, None] - np.take(found, ranking.positives_below, axis=1)
    listed = sums[:, -1:] - np.take(sums, ranking.below, axis=1)
    gained = np.zeros_like(mine)
    np.divide(mine * reached, listed, out=gained, where=mine > 0.0)
    area = np.clip(ratio(gained.sum(axis=1), inside), 0.0, 1.0)
    return np.where(weight_outside(sums, inside) > 0.0, area, np.nan)
