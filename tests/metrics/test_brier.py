import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from fieldguide.metrics.brier import brier


def test_equals_scikit_learn(case: Any) -> None:
    for weights in (None, case.weights, case.counts):
        assert brier(case.truth, case.probabilities, weights=weights) == pytest.approx(
            brier_score_loss(
                case.truth,
                case.probabilities,
                labels=range(case.class_count),
                sample_weight=weights,
                scale_by_half=False,
            )
        )


def test_equals_a_loop(case: Any) -> None:
    total = 0.0
    for true, row in zip(case.truth, case.probabilities, strict=True):
        total += sum((p - (c == true)) ** 2 for c, p in enumerate(row))
    assert brier(case.truth, case.probabilities) == pytest.approx(total / case.truth.size)


def test_two_classes_reach_up_to_2() -> None:
    assert brier([1], [[1.0, 0.0]]) == 2.0


def test_without_pictures_it_is_undefined() -> None:
    assert math.isnan(brier([], np.zeros((0, 2))))


def test_refuses_a_class_beyond_the_columns() -> None:
    with pytest.raises(ValueError, match="truth must hold indices below the 2 classes, got 2"):
        brier([2], [[0.5, 0.5]])
