from typing import Any

import numpy as np
import pytest

from fieldguide.metrics import bootstrap, intervals, score_intervals, studentised
from fieldguide.metrics.brier import LARGEST
from fieldguide.metrics.figures import Answers

SETTINGS: dict[str, Any] = {"repeats": 60, "level": 0.9, "seed": 2}


def percentiles(answers: Answers, codes: Any, name: Any) -> tuple[float, float]:
    drawings = bootstrap.drawings(codes, repeats=60, seed=2)
    values = np.concatenate([answers.figures(w).metrics[name] for w in drawings])
    low, high = np.nanquantile(values, [0.05, 0.95])
    return float(low), float(high)


def test_each_bound_is_the_wider_of_both_methods(case: Any) -> None:
    answers, codes = Answers(case.truth, case.probabilities), np.arange(case.truth.size) // 2
    metrics, _ = intervals.of_answers(answers, codes, **SETTINGS)
    guards = score_intervals.of_answers(answers, codes, 0.9).metrics
    guards["brier"] = studentised.interval(answers.squares, LARGEST, codes, **SETTINGS)
    for name, (least, most) in guards.items():
        low, high = percentiles(answers, codes, name)
        assert metrics[name].low == pytest.approx(min(low, least[0], metrics[name].value))
        assert metrics[name].high == pytest.approx(max(high, most[0], metrics[name].value))


def test_the_calibration_error_gives_chance_its_due(case: Any) -> None:
    answers, codes = Answers(case.truth, case.probabilities), np.arange(case.truth.size)
    metrics, _ = intervals.of_answers(answers, codes, **SETTINGS)
    found = metrics["expected_calibration_error"]
    low, high = percentiles(answers, codes, "expected_calibration_error")
    gaps = answers.figures(np.ones((1, codes.size))).gaps[0]
    chance = [
        np.abs(row - gaps).sum()
        for w in bootstrap.drawings(codes, repeats=60, seed=2)
        for row in answers.figures(w).gaps
    ]
    expected = max(0.0, found.value - float(np.quantile(chance, 0.95)))
    assert found.low == pytest.approx(min(low, expected))
    assert found.high == pytest.approx(max(high, found.value))


def test_one_group_has_no_bounds() -> None:
    answers = Answers(np.array([0, 1]), np.eye(2))
    metrics, per_class = intervals.of_answers(answers, np.zeros(2, np.int64), **SETTINGS)
    found = [*metrics.values(), *(i for column in per_class.values() for i in column)]
    assert np.isnan([[i.low, i.high] for i in found]).all()
    assert not np.isnan([i.value for i in found]).any()
