import itertools
import math
from typing import Any

import numpy as np
import pytest

from fieldguide.metrics import bootstrap
from fieldguide.metrics import percent_agreement as agreement
from fieldguide.metrics.percent_agreement import (
    from_matrix,
    from_votes,
    percent_agreement,
    specific_agreement,
)


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


def test_full_agreement_has_the_interval_of_a_proportion() -> None:
    interval = agreement.with_interval(from_matrix(np.zeros((50, 2), dtype=int)), repeats=50)
    # Wilson's interval of 50 right of 50.
    assert (interval.value, interval.high) == (1.0, 1.0)
    assert interval.low == pytest.approx(0.9287, abs=1e-4)


def test_groups_that_agree_widen_the_interval() -> None:
    matrix = np.repeat(gappy(2, pictures=30), 6, axis=0)
    ratings = from_matrix(matrix)
    alone = agreement.with_interval(ratings, repeats=300)
    whole = agreement.with_interval(ratings, groups=np.repeat(np.arange(30), 6), repeats=300)
    assert alone.value == whole.value
    assert (whole.high - whole.low) / (alone.high - alone.low) == pytest.approx(6**0.5, rel=0.25)


def test_drawing_kinds_of_pictures_is_drawing_pictures() -> None:
    """Against the bootstrap of single pictures; 4,000 drawings leave about 0.002 to chance."""
    ratings = from_matrix(gappy(5, pictures=120))
    paired = np.bincount(ratings.pictures, minlength=120) >= 2
    ours = agreement.with_interval(ratings, repeats=4000)

    def drawn(weights: Any) -> float:
        spread = np.zeros(120)
        spread[paired] = weights
        return percent_agreement(ratings, weights=spread)

    theirs = bootstrap.interval(drawn, int(paired.sum()), repeats=4000)
    assert (ours.low, ours.high) == pytest.approx(theirs, abs=0.008)


def test_one_group_has_no_interval() -> None:
    interval = agreement.with_interval(from_matrix([[0, 0], [0, 1]]), groups=["a", "a"])
    assert interval.value == 0.5
    assert np.isnan([interval.low, interval.high]).all()


def test_covers_the_truth_as_often_as_it_says() -> None:
    """Of 95 % intervals for 60 pictures of three answers, most of them alike."""
    random = np.random.default_rng(3)
    right, trials = 0.95, 200
    # Two answers agree when both are right, or both wrong in the same one of two ways.
    truth = right**2 + (1 - right) ** 2 / 2
    held = 0
    for trial in range(trials):
        wrong = random.integers(1, 3, (60, 3))
        matrix = np.where(random.random((60, 3)) < right, 0, wrong)
        interval = agreement.with_interval(from_matrix(matrix), repeats=200, seed=trial)
        held += interval.low <= truth <= interval.high
    # Three standard errors below 0.95.
    assert held / trials >= 0.90


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


def test_refuses_settings_out_of_range() -> None:
    ratings = from_matrix([[0, 0], [0, 1]])
    with pytest.raises(ValueError, match="repeats must be at least 1, got 0"):
        agreement.with_interval(ratings, repeats=0)
    with pytest.raises(ValueError, match=r"groups must have shape \(2,\), got \(1,\)"):
        agreement.with_interval(ratings, groups=["a"])
    with pytest.raises(ValueError, match=r"weights must have shape \(2,\), got \(3,\)"):
        percent_agreement(ratings, weights=[1, 1, 1])
