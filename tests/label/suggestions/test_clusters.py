from __future__ import annotations

import numpy as np

from fieldguide.label.suggestions import clusters


def test_heaps_far_apart_are_found() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(200) % 4
    rows = (np.eye(4)[truth] * 20 + rng.normal(size=(200, 4))).astype(np.float32)
    found = clusters.cluster(rows, 4)
    pairs = {(int(a), int(b)) for a, b in zip(truth, found.numbers, strict=True)}
    assert len(pairs) == 4
    away = ((rows - found.centres[found.numbers]) ** 2).sum(axis=1)
    assert np.allclose(found.distances, away, atol=1e-2)


def test_fewer_different_pictures_than_clusters_give_fewer_clusters() -> None:
    found = clusters.cluster(np.repeat(np.eye(2, dtype=np.float32), 10, axis=0), 6)
    assert len(found.centres) == 2


def test_no_picture_gives_no_cluster() -> None:
    assert len(clusters.cluster(np.zeros((0, 3), np.float32), 5).centres) == 0


def test_how_many_are_made_follows_classes_and_pictures() -> None:
    assert clusters.wanted_count(10, 3) == 1
    assert clusters.wanted_count(2_400, 6) == 24
    assert clusters.wanted_count(200_000, 100) == 120
