from typing import Any

import numpy as np
import pytest

from fieldguide.metrics import inputs

PAIR = np.array([[0.5, 0.5], [0.25, 0.75]])


def test_accepts_any_integer_and_float_type() -> None:
    truth, rows = inputs.truth_and_probabilities(
        np.array([0, 1], np.uint8), PAIR.astype(np.float16)
    )
    assert truth.dtype == np.int64
    assert rows.dtype == np.float64


@pytest.mark.parametrize(
    ("truth", "probabilities", "words"),
    [
        ([0.0, 1.0], PAIR, "truth must hold integer class indices, got type float64"),
        ([0, -1], PAIR, "truth must hold indices from 0, got -1"),
        ([0, 1], PAIR * 2, r"must lie from 0 to 1, got 0.5 to 1.5"),
        ([0, 1], PAIR - 0.3, "must lie from 0 to 1, got -0.05"),
        ([0, 1], PAIR * [[1], [0.9]], "must add up to 1, got 0.9 in row 1"),
        ([0, 1], PAIR * [[1], [np.nan]], "must be finite, got nan or infinity in row 1"),
        ([0, 1], PAIR * np.inf, "must be finite, got nan or infinity in rows 0, 1"),
        ([], np.zeros((0, 0)), r"must have shape \(n, k\) with k >= 1, got \(0, 0\)"),
    ],
)
def test_says_what_is_wrong(truth: Any, probabilities: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        inputs.truth_and_probabilities(truth, probabilities)


def test_shows_at_most_five_rows() -> None:
    with pytest.raises(ValueError, match="in rows 0, 1, 2, 3, 4 and 3 more"):
        inputs.truth_and_probabilities(np.zeros(8, int), np.full((8, 2), 0.1))


def test_refuses_no_classes() -> None:
    with pytest.raises(ValueError, match="class_count must be at least 1, got 0"):
        inputs.truth_and_predicted([], [], 0)


@pytest.mark.parametrize("weights", [[1, -1], [1, np.nan], [1, np.inf]])
def test_refuses_weights_that_are_no_counts(weights: Any) -> None:
    with pytest.raises(ValueError, match="weights must be finite and not negative"):
        inputs.picture_weights(weights, 2)


def test_numbers_groups_and_leaves_pictures_without_one_alone() -> None:
    assert inputs.group_codes(["b", None, "a", "b", None], 5).tolist() == [0, 1, 2, 0, 3]
    assert inputs.group_codes([7, 7, 3], 3).tolist() == [0, 0, 1]
    assert inputs.group_codes(None, 3).tolist() == [0, 1, 2]


def test_refuses_groups_of_another_shape_and_nan() -> None:
    with pytest.raises(ValueError, match=r"groups must have shape \(2,\), got \(3,\)"):
        inputs.group_codes(["a", "b", "c"], 2)
    with pytest.raises(ValueError, match="got nan in row 1"):
        inputs.group_codes([1.0, np.nan], 2)
