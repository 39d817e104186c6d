from typing import Any

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix as reference

from fieldguide.metrics.confusion_matrix import confusion_matrix


def test_equals_scikit_learn(case: Any) -> None:
    labels = range(case.class_count)
    ours = confusion_matrix(case.truth, case.predicted, class_count=case.class_count)
    assert ours.dtype == np.int64
    np.testing.assert_array_equal(ours, reference(case.truth, case.predicted, labels=labels))
    np.testing.assert_allclose(
        confusion_matrix(
            case.truth, case.predicted, class_count=case.class_count, weights=case.weights
        ),
        reference(case.truth, case.predicted, labels=labels, sample_weight=case.weights),
    )


def test_rows_are_the_truth() -> None:
    assert confusion_matrix([0, 0, 0], [0, 1, 1], class_count=2).tolist() == [[1, 2], [0, 0]]


def test_without_pictures_it_is_zeros() -> None:
    assert confusion_matrix([], [], class_count=2).tolist() == [[0, 0], [0, 0]]


def test_refuses_weights_of_another_shape() -> None:
    with pytest.raises(ValueError, match=r"weights must have shape \(2,\), got \(3,\)"):
        confusion_matrix([0, 1], [0, 1], weights=[1, 1, 1])
