from __future__ import annotations

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from fieldguide.label.suggestions import discriminant


def heaps(n: int, dimensions: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    classes = rng.integers(0, 3, n)
    mixing = rng.normal(size=(dimensions, dimensions))
    rows = rng.normal(size=(n, dimensions)) @ mixing + rng.normal(size=(3, dimensions))[classes] * 2
    return rows.astype(np.float32), classes


def test_without_shrinkage_it_is_the_linear_discriminant_of_scikit_learn() -> None:
    rows, classes = heaps(4000)
    head = discriminant.fit(rows, classes, count=3, strength=0.0)
    theirs = LinearDiscriminantAnalysis(solver="lsqr").fit(rows, classes)
    assert (head.log_scores(rows).argmax(axis=1) == theirs.predict(rows)).mean() > 0.999


def test_at_full_strength_it_compares_distances_to_class_means() -> None:
    rows, classes = heaps(300)
    classes[:] = np.arange(300) % 3  # Equal shares, so that only distances count.
    head = discriminant.fit(rows, classes, count=3, strength=1.0)
    means = np.stack([rows[classes == c].mean(axis=0) for c in range(3)])
    nearest = ((rows[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (head.log_scores(rows).argmax(axis=1) == nearest).all()


def test_a_class_without_an_example_comes_last_and_nothing_is_infinite() -> None:
    rows, classes = heaps(50)
    some = classes != 1
    head = discriminant.fit(rows[some], classes[some], count=3, strength=0.3)
    scores = head.log_scores(rows)
    assert np.isfinite(scores).all()
    assert (scores.argmin(axis=1) == 1).all()


def test_one_example_of_each_class_is_enough() -> None:
    rows = np.eye(3, 8, dtype=np.float32)
    for head in discriminant.fit_all(rows, np.arange(3), count=3):
        assert (head.log_scores(rows).argmax(axis=1) == np.arange(3)).all()
