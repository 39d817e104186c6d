from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import binom

from fieldguide.evaluate.comparison import is_better


def hits(only_a: int, only_b: int, both: int = 20) -> tuple[np.ndarray, np.ndarray]:
    a = np.array([True] * only_a + [False] * only_b + [True] * both)
    b = np.array([False] * only_a + [True] * only_b + [True] * both)
    return a, b


@pytest.mark.parametrize(
    ("only_a", "only_b"), list(itertools.product((0, 1, 4, 5, 6, 9, 20), repeat=2))
)
def test_without_clusters_it_is_the_exact_test(only_a: int, only_b: int) -> None:
    a, b = hits(only_a, only_b)
    found = is_better(a, b, np.arange(a.size), seed=0)
    tail = 2 * binom.cdf(only_b, only_a + only_b, 0.5)
    assert found == (only_a > only_b and tail < 0.05)


def test_pictures_of_one_cluster_are_no_independent_witnesses() -> None:
    a, b = hits(20, 4, both=6)
    assert is_better(a, b, np.arange(30), seed=0)
    clusters = np.repeat(np.arange(3), (20, 4, 6))
    assert not is_better(a, b, clusters, seed=0)


def test_one_cluster_and_no_picture_show_nothing() -> None:
    a, b = hits(30, 0)
    assert not is_better(a, b, np.zeros(a.size, int), seed=0)
    none = np.zeros(0, bool)
    assert not is_better(none, none, np.zeros(0, int), seed=0)


def test_never_both_ways() -> None:
    generator = np.random.default_rng(3)
    for _ in range(20):
        a, b = generator.random(40) < 0.8, generator.random(40) < 0.5
        clusters = generator.integers(0, 15, 40)
        assert not (is_better(a, b, clusters, seed=1) and is_better(b, a, clusters, seed=1))
