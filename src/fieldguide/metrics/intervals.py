"""Brings the bootstrap and what guards it together: the interval of every figure.

- What is made of proportions gets the wider of the percentile interval and a score interval, bound
  by bound: 50 right of 50 do not make certainty (``score_intervals``).
- Log-loss and Brier score get the wider of the percentile and the studentised interval, for a few
  large losses weigh most (``studentised``).
- Chance alone opens calibration gaps, and in every drawing once more. The distance of the gaps of
  a drawing from the gaps found shows how much; what chance can open is taken off the lower bound
  of the calibration error, so that a calibrated model is not called miscalibrated.
"""

from __future__ import annotations

import numpy as np

from fieldguide.metrics import bootstrap, score_intervals, studentised
from fieldguide.metrics.brier import LARGEST as LARGEST_SQUARE
from fieldguide.metrics.figures import Answers, ClassMetric, Figures, Metric
from fieldguide.metrics.interval import Interval, widest
from fieldguide.metrics.log_loss import LARGEST as LARGEST_LOG
from fieldguide.types import FloatArray, IntArray

Bounds = tuple[FloatArray, FloatArray]


def of_answers(
    answers: Answers, codes: IntArray, *, repeats: int, level: float, seed: int
) -> tuple[dict[Metric, Interval], dict[ClassMetric, list[Interval]]]:
    """Compute every figure with its interval.

    Args:
        answers: Of n pictures.
        codes: ``(n,)``, the group of each picture, from 0 without gaps.
        repeats: How many drawings the bootstrap makes.
        level: How likely each interval should hold the truth, between 0 and 1.
        seed: Of the drawings.

    Returns:
        An interval for each metric, and k for each metric of a class. With fewer than 2 groups the
        bounds are nan.
    """
    values = answers.figures(np.ones((1, codes.size)))
    if bootstrap.count_groups(codes) < 2:
        return (
            {name: widest(value)[0] for name, value in values.metrics.items()},
            {name: widest(value[0]) for name, value in values.per_class.items()},
        )
    drawn = _draw(answers, codes, repeats, seed)
    scores = score_intervals.of_answers(answers, codes, level)
    guards: dict[Metric, Bounds] = {
        **scores.metrics,
        "log_loss": studentised.interval(
            answers.log_losses, LARGEST_LOG, codes, repeats=repeats, level=level, seed=seed
        ),
        "brier": studentised.interval(
            answers.squares, LARGEST_SQUARE, codes, repeats=repeats, level=level, seed=seed
        ),
        "expected_calibration_error": _of_calibration(values, drawn, level),
    }
    nothing = np.full(1, np.nan), np.full(1, np.nan)
    metrics = {
        name: widest(
            value,
            bootstrap.percentiles(drawn.metrics[name][:, None], level),
            guards.get(name, nothing),
        )[0]
        for name, value in values.metrics.items()
    }
    per_class = {
        name: widest(
            value[0], bootstrap.percentiles(drawn.per_class[name], level), scores.per_class[name]
        )
        for name, value in values.per_class.items()
    }
    return metrics, per_class


def _of_calibration(values: Figures, drawn: Figures, level: float) -> Bounds:
    value = values.metrics["expected_calibration_error"]
    chance = np.abs(drawn.gaps - values.gaps).sum(axis=1)
    return np.maximum(value - np.quantile(chance, 0.5 + level / 2.0), 0.0), value


def _draw(answers: Answers, codes: IntArray, repeats: int, seed: int) -> Figures:
    parts = [answers.figures(w) for w in bootstrap.drawings(codes, repeats=repeats, seed=seed)]
    return Figures(
        {m: np.concatenate([part.metrics[m] for part in parts]) for m in parts[0].metrics},
        {m: np.concatenate([part.per_class[m] for part in parts]) for m in parts[0].per_class},
        np.concatenate([part.gaps for part in parts]),
    )
