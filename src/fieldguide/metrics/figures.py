"""All figures of one set of answers, for many weights at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fieldguide.metrics import (
    accuracy,
    average_precision,
    balanced_accuracy,
    brier,
    class_counts,
    expected_calibration_error,
    f1,
    log_loss,
    precision,
    recall,
    roc_auc,
)
from fieldguide.metrics.class_counts import ClassCounts
from fieldguide.metrics.ranking import Ranking, accumulate, rank
from fieldguide.metrics.reliability import sort_into_bins
from fieldguide.metrics.tally import ratio
from fieldguide.types import FloatArray, IntArray

Metric = Literal[
    "accuracy",
    "balanced_accuracy",
    "macro_precision",
    "macro_recall",
    "macro_f1",
    "weighted_f1",
    "log_loss",
    "brier",
    "expected_calibration_error",
    "roc_auc",
    "average_precision",
]
ClassMetric = Literal["precision", "recall", "f1"]


@dataclass(frozen=True, slots=True)
class Figures:
    """Values for r weights of n pictures.

    Attributes:
        metrics: ``(r,)`` for each metric.
        per_class: ``(r, k)`` for each metric of a class.
        gaps: ``(r, bins)``, what each bin adds to the calibration error, with its sign.
    """

    metrics: dict[Metric, FloatArray]
    per_class: dict[ClassMetric, FloatArray]
    gaps: FloatArray


class Answers:
    """The answers of a model, with all that does not depend on the weights computed once.

    Args:
        truth: ``(n,)``, ``0 <= index < k``.
        probabilities: ``(n, k)``, already checked.
    """

    def __init__(self, truth: IntArray, probabilities: FloatArray) -> None:
        self.truth = truth
        self.probabilities = probabilities
        self.predicted = probabilities.argmax(axis=1).astype(np.int64)
        self.log_losses = log_loss.losses(truth, probabilities)
        self.squares = brier.losses(truth, probabilities)
        self._bins, confidence, right = sort_into_bins(
            truth, probabilities, expected_calibration_error.BINS
        )
        self._gaps = right - confidence
        self._rankings: list[Ranking] = [
            rank(probabilities[:, c], truth == c) for c in np.unique(truth)
        ]

    @property
    def class_count(self) -> int:
        """How many classes there are, k."""
        return int(self.probabilities.shape[1])

    def count(self, weights: FloatArray) -> ClassCounts:
        """Count per class: ``(r, k)`` from weights ``(r, n)``."""
        return class_counts.count(self.truth, self.predicted, self.class_count, weights)

    def figures(self, weights: FloatArray) -> Figures:
        """Compute all figures for weights ``(r, n)``, not negative."""
        counts = self.count(weights)
        total = weights.sum(axis=1)
        per_class: dict[ClassMetric, FloatArray] = {
            "precision": precision.from_counts(counts),
            "recall": recall.from_counts(counts),
            "f1": f1.from_counts(counts),
        }
        gaps = expected_calibration_error.bin_gaps(self._bins, self._gaps, weights)
        areas, averages = self._rank(weights)
        metrics: dict[Metric, FloatArray] = {
            "accuracy": accuracy.from_counts(counts),
            "balanced_accuracy": balanced_accuracy.from_counts(counts),
            "macro_precision": class_counts.macro_average(per_class["precision"], counts),
            "macro_recall": class_counts.macro_average(per_class["recall"], counts),
            "macro_f1": class_counts.macro_average(per_class["f1"], counts),
            "weighted_f1": class_counts.support_average(per_class["f1"], counts),
            "log_loss": ratio(weights @ self.log_losses, total),
            "brier": ratio(weights @ self.squares, total),
            "expected_calibration_error": np.abs(gaps).sum(axis=1),
            "roc_auc": areas,
            "average_precision": averages,
        }
        return Figures(metrics, per_class, gaps)

    def _rank(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        areas = np.full((weights.shape[0], len(self._rankings)), np.nan)
        averages = np.full_like(areas, np.nan)
        for column, ranking in enumerate(self._rankings):
            sums = accumulate(ranking, weights)
            areas[:, column] = roc_auc.from_ranking(ranking, weights, sums)
            averages[:, column] = average_precision.from_ranking(ranking, weights, sums)
        return roc_auc.mean_of_defined(areas), roc_auc.mean_of_defined(averages)
