import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import precision_score

from fieldguide.metrics.precision import macro_precision, precision, weighted_precision


def test_each_class_equals_scikit_learn(case: Any) -> None:
    labels = range(case.class_count)
    for weights in (None, case.weights):
        ours = precision(case.truth, case.predicted, class_count=case.class_count, weights=weights)
        theirs = precision_score(
            case.truth,
            case.predicted,
            labels=labels,
            average=None,
            sample_weight=weights,
            zero_division=np.nan,
        )
        np.testing.assert_allclose(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "average"), [(macro_precision, "macro"), (weighted_precision, "weighted")]
)
def test_averages_equal_scikit_learn(case: Any, ours: Callable[..., float], average: str) -> None:
    truth, predicted = (np.repeat(a, case.counts) for a in (case.truth, case.predicted))
    assert ours(case.truth, case.predicted) == pytest.approx(
        precision_score(case.truth, case.predicted, average=average, zero_division=0)
    )
    assert ours(case.truth, case.predicted, weights=case.counts) == pytest.approx(
        precision_score(truth, predicted, average=average, zero_division=0)
    )
    assert ours(case.truth, case.predicted, weights=case.weights) == pytest.approx(
        precision_score(
            case.truth,
            case.predicted,
            average=average,
            sample_weight=case.weights,
            zero_division=0,
        )
    )


def test_a_class_never_predicted_is_undefined_and_counts_as_0() -> None:
    assert precision([0, 0, 1], [0, 0, 0]).tolist() == pytest.approx([2 / 3, math.nan], nan_ok=True)
    assert macro_precision([0, 0, 1], [0, 0, 0]) == pytest.approx(1 / 3)


def test_macro_leaves_out_a_class_that_is_nowhere() -> None:
    assert macro_precision([0, 3, 3], [0, 3, 3]) == 1.0
    assert np.isnan(precision([0, 3, 3], [0, 3, 3])).tolist() == [False, True, True, False]


def test_a_class_whose_pictures_weigh_nothing_is_absent() -> None:
    assert macro_precision([0, 1], [0, 0], weights=[1, 0]) == 1.0


def test_without_pictures_it_is_undefined() -> None:
    assert np.isnan(precision([], [], class_count=3)).tolist() == [True] * 3
    assert math.isnan(macro_precision([], []))
    assert math.isnan(weighted_precision([], []))


def test_refuses_an_index_beyond_the_classes() -> None:
    with pytest.raises(ValueError, match="predicted must hold indices below the 2 classes, got 2"):
        precision([0, 1], [0, 2], class_count=2)
