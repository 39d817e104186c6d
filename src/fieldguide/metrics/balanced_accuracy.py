"""Balanced accuracy: the mean recall of the classes that are in the truth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import class_counts, inputs
from fieldguide.metrics.class_counts import ClassCounts
from fieldguide.metrics.tally import ratio
from fieldguide.types import FloatArray


def balanced_accuracy(
    truth: npt.ArrayLike, predicted: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> float:
    """Compute the mean over the true classes of the fraction that was found.

    A class without pictures is left out, also where it was predicted; this is what sets it apart
    from macro recall, where such a class counts as 0.

    Args:
        truth: ``(n,)`` integers from 0, the true class of each picture.
        predicted: ``(n,)`` integers from 0, the class given to each picture.
        weights: ``(n,)``, how often each picture counts; None counts each once.

    Returns:
        From 0 to 1; nan without pictures.

    Raises:
        ValueError: If the shapes, types or ranges are wrong.

    Source: Brodersen et al. (2010), The balanced accuracy and its posterior distribution, ICPR.

    Example:
        >>> balanced_accuracy([0, 0, 0, 1], [0, 0, 0, 0])
        0.5
    """
    true, given, classes = inputs.truth_and_predicted(truth, predicted)
    counted = inputs.picture_weights(weights, true.size)
    return float(from_counts(class_counts.count(true, given, classes, counted)))


def from_counts(counts: ClassCounts) -> FloatArray:
    """Compute balanced accuracy from counts ``(..., k)``: ``(...)``, nan without pictures."""
    found = np.where(counts.support > 0.0, ratio(counts.right, counts.support), 0.0)
    present = (counts.support > 0.0).sum(axis=-1).astype(np.float64)
    return ratio(found.sum(axis=-1), present)
