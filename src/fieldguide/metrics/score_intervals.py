"""Intervals that do not collapse: what the bootstrap cannot see where no mistake occurred.

If 50 of 50 pictures are right, every drawing of the bootstrap is right, and its interval is [1, 1].
Wilson's interval of the same 50 begins at 0.93. Here each figure that is made of proportions gets
such an interval, on the effective number of pictures (see ``proportion.design_effect``):

- accuracy, precision and recall are proportions of pictures;
- F1 is ``2 j / (1 + j)``, where j is the proportion of right ones among the pictures that are of
  the class or were given it; its bounds are those of j, put through the same formula;
- balanced accuracy and the averages over classes combine the intervals of the classes. Of k one
  against the rest, only k - 1 are independent where one mistake counts for two classes (F1) or the
  scores add up to 1 (the areas): the variance is raised by ``k / (k - 1)``;
- the ROC AUC of a class of m pictures among n others is taken for a proportion of
  ``3 m n / (m + n)`` pictures, for which the binomial variance is at least that of Hanley and
  McNeil; average precision for one of m pictures. Both m and n are divided by the design effect of
  the right and wrong answers.

An undefined value that counts as 0 in an average could be anything, so its bounds are 0 and 1.

Source: Hanley and McNeil (1982), The meaning and use of the area under a receiver operating
    characteristic (ROC) curve, Radiology 143. Boyd, Eng and Page (2013), Area under the
    precision-recall curve: point estimates and confidence intervals, ECML PKDD.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldguide.metrics.class_counts import ClassCounts
from fieldguide.metrics.figures import Answers, ClassMetric, Figures, Metric
from fieldguide.metrics.proportion import (
    bounds_of_mean,
    design_effect,
    effective_size,
    wilson,
)
from fieldguide.types import FloatArray, IntArray

Bounds = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class ScoreIntervals:
    """Lower and upper bounds.

    Attributes:
        metrics: ``(1,)`` each, for the metrics that are made of proportions and are defined.
        per_class: ``(k,)`` each; nan where the value is undefined.
    """

    metrics: dict[Metric, Bounds]
    per_class: dict[ClassMetric, Bounds]


def of_answers(answers: Answers, codes: IntArray, level: float) -> ScoreIntervals:
    """Compute the intervals.

    Args:
        answers: Of n pictures.
        codes: ``(n,)``, the group of each picture, from 0.
        level: How likely each interval should hold the truth, between 0 and 1.

    Returns:
        The intervals; no metrics without pictures.
    """
    once = np.ones((1, answers.truth.size))
    values, counts = answers.figures(once), answers.count(once)
    per_class = _of_classes(answers, codes, level)
    if not answers.truth.size:
        return ScoreIntervals({}, per_class)
    hits = (answers.truth == answers.predicted).astype(np.float64)
    share = hits.mean(keepdims=True)
    metrics: dict[Metric, Bounds] = {"accuracy": wilson(share, effective_size(hits, codes), level)}
    metrics |= _of_averages(values, counts, per_class)
    metrics |= _of_areas(values, counts, design_effect(hits, codes), level)
    return ScoreIntervals(metrics, per_class)


def _of_classes(answers: Answers, codes: IntArray, level: float) -> dict[ClassMetric, Bounds]:
    shape = (3, answers.class_count)
    shares, sizes = np.full(shape, np.nan), np.zeros(shape)
    hits = (answers.truth == answers.predicted).astype(np.float64)
    for c in range(answers.class_count):
        given, true = answers.predicted == c, answers.truth == c
        for row, among in enumerate((given, true, given | true)):
            if among.any():
                shares[row, c] = hits[among].mean()
                sizes[row, c] = effective_size(hits[among], codes[among])
    low, high = wilson(shares, sizes, level)
    return {
        "precision": (low[0], high[0]),
        "recall": (low[1], high[1]),
        "f1": (2.0 * low[2] / (1.0 + low[2]), 2.0 * high[2] / (1.0 + high[2])),
    }


def _of_averages(
    values: Figures, counts: ClassCounts, per_class: dict[ClassMetric, Bounds]
) -> dict[Metric, Bounds]:
    support = counts.support[0]
    present = (support + counts.predicted[0] > 0.0).astype(np.float64)
    mixed = _inflation(int(present.sum()))

    def combine(metric: ClassMetric, shares: FloatArray, inflation: float) -> Bounds:
        value, (low, high) = values.per_class[metric][0], per_class[metric]
        unknown = np.isnan(value)
        bounds = np.where(unknown, 0.0, low), np.where(unknown, 1.0, high)
        known = np.where(unknown, 0.0, value)
        return bounds_of_mean(known, bounds, shares / shares.sum(), inflation=inflation)

    return {
        "balanced_accuracy": combine("recall", (support > 0.0).astype(np.float64), 1.0),
        "macro_precision": combine("precision", present, 1.0),
        "macro_recall": combine("recall", present, 1.0),
        "macro_f1": combine("f1", present, mixed),
        "weighted_f1": combine("f1", support, mixed),
    }


def _of_areas(
    values: Figures, counts: ClassCounts, effect: float, level: float
) -> dict[Metric, Bounds]:
    mine = counts.support[0][counts.support[0] > 0.0] / effect
    others = mine.sum() - mine
    if mine.size < 2:
        return {}
    shares = np.full(mine.size, 1.0 / mine.size)
    sizes: dict[Metric, FloatArray] = {
        "roc_auc": 3.0 * mine * others / (mine + others),
        "average_precision": mine,
    }
    bounds: dict[Metric, Bounds] = {}
    for metric, size in sizes.items():
        mean = np.full(mine.size, values.metrics[metric][0])
        bounds[metric] = bounds_of_mean(
            mean, wilson(mean, size, level), shares, inflation=_inflation(mine.size)
        )
    return bounds


def _inflation(classes: int) -> float:
    return classes / (classes - 1) if classes > 1 else 1.0
