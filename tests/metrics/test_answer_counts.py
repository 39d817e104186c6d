from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from tests.metrics.test_percent_agreement import gappy

from fieldguide.metrics.answer_counts import (
    alike_shares,
    cells_of_classes,
    count_answers,
    kept_codes,
    one_of_each_kind,
    sum_by_class,
)
from fieldguide.metrics.ratings import from_matrix, from_votes


@pytest.mark.parametrize("seed", range(3))
def test_equals_a_loop_over_pictures(seed: int) -> None:
    matrix = gappy(seed)
    found = count_answers(from_matrix(matrix, class_count=4))
    told = [Counter(a for a in row.tolist() if a >= 0) for row in matrix]
    kept = [n for n, counts in enumerate(told) if counts.total() >= 2]
    assert found.kept.tolist() == kept
    assert found.totals.tolist() == [told[n].total() for n in kept]
    cells = {
        (kept[r], c): n for r, c, n in zip(found.rows, found.classes, found.counts, strict=True)
    }
    assert cells == {(n, c): often for n in kept for c, often in told[n].items()}
    shares = [
        sum(n * (n - 1) for n in told[k].values()) / (told[k].total() * (told[k].total() - 1))
        for k in kept
    ]
    assert alike_shares(found).tolist() == pytest.approx(shares)
    sums = sum_by_class(found, found.counts, np.ones((1, len(kept))))[0]
    assert sums.tolist() == [sum(told[k][c] for k in kept) for c in range(4)]
    for c, cells_of_class in enumerate(cells_of_classes(found)):
        assert set(found.classes[cells_of_class]) <= {c}


def test_pictures_of_one_kind_are_kept_once() -> None:
    counts = count_answers(from_matrix([[0, 1, 1], [1, 0, 1], [0, 0, 1], [2, 2, -1], [2, -1, -1]]))
    one_each, often = one_of_each_kind(counts)
    assert one_each.kept.tolist() == [0, 2, 3]
    assert often.tolist() == [2.0, 1.0, 1.0]
    assert one_each.totals.tolist() == [3.0, 3.0, 2.0]


def test_groups_of_kept_pictures_are_numbered_without_gaps() -> None:
    ratings = from_matrix([[0, 0], [0, -1], [1, 1]])
    assert kept_codes(count_answers(ratings), ratings, ["a", "b", "c"]).tolist() == [0, 1]


def test_without_answers_there_is_nothing_to_count() -> None:
    found = count_answers(from_votes([], [], []))
    assert (found.kept.size, found.counts.size, found.class_count) == (0, 0, 0)
    assert cells_of_classes(found) == []
