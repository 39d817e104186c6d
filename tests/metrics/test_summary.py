import math
from time import process_time
from typing import Any

import numpy as np
import pytest

from fieldguide.metrics import bootstrap
from fieldguide.metrics.accuracy import accuracy
from fieldguide.metrics.confusion_matrix import confusion_matrix
from fieldguide.metrics.f1 import f1, macro_f1
from fieldguide.metrics.log_loss import LARGEST, log_loss
from fieldguide.metrics.precision import precision
from fieldguide.metrics.recall import recall
from fieldguide.metrics.reliability import reliability
from fieldguide.metrics.summary import summarise
from fieldguide.types import FloatArray, IntArray

KEYS = [
    "accuracy",
    "balanced_accuracy",
    "macro_precision",
    "macro_recall",
    "macro_f1",
    "weighted_f1",
    "log_loss",
    "brier",
    "expected_calibration_error",
    "roc_auc",
    "average_precision",
]


def sample(
    random: np.random.Generator,
    groups: Any,
    size: int,
    classes: int,
    *,
    between: float = 1.0,
    signal: float = 3.0,
) -> tuple[IntArray, FloatArray, IntArray]:
    """Groups of one class each; ``between`` is the standard deviation that a group shares."""
    truth = np.repeat(random.integers(0, classes, groups), size)
    shared = np.repeat(random.normal(size=(groups, classes)) * between, size, axis=0)
    scores = random.normal(size=shared.shape) + shared
    scores[np.arange(truth.size), truth] += signal
    probabilities = np.exp(scores)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return truth, probabilities, np.repeat(np.arange(groups), size)


def test_values_equal_the_plain_metrics(case: Any) -> None:
    summary = summarise(case.truth, case.probabilities, class_count=case.class_count, repeats=20)
    assert list(summary.metrics) == KEYS
    assert summary.metrics["accuracy"].value == accuracy(case.truth, case.predicted)
    assert summary.metrics["macro_f1"].value == macro_f1(case.truth, case.predicted)
    assert summary.metrics["log_loss"].value == pytest.approx(
        log_loss(case.truth, case.probabilities)
    )
    assert repr(summary.reliability) == repr(reliability(case.truth, case.probabilities))
    confusion = confusion_matrix(case.truth, case.predicted, class_count=case.class_count)
    np.testing.assert_array_equal(summary.confusion, confusion)
    assert summary.confusion.dtype == np.int64
    assert [row.support for row in summary.per_class] == confusion.sum(axis=1).tolist()
    assert [row.predicted for row in summary.per_class] == confusion.sum(axis=0).tolist()
    for name, metric in (("precision", precision), ("recall", recall), ("f1", f1)):
        values = [getattr(row, name).value for row in summary.per_class]
        expected = metric(case.truth, case.predicted, class_count=case.class_count)
        assert values == pytest.approx(expected.tolist(), nan_ok=True)


def test_intervals_hold_their_values_and_the_bootstrap(case: Any) -> None:
    groups = np.arange(case.truth.size) // 4
    summary = summarise(
        case.truth, case.probabilities, groups=groups, class_count=case.class_count, repeats=99
    )
    assert summary.groups == groups.max() + 1
    for interval in summary.metrics.values():
        assert interval.low <= interval.value <= interval.high
    low, high = bootstrap.interval(
        lambda w: macro_f1(case.truth, case.predicted, weights=w),
        case.truth.size,
        groups=groups,
        repeats=99,
    )
    found = summary.metrics["macro_f1"]
    assert found.low <= low + 1e-12
    assert found.high >= high - 1e-12


def test_the_same_seed_gives_the_same_summary(case: Any) -> None:
    first, again, other = (
        summarise(
            case.truth, case.probabilities, class_count=case.class_count, repeats=50, seed=seed
        )
        for seed in (1, 1, 2)
    )
    assert first.metrics == again.metrics
    assert first.metrics != other.metrics


def test_fifty_right_of_fifty_do_not_claim_certainty() -> None:
    truth = np.arange(50) % 5
    probabilities = np.eye(5)[truth]
    single = summarise(truth, probabilities, class_count=5, repeats=50)
    grouped = summarise(truth, probabilities, groups=truth, class_count=5, repeats=50)
    assert single.metrics["accuracy"].low == pytest.approx(0.9286, abs=1e-4)
    assert grouped.metrics["accuracy"].low == pytest.approx(0.5655, abs=1e-4)
    for name in KEYS:
        if name not in ("log_loss", "brier", "expected_calibration_error"):
            assert single.metrics[name].low < 0.98
            assert single.metrics[name].high == 1.0
    assert all(row.recall.low < 0.8 for row in single.per_class)


