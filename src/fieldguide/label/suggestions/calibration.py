"""Cross-validated scores of labelled pictures, and what makes probabilities of them honest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from fieldguide.label.suggestions.discriminant import STRENGTHS, Rows, fit_all
from fieldguide.models.heads import temperature
from fieldguide.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Calibration:
    """How sure a method may be.

    Attributes:
        temperature: What its log-scores are divided by.
        loss: Mean negative log likelihood of pictures that it did not learn from, with it.
        strength: Of the discriminant; of no meaning for other methods.
    """

    temperature: float
    loss: float
    strength: float = 1.0


def folds(classes: IntArray, groups: IntArray, *, seed: int = 0) -> IntArray:
    """Deal pictures into parts for cross-validation, each class evenly, each group whole.

    Pictures of one group, as copies of one photograph are, would tell each other's class.

    Args:
        classes: ``(n,)``, the class of each picture.
        groups: ``(n,)``, equal for what must stay together.
        seed: Of the order in which groups are dealt.

    Returns:
        ``(n,)`` numbers of parts: ten up to 60 pictures, five beyond, never more than groups.
    """
    _, first, place = np.unique(groups, return_index=True, return_inverse=True)
    parts = min(10 if len(classes) <= 60 else 5, len(first))
    mixed = np.random.default_rng(seed).permutation(len(first))
    order = mixed[np.argsort(classes[first[mixed]], kind="stable")]
    part = np.empty(len(first), np.int64)
    part[order] = np.arange(len(first)) % max(parts, 1)
    found: IntArray = part[place]
    return found


def of_discriminant(rows: Rows, classes: IntArray, groups: IntArray, *, count: int) -> Calibration:
    """Choose the discriminant's strength and temperature by cross-validation.

    Args:
        rows: ``(n, dimensions)`` float32.
        classes: ``(n,)``, from 0 to ``count - 1``, of at least two kinds.
        groups: ``(n,)``, equal for what must stay together.
        count: How many classes there are.
    """
    part = folds(classes, groups)
    scores = np.zeros((len(STRENGTHS), len(rows), count), np.float32)
    for number in range(part.max() + 1):
        out = part == number
        if out.all():
            continue
        for place, head in enumerate(fit_all(rows[~out], classes[~out], count=count)):
            scores[place, out] = head.log_scores(rows[out])
    tried = [
        _calibrated(found, classes, strength)
        for found, strength in zip(scores, STRENGTHS, strict=True)
    ]
    return min(tried, key=lambda found: found.loss)


def of_scores(
    scorer: Callable[[npt.NDArray[np.bool_]], FloatArray], classes: IntArray, groups: IntArray
) -> Calibration:
    """Calibrate any method by cross-validation.

    Args:
        scorer: From which pictures are learned from, ``(n,)`` bool, to the log-scores of all,
            ``(n, count)``.
        classes: ``(n,)``, the class of each picture.
        groups: ``(n,)``, equal for what must stay together.
    """
    part = folds(classes, groups)
    found: FloatArray | None = None
    for number in range(part.max() + 1):
        out = part == number
        scores = scorer(~out)
        found = np.zeros_like(scores) if found is None else found
        found[out] = scores[out]
    if found is None:
        raise ValueError("There is no picture to calibrate with.")
    return _calibrated(found, classes, 1.0)


def _calibrated(
    scores: npt.NDArray[np.floating], classes: IntArray, strength: float
) -> Calibration:
    found = scores.astype(np.float64)
    best = temperature.fit_temperature(found, classes)
    return Calibration(best, temperature.loss(found, classes, best), strength)


def probabilities(scores: npt.NDArray[np.floating], temperature_: float) -> npt.NDArray[np.float32]:
    """Turn log-scores ``(n, count)`` into probabilities ``(n, count)`` float32."""
    found: npt.NDArray[np.float32] = softmax(
        scores.astype(np.float32) / np.float32(temperature_), axis=1
    )
    return found
