from __future__ import annotations

import numpy as np

from fieldguide.label.suggestions import calibration, discriminant


def test_folds_keep_groups_whole_and_deal_each_class_evenly() -> None:
    classes = np.repeat([0, 1], [80, 20])
    groups = np.arange(100) // 2
    part = calibration.folds(classes, groups)
    assert len(set(part.tolist())) == 5
    assert all(len(set(part[groups == g].tolist())) == 1 for g in range(50))
    assert np.bincount(part[classes == 1]).tolist() == [4] * 5


def test_a_certainty_of_nine_in_ten_is_right_nine_times_in_ten() -> None:
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 6000)
    rows = rng.normal(size=(6000, 20)).astype(np.float32)
    rows[np.arange(6000), classes] += 2.0
    found = calibration.of_discriminant(rows[:300], classes[:300], np.arange(300), count=3)
    head = discriminant.fit(rows[:300], classes[:300], count=3, strength=found.strength)
    p = calibration.probabilities(head.log_scores(rows[300:]), found.temperature)
    right = p.argmax(axis=1) == classes[300:]
    for low in (0.5, 0.6, 0.7, 0.8, 0.9):
        some = (p.max(axis=1) >= low) & (p.max(axis=1) < low + 0.1)
        assert abs(right[some].mean() - p.max(axis=1)[some].mean()) < 0.06


def test_labels_that_have_nothing_to_do_with_the_vectors_give_no_certainty() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(400, 20)).astype(np.float32)
    classes = rng.integers(0, 2, 400)
    found = calibration.of_discriminant(rows, classes, np.arange(400), count=2)
    head = discriminant.fit(rows, classes, count=2, strength=found.strength)
    p = calibration.probabilities(head.log_scores(rows), found.temperature)
    assert p.max(axis=1).mean() < 0.62


def test_copies_of_labelled_pictures_do_not_make_it_sure() -> None:
    rng = np.random.default_rng(0)
    rows = np.repeat(rng.normal(size=(100, 80)), 4, axis=0).astype(np.float32)
    classes = np.repeat(rng.integers(0, 2, 100), 4)
    together = calibration.of_discriminant(rows, classes, np.arange(400) // 4, count=2)
    apart = calibration.of_discriminant(rows, classes, np.arange(400), count=2)
    assert together.loss > 0.6
    assert apart.loss < together.loss - 0.1


def test_any_method_can_be_calibrated_by_what_it_did_not_learn_from() -> None:
    classes = np.arange(40) % 2

    def scorer(on: np.ndarray) -> np.ndarray:
        # Knows what it learned from, and nothing else.
        scores = np.zeros((40, 2))
        scores[on, classes[on]] = 5.0
        return scores

    found = calibration.of_scores(scorer, classes, np.arange(40))
    assert abs(found.loss - np.log(2)) < 1e-6
