import itertools
import math
from typing import Any

import numpy as np
import pytest

from fieldguide.metrics import percent_agreement as agreement
from fieldguide.metrics.percent_agreement import percent_agreement, specific_agreement
from fieldguide.metrics.ratings import from_matrix, from_votes


def gappy(seed: int, *, pictures: int = 40, annotators: int = 6, classes: int = 4) -> Any:
    """Answers with gaps that agree more often than by chance."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, pictures)
    answers = np.where(
        random.random((pictures, annotators)) < 0.6,
        truth[:, None],
        random.integers(0, classes, (pictures, annotators)),
    )
    return np.where(random.random((pictures, annotators)) < 0.5, answers, -1)


def by_hand(matrix: Any, classes: int, weights: Any) -> tuple[float, list[float]]:
    """Percent and specific agreement, pair by pair."""
    total = shares = 0.0
    named, named_by_both = np.zeros(classes), np.zeros(classes)
    for row, weight in zip(matrix, weights, strict=True):
        answers = [a for a in row.tolist() if a >= 0]
        if len(answers) < 2:
            continue
        pairs = list(itertools.permutations(answers, 2))
        total += weight
        shares += weight * np.mean([a == b for a, b in pairs])
        for a, b in pairs:
            named[a] += weight / (len(answers) - 1)
            named_by_both[a] += weight * (a == b) / (len(answers) - 1)
    return shares / total, (named_by_both / named).tolist()


@pytest.mark.parametrize("seed", range(4))
def test_equals_a_loop_over_pairs(seed: int) -> None:
    matrix = gappy(seed)
    random = np.random.default_rng(seed)
    for weights in (np.ones(40), random.random(40), random.poisson(1.0, 40).astype(float)):
        share, of_class = by_hand(matrix, 4, weights)
        assert percent_agreement(from_matrix(matrix), weights=weights) == pytest.approx(share)
        np.testing.assert_allclose(
            specific_agreement(from_matrix(matrix), weights=weights), of_class
        )


def test_a_small_case_by_hand() -> None:
    # The pairs agree in 1 of 3, in 3 of 3, in none and in 1 of 1; the last picture has no pair.
    ratings = from_matrix([[0, 0, 1], [1, 1, 1], [0, 1, -1], [2, -1, 2], [2, -1, -1]])
    assert percent_agreement(ratings) == pytest.approx((1 / 3 + 1 + 0 + 1) / 4)
    # Class 0: of two answers one of two others agrees, twice; a third is alone: (1/2 + 1/2) / 3.
    assert specific_agreement(ratings).tolist() == pytest.approx([1 / 3, 3 / 5, 1.0])


def test_long_form_and_table_are_the_same_in_any_order() -> None:
    matrix = gappy(1)
    table = from_matrix(matrix)
    order = np.random.default_rng(0).permutation(table.answers.size)
    votes = from_votes(
        table.pictures[order],
        table.annotators[order],
        table.answers[order],
        picture_count=40,
        annotator_count=6,
        class_count=4,
    )
    assert percent_agreement(votes) == percent_agreement(table)
    assert specific_agreement(votes).tolist() == specific_agreement(table).tolist()


@pytest.mark.parametrize(
    "ratings",
    [
        from_votes([], [], []),
        from_matrix(np.zeros((0, 3), dtype=int), class_count=2),
        from_matrix([[0], [1]]),
        from_matrix([[0, -1], [-1, 1], [-1, -1]]),
    ],
    ids=["no votes", "no pictures", "one annotator", "no pairs"],
)
def test_without_pairs_it_is_undefined(ratings: Any) -> None:
    assert math.isnan(percent_agreement(ratings))
    assert np.isnan(specific_agreement(ratings)).all()
    assert specific_agreement(ratings).shape == (ratings.class_count,)
    interval = agreement.with_interval(ratings)
    assert np.isnan([interval.value, interval.low, interval.high]).all()


def test_refuses_settings_out_of_range() -> None:
    ratings = from_matrix([[0, 0], [0, 1]])
    with pytest.raises(ValueError, match="repeats must be at least 1, got 0"):
        agreement.with_interval(ratings, repeats=0)
    with pytest.raises(ValueError, match=r"groups must have shape \(2,\), got \(1,\)"):
        agreement.with_interval(ratings, groups=["a"])
    with pytest.raises(ValueError, match=r"weights must have shape \(2,\), got \(3,\)"):
        percent_agreement(ratings, weights=[1, 1, 1])
