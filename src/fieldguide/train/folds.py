"""Folds for cross-validation: stratified, whole clusters, the same for the same seed."""

from __future__ import annotations

import hashlib

import numpy as np

from fieldguide.types import IntArray

MOST_FOLDS = 5


def make_folds(classes: IntArray, clusters: IntArray, *, seed: int) -> IntArray:
    """Assign every row to a fold.

    Clusters are dealt out largest first, each to the fold that has the smallest shares of its
    classes.

    Args:
        classes: ``(n,)`` class index of each row.
        clusters: ``(n,)`` rows with the same number stay together.
        seed: Draws the order among clusters of one size.

    Returns:
        ``(n,)`` int64: the fold of each row, from 0. Without any one fold, the rest holds two
        classes. All 0 when there are not two classes with two clusters each, so that
        cross-validation is impossible.
    """
    for count in range(_fold_count(classes, clusters), 1, -1):
        folds = _deal(classes, clusters, count, seed)
        # Clusters of several classes can put a class into one fold although it has two clusters.
        if all(len(np.unique(classes[folds != fold])) >= 2 for fold in range(count)):
            return folds
    return np.zeros(len(classes), np.int64)


def _deal(classes: IntArray, clusters: IntArray, count: int, seed: int) -> IntArray:
    folds = np.zeros(len(classes), np.int64)
    filled = np.zeros((count, int(classes.max()) + 1))
    totals = np.bincount(classes)
    rows_of = _rows_by_cluster(clusters)
    order = sorted(rows_of, key=lambda c: (-len(rows_of[c]), _draw(seed, c)))
    for cluster in order:
        rows = rows_of[cluster]
        labels, counts = np.unique(classes[rows], return_counts=True)
        load = (filled[:, labels] * counts / totals[labels] ** 2).sum(axis=1)
        fold = int(np.lexsort((filled.sum(axis=1), load))[0])
        folds[rows] = fold
        filled[fold, labels] += counts
    return folds


def _fold_count(classes: IntArray, clusters: IntArray) -> int:
    per_class = [len(np.unique(clusters[classes == label])) for label in np.unique(classes)]
    enough = sorted((n for n in per_class if n >= 2), reverse=True)
    if len(enough) < 2:
        return 0
    # As many folds as the second best class has clusters, so that two classes are in each training.
    return min(MOST_FOLDS, enough[1])


def _rows_by_cluster(clusters: IntArray) -> dict[int, IntArray]:
    order = np.argsort(clusters, kind="stable")
    numbers, starts = np.unique(clusters[order], return_index=True)
    return {int(n): rows for n, rows in zip(numbers, np.split(order, starts[1:]), strict=True)}


def _draw(seed: int, cluster: int) -> str:
    return hashlib.sha256(f"{seed}:{cluster}".encode()).hexdigest()
