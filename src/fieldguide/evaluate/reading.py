"""Read a part of the data once: all figures with intervals, and the mistakes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fieldguide.evaluate.record import CurvePoint, Figure, Mistake, Reading, ReliabilityBin
from fieldguide.metrics.interval import Interval
from fieldguide.metrics.summary import Summary, summarise
from fieldguide.records.versions import VersionItem
from fieldguide.types import FloatArray, IntArray, Part


def read_part(
    part: Part,
    truth: IntArray,
    probabilities: FloatArray,
    *,
    clusters: IntArray,
    classes: Sequence[str],
    seed: int,
) -> Reading:
    """Measure probabilities against labels.

    Args:
        part: Which part of the split this is.
        truth: ``(n,)`` class indices.
        probabilities: ``(n, classes)``.
        clusters: ``(n,)`` rows that belong together; whole clusters are drawn for the intervals.
        classes: Class names in order.
        seed: Draws the bootstrap samples.
    """
    summary = summarise(truth, probabilities, groups=clusters, class_count=len(classes), seed=seed)
    return {
        "part": part,
        "pictures": summary.pictures,
        "groups": summary.groups,
        "metrics": {name: to_figure(interval) for name, interval in summary.metrics.items()},
        "per_class": [
            {
                "name": name,
                "support": row.support,
                "predicted": row.predicted,
                "precision": to_figure(row.precision),
                "recall": to_figure(row.recall),
                "f1": to_figure(row.f1),
            }
            for name, row in zip(classes, summary.per_class, strict=True)
        ],
        "confusion": summary.confusion.tolist(),
        "reliability": _reliability(summary),
    }


def find_mistakes(
    items: Sequence[VersionItem],
    truth: IntArray,
    probabilities: FloatArray,
    classes: Sequence[str],
    *,
    most: int,
) -> list[Mistake]:
    """Return the mistakes of which the model was most certain."""
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != truth).tolist()
    ranked = sorted(wrong, key=lambda row: (-confidence[row], items[row].name))
    return [
        {
            "name": items[row].name,
            "sha256": items[row].sha256,
            "label": classes[truth[row]],
            "predicted": classes[predicted[row]],
            "confidence": float(confidence[row]),
        }
        for row in ranked[:most]
    ]


def curve_point(
    pictures: int, hits: FloatArray, clusters: IntArray, *, seed: int
) -> CurvePoint | None:
    """Turn the hits at one size of the training part into a point of the learning curve.

    Args:
        pictures: How many pictures were trained on.
        hits: ``(n,)`` 1 where a left-out picture was right, else 0.
        clusters: ``(n,)`` rows that belong together.
        seed: Draws the bootstrap samples.

    Returns:
        The point, or None where the pictures are too few for an interval.
    """
    # Two pseudo-classes make accuracy's own interval available: 0 is right, 1 is wrong.
    truth = np.zeros(len(hits), np.int64)
    answers = np.stack([hits, 1.0 - hits], axis=1)
    summary = summarise(truth, answers, groups=clusters, class_count=2, seed=seed)
    accuracy = summary.metrics["accuracy"]
    if math.isnan(accuracy.low):
        return None
    return {
        "pictures": pictures,
        "accuracy": accuracy.value,
        "low": accuracy.low,
        "high": accuracy.high,
    }


def to_figure(interval: Interval) -> Figure:
    """Convert an interval for JSON, which knows no nan."""
    return {
        "value": _number(interval.value),
        "low": _number(interval.low),
        "high": _number(interval.high),
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _reliability(summary: Summary) -> list[ReliabilityBin]:
    return [
        {
            "low": row.low,
            "high": row.high,
            "count": row.count,
            "confidence": _number(row.confidence),
            "accuracy": _number(row.accuracy),
        }
        for row in summary.reliability
    ]
