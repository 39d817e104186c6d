import math
from typing import Any

import numpy as np
import pytest

from fieldguide.metrics import krippendorff_alpha as krippendorff
from fieldguide.metrics.krippendorff_alpha import krippendorff_alpha
from fieldguide.metrics.ratings import from_matrix, from_votes

PUBLISHED = (
    np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
            [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
        ]
    ).T
    - 1
)
"""Krippendorff's example: 12 units, 4 observers, 5 values, here from 0 and -1 for none."""


def gappy(seed: int) -> Any:
    random = np.random.default_rng(seed)
    centre = random.integers(0, 5, 30)[:, None]
    answers = np.clip(centre + random.integers(-1, 2, (30, 5)), 0, 4)
    return np.where(random.random((30, 5)) < 0.6, answers, -1)


def by_hand(matrix: Any, classes: int, scale: str, values: Any = None) -> float:
    """The definition: fill the coincidence matrix pair by pair, and weigh it by the distances."""
    o = np.zeros((classes, classes))
    for row in matrix:
        answers = [a for a in row.tolist() if a >= 0]
        for i, a in enumerate(answers):
            for j, b in enumerate(answers):
                if i != j:
                    o[a, b] += 1 / (len(answers) - 1)
    n = o.sum(axis=1)
    observed = expected = 0.0
    for c in range(classes):
        for k in range(classes):
            if scale == "nominal":
                distance = float(c != k)
            elif scale == "interval":
                place = np.arange(classes) if values is None else values
                distance = float(place[c] - place[k]) ** 2
            else:
                low, high = min(c, k), max(c, k)
                distance = (n[low : high + 1].sum() - (n[c] + n[k]) / 2) ** 2
            observed += o[c, k] * distance
            expected += n[c] * n[k] * distance
    return float(1 - (n.sum() - 1) * observed / expected)


@pytest.mark.parametrize(
    ("scale", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_equals_the_published_example(scale: Any, alpha: float) -> None:
    assert krippendorff_alpha(from_matrix(PUBLISHED), scale=scale) == pytest.approx(alpha, abs=5e-4)


def test_a_small_case_by_hand() -> None:
    # Answers 0 0, 0 1, 1 1, 1 1: the coincidences off the diagonal are 1 and 1, and there are
    # three answers 0 and five answers 1, so alpha = 1 - 7 * (1 + 1) / (3 * 5 + 5 * 3).
    ratings = from_matrix([[0, 0], [0, 1], [1, 1], [1, 1], [1, -1]])
    for scale in ("nominal", "ordinal", "interval"):
        assert krippendorff_alpha(ratings, scale=scale) == pytest.approx(1 - 14 / 30)


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("seed", range(3))
def test_equals_the_definition(scale: Any, seed: int) -> None:
    matrix = gappy(seed)
    ratings = from_matrix(matrix, class_count=5)
    assert krippendorff_alpha(ratings, scale=scale) == pytest.approx(by_hand(matrix, 5, scale))
    counts = np.random.default_rng(seed).poisson(1.0, 30)
    repeated = np.repeat(matrix, counts, axis=0)
    assert krippendorff_alpha(ratings, scale=scale, weights=counts) == pytest.approx(
        by_hand(repeated, 5, scale)
    )


def test_numbers_may_stand_for_the_classes() -> None:
    matrix, values = gappy(4), np.array([0.0, 1.0, 5.0, 7.5, 100.0])
    ratings = from_matrix(matrix, class_count=5)
    alpha = krippendorff_alpha(ratings, scale="interval", values=values)
    assert alpha == pytest.approx(by_hand(matrix, 5, "interval", values))
    shifted = krippendorff_alpha(ratings, scale="interval", values=1e6 + 3.0 * values)
    assert shifted == pytest.approx(alpha)


def test_classes_that_stand_for_one_number_do_not_differ() -> None:
    ratings = from_matrix([[0, 1], [1, 1], [0, 0]])
    assert math.isnan(krippendorff_alpha(ratings, scale="interval", values=[0.1, 0.1]))


def test_ranks_are_not_changed_by_a_class_that_nobody_chose() -> None:
    matrix = gappy(4)
    spread = np.where(matrix >= 2, matrix + 3, matrix)
    assert krippendorff_alpha(from_matrix(spread), scale="ordinal") == pytest.approx(
        krippendorff_alpha(from_matrix(matrix), scale="ordinal")
    )


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize(
    "ratings",
    [
        from_votes([], [], []),
        from_matrix([[0], [1]]),
        from_matrix([[0, -1], [-1, 1]]),
        from_matrix([[1, 1, 1], [1, 1, -1], [0, -1, -1]], class_count=2),
    ],
    ids=["no votes", "one annotator", "no pairs", "one class"],
)
def test_undefined(ratings: Any, scale: Any) -> None:
    assert math.isnan(krippendorff_alpha(ratings, scale=scale))
    interval = krippendorff.with_interval(ratings, scale=scale, repeats=20)
    assert np.isnan([interval.value, interval.low, interval.high]).all()


def test_full_agreement_is_not_certain() -> None:
    matrix = np.repeat(np.arange(2), 25)[:, None].repeat(3, axis=1)
    interval = krippendorff.with_interval(from_matrix(matrix), repeats=100)
    assert (interval.value, interval.high) == (1.0, 1.0)
    assert interval.low == pytest.approx(0.9287, abs=1e-4)


@pytest.mark.parametrize("scale", ["nominal", "ordinal"])
def test_covers_the_truth_as_often_as_it_says(scale: Any) -> None:
    """Of 95 % intervals for 60 pictures of two or three answers, two classes, alpha 0.64."""
    random = np.random.default_rng(6)
    held, trials = 0, 150
    for trial in range(trials):
        truth = random.integers(0, 2, 60)[:, None]
        matrix = np.where(random.random((60, 3)) < 0.9, truth, 1 - truth)
        matrix[:30, 2] = -1
        interval = krippendorff.with_interval(
            from_matrix(matrix), scale=scale, repeats=200, seed=trial
        )
        held += interval.low <= 0.64 <= interval.high
    # Three standard errors below 0.95.
    assert held / trials >= 0.89


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"scale": "ratio"}, "scale must be one of nominal, ordinal, interval, got 'ratio'"),
        ({"values": [1.0, 2.0]}, "values belong to the scale 'interval' only, got scale 'nominal'"),
        ({"scale": "interval", "values": [1.0]}, r"values must have shape \(2,\), got \(1,\)"),
        ({"scale": "interval", "values": [1.0, np.inf]}, "values must be finite"),
    ],
)
def test_refuses_what_it_does_not_know(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        krippendorff_alpha(from_matrix([[0, 1], [1, 1]]), **settings)
