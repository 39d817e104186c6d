"""Intervals of agreement, by the example of percent agreement."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.metrics.test_percent_agreement import gappy

from fieldguide.metrics import bootstrap
from fieldguide.metrics import percent_agreement as agreement
from fieldguide.metrics.percent_agreement import percent_agreement
from fieldguide.metrics.ratings import from_matrix


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
