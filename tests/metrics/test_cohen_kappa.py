import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from fieldguide.metrics import cohen_kappa as cohen
from fieldguide.metrics.cohen_kappa import all_pairs, cohen_kappa
from fieldguide.metrics.ratings import from_matrix, from_votes

THEIRS = {"equal": None, "linear": "linear", "quadratic": "quadratic"}


def gappy(seed: int, *, pictures: int = 60, annotators: int = 2) -> Any:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 4, pictures)[:, None]
    answers = np.where(
        random.random((pictures, annotators)) < 0.6,
        truth,
        random.integers(0, 4, (pictures, annotators)),
    )
    return np.where(random.random((pictures, annotators)) < 0.7, answers, -1)


@pytest.mark.parametrize("weighting", list(THEIRS))
@pytest.mark.parametrize("seed", range(3))
def test_equals_scikit_learn(seed: int, weighting: Any) -> None:
    first, second = gappy(seed).T
    both = (first >= 0) & (second >= 0)
    given = {"labels": range(4), "weights": THEIRS[weighting]}
    assert cohen_kappa(first, second, class_count=4, weighting=weighting) == pytest.approx(
        cohen_kappa_score(first[both], second[both], **given)
    )
    weights = np.random.default_rng(seed).random(60)
    assert cohen_kappa(
        first, second, class_count=4, weighting=weighting, weights=weights
    ) == pytest.approx(
        cohen_kappa_score(first[both], second[both], sample_weight=weights[both], **given)
    )


def test_a_small_case_by_hand() -> None:
    # They agree on 20 + 15 of 50; the one says yes in 25 of 50, the other in 30 of 50.
    first = [1] * 20 + [1] * 5 + [0] * 10 + [0] * 15
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert cohen_kappa(first, second) == pytest.approx((0.7 - 0.5) / (1 - 0.5))


def test_every_pair_equals_the_pair_alone() -> None:
    matrix = gappy(7, pictures=25, annotators=6)
    matrix[:, 5] = -1
    pairs = all_pairs(from_matrix(matrix))
    assert list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == [
        (a, b) for a in range(5) for b in range(a + 1, 5)
    ]
    for place, (a, b) in enumerate(zip(pairs.first, pairs.second, strict=True)):
        both = (matrix[:, a] >= 0) & (matrix[:, b] >= 0)
        assert pairs.pictures[place] == both.sum()
        assert pairs.agreement[place] == pytest.approx((matrix[both, a] == matrix[both, b]).mean())
        assert pairs.kappa[place] == pytest.approx(cohen_kappa(matrix[:, a], matrix[:, b]))


def test_pairs_that_share_no_picture_are_left_out() -> None:
    pairs = all_pairs(from_matrix([[0, 0, -1], [1, -1, 1], [0, -1, -1]]))
    assert pairs.first.tolist() == [0, 0]
    assert pairs.second.tolist() == [1, 2]
    assert np.isnan(pairs.kappa).all()
    assert all_pairs(from_votes([], [], [])).kappa.size == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [([], []), ([0, -1], [-1, 0]), ([1, 1, 1], [1, 1, 1])],
    ids=["no pictures", "none in common", "one class"],
)
def test_undefined(first: Any, second: Any) -> None:
    assert math.isnan(cohen_kappa(first, second))
    interval = cohen.with_interval(first, second, repeats=20)
    assert np.isnan([interval.value, interval.low, interval.high]).all()


def test_full_agreement_is_not_certain() -> None:
    answers = np.repeat([0, 1], 25)
    interval = cohen.with_interval(answers, answers, repeats=100)
    assert (interval.value, interval.high) == (1.0, 1.0)
    assert interval.low == pytest.approx(0.9287, abs=1e-4)


def test_covers_the_truth_as_often_as_it_says() -> None:
    """Of 95 % intervals for 80 pictures, two classes, kappa 0.64."""
    random = np.random.default_rng(9)
    held, trials = 0, 200
    for trial in range(trials):
        truth = random.integers(0, 2, 80)
        first, second = np.where(random.random((2, 80)) < 0.9, truth, 1 - truth)
        interval = cohen.with_interval(first, second, repeats=200, seed=trial)
        held += interval.low <= 0.64 <= interval.high
    # Three standard errors below 0.95.
    assert held / trials >= 0.90


def test_groups_are_drawn_as_a_whole() -> None:
    first, second = np.repeat(gappy(1, pictures=40), 5, axis=0).T
    alone = cohen.with_interval(first, second, repeats=300)
    whole = cohen.with_interval(first, second, groups=np.repeat(np.arange(40), 5), repeats=300)
    assert (whole.high - whole.low) / (alone.high - alone.low) == pytest.approx(5**0.5, rel=0.25)


@pytest.mark.parametrize(
    ("first", "second", "settings", "words"),
    [
        ([0, 1], [0], {}, r"must have the same shape \(n,\), got \(2,\) and \(1,\)"),
        ([0.0], [0.0], {}, "first must hold integer class indices, got type float64"),
        ([0], [-2], {}, "second must hold indices from 0, or -1 for none, got -2"),
        ([0], [3], {"class_count": 3}, "indices below the 3 classes, got 3"),
        ([0], [0], {"class_count": 0}, "class_count must be at least 1, got 0"),
        ([0], [0], {"weighting": "cubic"}, "one of equal, linear, quadratic, got 'cubic'"),
        ([0], [0], {"weights": [1, 2]}, r"weights must have shape \(1,\), got \(2,\)"),
    ],
)
def test_refuses_what_does_not_fit(
    first: Any, second: Any, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        cohen_kappa(first, second, **settings)
