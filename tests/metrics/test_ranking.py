import numpy as np

from fieldguide.metrics.ranking import accumulate, rank, weight_outside

SCORES = np.array([0.5, 0.1, 0.5, 0.9, 0.1])
POSITIVE = np.array([True, False, False, True, True])


def test_counts_what_scores_lower_and_as_high() -> None:
    ranking = rank(SCORES, POSITIVE)
    assert ranking.positives.tolist() == [4, 0, 3]
    assert ranking.below.tolist() == [0, 2, 4]
    assert ranking.up_to.tolist() == [2, 4, 5]
    assert ranking.positives_below.tolist() == [0, 1, 2]


def test_accumulates_from_the_lowest_score() -> None:
    sums = accumulate(rank(SCORES, POSITIVE), np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [1.0] * 5]))
    assert sums.tolist() == [[0.0, 2.0, 7.0, 8.0, 11.0, 15.0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]]


def test_a_rounding_error_is_no_weight() -> None:
    sums = np.array([[0.0, 1.0 + 1e-15], [0.0, 1.5]])
    assert weight_outside(sums, np.ones(2)).tolist() == [0.0, 0.5]


def test_without_pictures_it_is_empty() -> None:
    ranking = rank(np.zeros(0), np.zeros(0, np.bool_))
    assert ranking.order.size == 0
    assert accumulate(ranking, np.ones((2, 0))).tolist() == [[0.0], [0.0]]
