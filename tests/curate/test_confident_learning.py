"""Confident learning against loops written from the paper, and on planted errors."""

from __future__ import annotations

import numpy as np
import pytest

from fieldguide.curate.confident_learning import (
    class_thresholds,
    confident_joint,
    doubt_labels,
    prune_by_noise_rate,
)
from fieldguide.types import FloatArray, IntArray


def _planted(
    seed: int, n: int = 3000, classes: int = 5, noise: float = 0.1
) -> tuple[IntArray, FloatArray, IntArray]:
    """Make true classes, calibrated probabilities of them, and labels of which some are wrong."""
    random = np.random.default_rng(seed)
    scores = random.normal(0, 1, (n, classes)) + 4 * np.eye(classes)[random.integers(0, classes, n)]
    chances = np.exp(1.5 * scores)
    chances /= chances.sum(axis=1, keepdims=True)
    true = (chances.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)
    labels = true.copy()
    wrong = random.random(n) < noise
    labels[wrong] = (labels[wrong] + random.integers(1, classes, int(wrong.sum()))) % classes
    # What a model that was fitted on such labels says: of the label, not of the class.
    given = chances * (1 - noise) + (1 - chances) * noise / (classes - 1)
    return labels, given, true


def _joint_by_loops(labels: IntArray, probabilities: FloatArray) -> FloatArray:
    n, classes = probabilities.shape
    thresholds = [
        np.mean([probabilities[i, j] for i in range(n) if labels[i] == j]) for j in range(classes)
    ]
    joint = np.zeros((classes, classes))
    for i in range(n):
        above = [j for j in range(classes) if probabilities[i, j] >= thresholds[j]]
        if above:
            joint[labels[i], max(above, key=lambda j: probabilities[i, j])] += 1
    for j in range(classes):
        joint[j] *= np.sum(labels == j) / joint[j].sum()
    return joint


def test_joint_and_thresholds_are_those_of_the_paper() -> None:
    labels, probabilities, _ = _planted(0, n=400)
    thresholds = class_thresholds(labels, probabilities)
    for j in range(5):
        assert thresholds[j] == pytest.approx(probabilities[labels == j, j].mean())
    joint = confident_joint(labels, probabilities, thresholds)
    np.testing.assert_allclose(joint, _joint_by_loops(labels, probabilities))
    np.testing.assert_allclose(joint.sum(axis=1), np.bincount(labels))


def test_pruning_takes_the_largest_margins_of_each_pair_of_classes() -> None:
    labels, probabilities, _ = _planted(1, n=300, classes=3)
    joint = confident_joint(labels, probabilities, class_thresholds(labels, probabilities))
    expected = set()
    for i in range(3):
        for j in range(3):
            if i != j:
                rows = [r for r in range(300) if labels[r] == i]
                rows.sort(key=lambda r: probabilities[r, i] - probabilities[r, j])
                expected |= set(rows[: round(joint[i, j])])
    marked = prune_by_noise_rate(labels, probabilities, joint)
    assert expected == set(np.flatnonzero(marked).tolist())
    assert expected


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.3])
def test_certainty_is_the_share_of_errors(noise: float) -> None:
    labels, probabilities, true = _planted(2, n=6000, noise=noise)
    doubts = doubt_labels(labels, probabilities)
    wrong = labels != true
    listed = doubts.certainty >= 0.5
    assert wrong[listed].mean() == pytest.approx(doubts.certainty[listed].mean(), abs=0.2)
    assert wrong[listed].sum() > 0.6 * wrong.sum()
    assert (doubts.suggested[listed & wrong] == true[listed & wrong]).mean() > 0.9


def test_the_number_of_errors_is_estimated() -> None:
    labels, probabilities, true = _planted(3, n=6000, noise=0.1)
    found = doubt_labels(labels, probabilities)
    assert found.expected_errors == pytest.approx(np.sum(labels != true), rel=0.35)


def test_certainty_never_falls_with_doubt() -> None:
    labels, probabilities, _ = _planted(4)
    doubts = doubt_labels(labels, probabilities)
    assert (np.diff(doubts.certainty[doubts.order]) <= 1e-12).all()
    assert (doubts.suggested != labels).all()


def test_sure_and_right_models_doubt_nothing() -> None:
    labels = np.arange(90) % 3
    probabilities = np.full((90, 3), 0.01)
    probabilities[np.arange(90), labels] = 0.98
    doubts = doubt_labels(labels, probabilities)
    assert doubts.expected_errors == 0
    assert not prune_by_noise_rate(labels, probabilities, doubts.joint).any()
    assert doubts.certainty.max() < 0.05


def test_a_class_that_no_label_names_stays_possible() -> None:
    labels = np.array([0, 0, 1, 1])
    probabilities = np.array([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1]])
    doubts = doubt_labels(labels, probabilities)
    assert np.isnan(doubts.thresholds[2])
    assert doubts.joint[:, 2].sum() == 0
    assert doubts.suggested[1] == 2


def test_no_labels_give_no_doubts() -> None:
    doubts = doubt_labels(np.zeros(0, np.int64), np.zeros((0, 3)))
    assert len(doubts.order) == len(doubts.certainty) == 0
    assert doubts.expected_errors == 0


@pytest.mark.parametrize(
    ("labels", "probabilities", "match"),
    [
        ([0, 1], np.full((3, 2), 0.5), r"got \(3, 2\) and \(2,\)"),
        ([0, 2], np.full((2, 2), 0.5), "below 2; got 0 to 2"),
        ([0, 1], np.full((2, 2), 1.5), r"in \[0, 1\]"),
        ([0, 1], np.full((2, 2), np.nan), r"in \[0, 1\]"),
    ],
)
def test_wrong_shapes_are_refused(labels: list[int], probabilities: FloatArray, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        doubt_labels(np.array(labels), probabilities)
