"""What may be counted as one: pictures of one group, of the same bytes, of one scene."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.clusters import cluster_items
from fieldguide.types import IntArray

FOLDS = 5


def units_of(pool: Pool) -> IntArray:
    """Return a number per picture; those of one group, image or scene have the same, ``(n,)``.

    Statistics that count pictures of one leaf as independent find what is not there.
    """
    return _numbers(cluster_items(pool.items, [(pair.a, pair.b) for pair in pool.near]))


def scenes_of(pool: Pool) -> IntArray:
    """Return a number per picture; those of one image or one scene have the same, ``(n,)``."""
    return _numbers(pool.scenes)


def deal(units: IntArray, classes: IntArray, *, seed: int = 0) -> IntArray:
    """Deal units to folds, whole, so that every fold gets about its share of every class.

    Args:
        units: ``(n,)`` what stays together.
        classes: ``(n,)`` class of each row, from 0.
        seed: Draws the order.

    Returns:
        ``(n,)`` the fold of each row, from 0 to 4.
    """
    names, first, inverse = np.unique(units, return_index=True, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    # By class, in a drawn order within each, dealt out like cards.
    order = order[np.argsort(classes[first][order], kind="stable")]
    fold = np.empty(len(names), np.int64)
    fold[order] = np.arange(len(names)) % FOLDS
    return fold[inverse]


def _numbers(names: Sequence[str]) -> IntArray:
    return np.unique(np.array(names, dtype=np.str_), return_inverse=True)[1].astype(np.int64)
