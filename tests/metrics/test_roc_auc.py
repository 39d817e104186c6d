import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from fieldguide.metrics.roc_auc import roc_auc


def one_against_the_rest(truth: Any, probabilities: Any, weights: Any = None) -> float:
    return np.mean(
        [
            roc_auc_score(truth == c, probabilities[:, c], sample_weight=weights)
            for c in np.unique(truth)
        ]
    )


def test_equals_scikit_learn(case: Any) -> None:
    assert roc_auc(case.truth, case.probabilities) == pytest.approx(
        one_against_the_rest(case.truth, case.probabilities)
    )
    assert roc_auc(case.truth, case.probabilities, weights=case.weights) == pytest.approx(
        one_against_the_rest(case.truth, case.probabilities, case.weights)
    )


def test_weights_are_multiplicities(case: Any) -> None:
    truth = np.repeat(case.truth, case.counts)
    probabilities = np.repeat(case.probabilities, case.counts, axis=0)
    assert roc_auc(case.truth, case.probabilities, weights=case.counts) == pytest.approx(
        one_against_the_rest(truth, probabilities)
    )


def test_goes_over_the_classes_in_the_truth(case: Any) -> None:
    some = case.truth != 0 if case.class_count > 2 else np.ones(case.truth.size, dtype=bool)
    truth, probabilities = case.truth[some], case.probabilities[some]
    expected = one_against_the_rest(truth, probabilities)
    assert roc_auc(truth, probabilities) == pytest.approx(expected)
    assert roc_auc(case.truth, case.probabilities, weights=some) == pytest.approx(expected)


def test_one_class_in_the_truth_leaves_it_undefined() -> None:
    probabilities = np.array([[0.2, 0.8], [0.6, 0.4], [0.7, 0.3]])
    assert math.isnan(roc_auc([1, 1, 1], probabilities))
    assert math.isnan(roc_auc([0, 1, 1], probabilities, weights=[0.0, 0.1, 0.7]))


def test_without_pictures_it_is_undefined() -> None:
    assert math.isnan(roc_auc([], np.zeros((0, 2))))


def test_refuses_another_number_of_rows() -> None:
    with pytest.raises(ValueError, match="truth must have 2 entries, one a picture, got 3"):
        roc_auc([0, 1, 1], [[0.5, 0.5], [0.5, 0.5]])


def test_equals_a_loop_over_pairs(case: Any) -> None:
    areas = []
    for c in np.unique(case.truth):
        inside = case.probabilities[case.truth == c, c]
        outside = case.probabilities[case.truth != c, c]
        won = [float(a > b) + 0.5 * float(a == b) for a in inside for b in outside]
        areas.append(np.mean(won))
    assert roc_auc(case.truth, case.probabilities) == pytest.approx(np.mean(areas))
