from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fieldguide.metrics.ratings import from_matrix, from_votes


def test_a_table_is_read_row_by_row_without_its_gaps() -> None:
    found = from_matrix([[0, -1], [2, 1], [-1, -1]])
    assert found.pictures.tolist() == [0, 1, 1]
    assert found.annotators.tolist() == [0, 0, 1]
    assert found.answers.tolist() == [0, 2, 1]
    assert (found.picture_count, found.annotator_count, found.class_count) == (3, 2, 3)


@pytest.mark.parametrize(
    ("votes", "counts", "words"),
    [
        (([0], [0, 1], [0]), {}, "annotators must have 1 entries, one a picture, got 2"),
        (([0], [0], [-1]), {}, "answers must hold indices from 0, got -1"),
        (([0], [0], [2]), {"class_count": 2}, "answers must hold indices below the 2 classes"),
        (([0.5], [0], [0]), {}, "pictures must hold integer class indices, got type float64"),
        (([0], [0], [0]), {"class_count": -1}, "A count must not be negative, got -1"),
        (
            ([3, 1, 3], [2, 2, 2], [0, 0, 1]),
            {},
            "two answers of annotator 2 for picture 3. Give the latest only",
        ),
    ],
)
def test_refuses_votes_that_do_not_fit(votes: Any, counts: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        from_votes(*votes, **counts)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([0, 1], r"matrix must have shape \(pictures, annotators\), got \(2,\)"),
        ([[0.0, np.nan]], "matrix must hold integer class indices, got type float64"),
        ([[0, -2]], "matrix must hold indices from 0, or -1 for none, got -2"),
    ],
)
def test_refuses_a_table_that_does_not_fit(matrix: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        from_matrix(matrix)
