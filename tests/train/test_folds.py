from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from fieldguide.train.folds import MOST_FOLDS, make_folds

Rows = list[tuple[int, int]]

rows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12)), max_size=60)


def split(pairs: Rows) -> tuple[np.ndarray, np.ndarray]:
    array = np.array(pairs, np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


@settings(deadline=None)
@given(rows, st.integers(0, 5))
def test_clusters_stay_whole(pairs: Rows, seed: int) -> None:
    classes, clusters = split(pairs)
    folds = make_folds(classes, clusters, seed=seed)
    assert folds.shape == classes.shape
    assert folds.dtype == np.int64
    for cluster in np.unique(clusters):
        assert len(np.unique(folds[clusters == cluster])) == 1


@settings(max_examples=400, deadline=None)
@given(rows, st.integers(0, 5))
def test_every_fold_has_rows_and_two_classes_to_learn_from(pairs: Rows, seed: int) -> None:
    classes, clusters = split(pairs)
    folds = make_folds(classes, clusters, seed=seed)
    if not folds.any():
        return
    used = np.unique(folds)
    assert used.tolist() == list(range(len(used)))
    assert 2 <= len(used) <= MOST_FOLDS
    for fold in used:
        assert len(np.unique(classes[folds != fold])) >= 2


@settings(deadline=None)
@given(rows, st.integers(0, 5))
def test_the_same_seed_gives_the_same_folds(pairs: Rows, seed: int) -> None:
    classes, clusters = split(pairs)
    once = make_folds(classes, clusters, seed=seed)
    np.testing.assert_array_equal(once, make_folds(classes.copy(), clusters.copy(), seed=seed))


@settings(deadline=None)
@given(st.permutations(range(40)))
def test_the_order_of_the_rows_does_not_matter(order: list[int]) -> None:
    classes, clusters = np.arange(40) % 3, np.arange(40) // 2
    folds = make_folds(classes, clusters, seed=1)
    shuffled = make_folds(classes[order], clusters[order], seed=1)
    np.testing.assert_array_equal(shuffled, folds[order])


@pytest.mark.parametrize("counts", [(50, 50), (100, 10), (7, 12, 31, 5), (5, 5)])
def test_single_rows_are_stratified_as_by_scikit_learn(counts: tuple[int, ...]) -> None:
    classes = np.repeat(np.arange(len(counts)), counts)
    folds = make_folds(classes, np.arange(len(classes)), seed=0)
    ours = [np.bincount(classes[folds == f], minlength=len(counts)) for f in range(5)]
    theirs = [
        np.bincount(classes[test], minlength=len(counts))
        for _, test in StratifiedKFold(5, shuffle=True, random_state=0).split(classes, classes)
    ]
    for label in range(len(counts)):
        assert sorted(c[label] for c in ours) == sorted(c[label] for c in theirs)
    sizes = [c.sum() for c in ours]
    assert max(sizes) - min(sizes) <= len(counts)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 6)), min_size=30, max_size=80),
    st.integers(0, 3),
)
def test_whole_clusters_of_one_class_are_spread_evenly(
    drawn: list[tuple[int, int]], seed: int
) -> None:
    classes = np.repeat([label for label, _ in drawn], [size for _, size in drawn])
    clusters = np.repeat(np.arange(len(drawn)), [size for _, size in drawn])
    folds = make_folds(classes, clusters, seed=seed)
    for label in np.unique(classes):
        if not folds.any():
            return
        counts = np.bincount(folds[classes == label], minlength=folds.max() + 1)
        # Greedy dealing, largest first, never puts two folds further apart than one cluster.
        largest = max(size for other, size in drawn if other == label)
        assert counts.max() - counts.min() <= largest


def test_another_seed_draws_other_folds() -> None:
    classes, clusters = np.arange(60) % 3, np.arange(60)
    assert (make_folds(classes, clusters, seed=0) != make_folds(classes, clusters, seed=1)).any()


@pytest.mark.parametrize(
    ("classes", "clusters"),
    [
        ([], []),
        ([0], [0]),
        ([0] * 10, range(10)),
        ([0, 1], [0, 1]),
        ([0, 0, 0, 1], [0, 1, 2, 3]),
        ([0, 0, 1, 1], [0, 1, 2, 2]),
        ([0, 0, 1, 1], [5, 5, 5, 5]),
    ],
)
def test_too_few_for_folds(classes: list[int], clusters: list[int]) -> None:
    folds = make_folds(np.array(classes, np.int64), np.array(clusters, np.int64), seed=0)
    assert folds.tolist() == [0] * len(classes)


@pytest.mark.parametrize(("per_class", "count"), [(2, 2), (3, 3), (4, 4), (5, 5), (90, 5)])
def test_as_many_folds_as_the_second_class_has_clusters(per_class: int, count: int) -> None:
    classes = np.repeat([0, 1, 2], [100, per_class, 1])
    folds = make_folds(classes, np.arange(len(classes)), seed=0)
    assert len(np.unique(folds)) == count


def test_clusters_of_several_classes_never_leave_one_class_to_learn() -> None:
    # Both clusters with class 1 hold mostly class 0, of which the other fold has plenty.
    classes = np.array([0] * 30 + [0] * 10 + [1] + [0] * 10 + [1])
    clusters = np.repeat([0, 1, 2], [30, 11, 11])
    for seed in range(20):
        folds = make_folds(classes, clusters, seed=seed)
        assert folds[30] != folds[41]


def test_random_clusters_of_several_classes() -> None:
    random = np.random.default_rng(0)
    possible = 0
    for trial in range(3000):
        count = random.integers(2, 9)
        sizes = random.integers(1, 12, count)
        clusters = np.repeat(np.arange(count), sizes)
        rare = random.random(len(clusters)) < random.uniform(0, 0.4)
        classes = np.where(rare, random.integers(1, 4, len(clusters)), 0)
        folds = make_folds(classes, clusters, seed=trial)
        possible += folds.any()
        for fold in np.unique(folds) if folds.any() else []:
            assert len(np.unique(classes[folds != fold])) >= 2
    assert possible > 1000


def test_numbers_of_clusters_may_have_gaps() -> None:
    classes = np.arange(20) % 2
    folds = make_folds(classes, np.arange(20) * 1_000_003 - 7, seed=0)
    assert len(np.unique(folds)) == 5


def test_many_rows_are_dealt_quickly() -> None:
    classes, clusters = np.arange(20_000) % 50, np.arange(20_000) // 3
    folds = make_folds(classes, clusters, seed=0)
    counts = np.stack([np.bincount(classes[folds == f], minlength=50) for f in range(5)])
    assert counts.min() >= 60
    assert counts.max() <= 100
