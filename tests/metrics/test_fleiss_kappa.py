import itertools
import math
from typing import Any

import numpy as np
import pytest

from fieldguide.metrics import fleiss_kappa as fleiss
from fieldguide.metrics.fleiss_kappa import category_kappa, fleiss_kappa
from fieldguide.metrics.ratings import from_matrix, from_votes

TEXTBOOK = np.array(
    [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
)
"""The well-known example: ten subjects, fourteen raters, five categories, kappa 0.210."""


def answers_of(table: Any) -> Any:
    return np.array([np.repeat(np.arange(table.shape[1]), row) for row in table])


def gappy(seed: int) -> Any:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 4, 40)
    answers = np.where(random.random((40, 6)) < 0.6, truth[:, None], random.integers(0, 4, (40, 6)))
    return np.where(random.random((40, 6)) < 0.5, answers, -1)


def by_hand(matrix: Any, classes: int) -> float:
    agreement, shares = [], []
    for row in matrix:
        answers = [a for a in row.tolist() if a >= 0]
        if len(answers) >= 2:
            pairs = itertools.combinations(answers, 2)
            agreement.append(np.mean([a == b for a, b in pairs]))
            shares.append([answers.count(c) / len(answers) for c in range(classes)])
    by_chance = np.square(np.mean(shares, axis=0)).sum()
    return float((np.mean(agreement) - by_chance) / (1 - by_chance))


def test_equals_the_textbook() -> None:
    ratings = from_matrix(answers_of(TEXTBOOK))
    assert fleiss_kappa(ratings) == pytest.approx(0.210, abs=5e-4)
    # The steps as they are printed: mean agreement 0.378, by chance 0.213.
    assert fleiss_kappa(ratings) == pytest.approx((0.378 - 0.213) / (1 - 0.213), abs=2e-3)


@pytest.mark.parametrize("seed", range(4))
def test_equals_a_loop_over_pairs(seed: int) -> None:
    matrix = gappy(seed)
    assert fleiss_kappa(from_matrix(matrix)) == pytest.approx(by_hand(matrix, 4))


def test_weights_are_repetitions() -> None:
    counts = np.random.default_rng(0).poisson(1.0, 40)
    matrix = gappy(5)
    repeated = from_matrix(np.repeat(matrix, counts, axis=0), class_count=4)
    ratings = from_matrix(matrix, class_count=4)
    assert fleiss_kappa(ratings, weights=counts) == pytest.approx(fleiss_kappa(repeated))
    np.testing.assert_allclose(category_kappa(ratings, weights=counts), category_kappa(repeated))


def test_a_category_is_the_kappa_of_it_against_the_rest() -> None:
    for matrix in (answers_of(TEXTBOOK), gappy(3)):
        ours = category_kappa(from_matrix(matrix))
        for c, value in enumerate(ours):
            against_rest = np.where(matrix < 0, -1, (matrix == c).astype(int))
            assert value == pytest.approx(by_hand(against_rest, 2))


def test_the_whole_is_the_weighted_mean_of_the_categories() -> None:
    ratings = from_matrix(answers_of(TEXTBOOK))
    shares = TEXTBOOK.sum(axis=0) / TEXTBOOK.sum()
    assert np.average(category_kappa(ratings), weights=shares * (1 - shares)) == pytest.approx(
        fleiss_kappa(ratings)
    )


def test_is_1_0_and_below() -> None:
    assert fleiss_kappa(from_matrix([[0, 0], [1, 1], [2, 2]])) == 1.0
    assert fleiss_kappa(from_matrix([[0, 1], [1, 0]])) == -1.0
    random = np.random.default_rng(0).integers(0, 3, (20_000, 3))
    assert fleiss_kappa(from_matrix(random)) == pytest.approx(0.0, abs=0.015)


@pytest.mark.parametrize(
    "ratings",
    [
        from_votes([], [], []),
        from_matrix([[0], [1]]),
        from_matrix([[0, -1], [-1, 1]]),
        from_matrix([[1, 1, 1], [1, 1, -1]], class_count=2),
    ],
    ids=["no votes", "one annotator", "no pairs", "one class"],
)
def test_undefined(ratings: Any) -> None:
    assert math.isnan(fleiss_kappa(ratings))
    assert np.isnan(category_kappa(ratings)).all()
    interval = fleiss.with_interval(ratings, repeats=20)
    assert np.isnan([interval.value, interval.low, interval.high]).all()


def test_one_class_is_undefined_with_any_weights() -> None:
    ratings = from_matrix(np.zeros((40, 3), dtype=int), class_count=2)
    weights = np.random.default_rng(0).random(40)
    assert math.isnan(fleiss_kappa(ratings, weights=weights))


def test_full_agreement_is_not_certain() -> None:
    matrix = np.repeat(np.arange(2), 25)[:, None].repeat(3, axis=1)
    interval = fleiss.with_interval(from_matrix(matrix), repeats=100)
    assert (interval.value, interval.high) == (1.0, 1.0)
    assert interval.low == pytest.approx(0.9287, abs=1e-4)


def test_covers_the_truth_as_often_as_it_says() -> None:
    """Of 95 % intervals for 60 pictures of three answers, two classes, kappa 0.64."""
    random = np.random.default_rng(5)
    held, trials = 0, 200
    for trial in range(trials):
        truth = random.integers(0, 2, 60)[:, None]
        matrix = np.where(random.random((60, 3)) < 0.9, truth, 1 - truth)
        interval = fleiss.with_interval(from_matrix(matrix), repeats=200, seed=trial)
        held += interval.low <= 0.64 <= interval.high
    assert held / trials >= 0.90


def test_the_interval_depends_on_the_seed_alone() -> None:
    ratings = from_matrix(gappy(1))
    first = fleiss.with_interval(ratings, repeats=50, seed=3)
    assert first == fleiss.with_interval(ratings, repeats=50, seed=3)
    assert first != fleiss.with_interval(ratings, repeats=50, seed=4)


def test_refuses_weights_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match=r"weights must have shape \(2,\), got \(1,\)"):
        fleiss_kappa(from_matrix([[0, 0], [0, 1]]), weights=[1])