def test_a_class_without_pictures_is_undefined() -> None:
    truth = np.array([0, 1, 1, 0, 1, 0])
    probabilities = np.full((6, 3), 0.1)
    probabilities[np.arange(6), truth] = 0.8
    summary = summarise(truth, probabilities, class_count=3, repeats=30)
    empty = summary.per_class[2]
    assert (empty.support, empty.predicted) == (0, 0)
    for interval in (empty.precision, empty.recall, empty.f1):
        assert np.isnan([interval.value, interval.low, interval.high]).all()
    assert summary.metrics["macro_f1"].value == 1.0
    assert summary.metrics["roc_auc"].value == 1.0


def test_one_class_in_the_truth_has_no_areas() -> None:
    summary = summarise([1, 1, 1], [[0.4, 0.6], [0.3, 0.7], [0.6, 0.4]], class_count=2, repeats=30)
    assert math.isnan(summary.metrics["roc_auc"].value)
    assert math.isnan(summary.metrics["average_precision"].value)
    assert summary.metrics["accuracy"].value == pytest.approx(2 / 3)


def test_one_group_has_values_and_no_bounds() -> None:
    summary = summarise(
        [0, 1], [[0.9, 0.1], [0.2, 0.8]], groups=["leaf", "leaf"], class_count=2, repeats=30
    )
    assert summary.groups == 1
    accuracy_ = summary.metrics["accuracy"]
    assert accuracy_.value == 1.0
    assert np.isnan([accuracy_.low, accuracy_.high]).all()
    assert math.isnan(summary.per_class[0].recall.low)


def test_without_pictures_all_is_undefined() -> None:
    summary = summarise([], np.zeros((0, 2)), class_count=2)
    assert (summary.pictures, summary.groups) == (0, 0)
    assert all(math.isnan(interval.value) for interval in summary.metrics.values())
    assert summary.confusion.tolist() == [[0, 0], [0, 0]]
    assert [row.support for row in summary.per_class] == [0, 0]


def test_losses_stay_within_their_range() -> None:
    probabilities = np.array([[1.0, 0.0]] * 11)
    summary = summarise([0] * 10 + [1], probabilities, class_count=2, repeats=200)
    assert summary.metrics["log_loss"].high <= LARGEST
    assert summary.metrics["brier"].high <= 2.0
    assert summary.metrics["brier"].low >= 0.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"class_count": 3}, "probabilities must have 3 columns, one a class, got 2"),
        ({"groups": ["a"]}, r"groups must have shape \(2,\), got \(1,\)"),
        ({"repeats": 0}, "repeats must be at least 1, got 0"),
        ({"level": 0.0}, r"level must lie between 0 and 1, got 0.0"),
        ({"probabilities": [[0.5, 0.5]]}, "truth must have 1 entries, one a picture, got 2"),
        ({"probabilities": [[0.5, 0.4]] * 2}, "must add up to 1, got 0.9 in rows 0, 1"),
        ({"probabilities": [[0.5, np.nan]] * 2}, "must be finite"),
    ],
)
def test_refuses_what_does_not_fit(change: dict[str, Any], words: str) -> None:
    given = {"truth": [0, 1], "probabilities": [[0.5, 0.5]] * 2, "class_count": 2} | change
    with pytest.raises(ValueError, match=words):
        summarise(**given)


def test_a_calibrated_model_is_not_called_miscalibrated() -> None:
    random = np.random.default_rng(8)
    refused = 0
    for trial in range(40):
        scores = np.exp(random.normal(size=(150, 3)) * 2.0)
        probabilities = scores / scores.sum(axis=1, keepdims=True)
        truth = (random.random((150, 1)) > probabilities.cumsum(axis=1)).sum(axis=1)
        summary = summarise(
            np.minimum(truth, 2), probabilities, class_count=3, repeats=200, seed=trial
        )
        refused += summary.metrics["expected_calibration_error"].low > 0.02
    assert refused <= 4


@pytest.mark.slow
def test_intervals_hold_the_truth_with_grouped_pictures() -> None:
    random = np.random.default_rng(4)
    truth, probabilities, _ = sample(random, 40_000, 5, 4)
    exact = summarise(
        truth, probabilities, groups=["all"] * truth.size, class_count=4, repeats=1
    ).metrics
    trials = 100
    held = dict.fromkeys(KEYS, 0)
    single = 0
    for trial in range(trials):
        truth, probabilities, groups = sample(random, 40, 10, 4)
        settings = {"class_count": 4, "repeats": 200, "seed": trial}
        found = summarise(truth, probabilities, groups=groups, **settings).metrics
        for name in KEYS:
            held[name] += found[name].low <= exact[name].value <= found[name].high
        alone = summarise(truth, probabilities, **settings).metrics["accuracy"]
        single += alone.low <= exact["accuracy"].value <= alone.high
    # Three standard errors of 100 trials below 0.95 are 0.88.
    assert {name: count for name, count in held.items() if count < 88} == {}
    assert single < 85


def test_a_thousand_repeats_are_quick() -> None:
    truth, probabilities, groups = sample(np.random.default_rng(0), 60, 10, 6)
    start = process_time()
    summarise(truth, probabilities, groups=groups, class_count=6)
    # It takes about 0.1 s; the bound leaves room for a slow machine.
    assert process_time() - start < 2.0
