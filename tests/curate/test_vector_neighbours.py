from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fieldguide.curate.vector_neighbours import nearest
from fieldguide.storage.vectors import VectorCache


def _cached(folder: Path, rows: np.ndarray) -> tuple[VectorCache, list[str]]:
    names = [f"{n + 1:064x}" for n in range(len(rows))]
    cache = VectorCache(folder, rows.shape[1])
    cache.add(list(zip(names, rows.astype(np.float16), strict=True)))
    return cache, names


@pytest.mark.parametrize("count", [0, 1, 2, 1300])
@pytest.mark.parametrize("workers", [1, 2])
def test_neighbours_are_those_of_all_cosines(tmp_path: Path, count: int, workers: int) -> None:
    random = np.random.default_rng(count)
    cache, names = _cached(tmp_path, random.normal(size=(count, 8)))
    found = nearest(cache, names, count=3, least=0.7, workers=workers)
    rows = cache.get(names).astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -1)
    expected = set()
    for place in range(count):
        for other in np.argsort(-cosines[place])[:3].tolist():
            if cosines[place, other] > 0.7:
                expected.add((min(place, other), max(place, other)))
    assert {tuple(pair) for pair in found.tolist()} == expected


def test_long_vectors_are_shortened_and_close_ones_still_found(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(600, 1280))
    rows[300:] = rows[:300] + random.normal(0, 0.4, (300, 1280))
    cache, names = _cached(tmp_path, rows)
    found = nearest(cache, names, count=2, least=0.65, workers=1)
    assert found.tolist() == [[n, n + 300] for n in range(300)]
