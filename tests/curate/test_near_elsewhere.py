"""Near duplicates between two heaps, against a comparison of every pair."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from fieldguide.curate.near_duplicates import CONFIRMATION
from fieldguide.curate.near_elsewhere import find_near_elsewhere
from fieldguide.pictures.perceptual_hash import NO_STRUCTURE
from fieldguide.storage.vectors import VectorCache


def _sha(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def test_it_finds_what_a_loop_over_all_pairs_finds(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    bases = random.integers(1, 2**63, 6)
    values = {_sha(n): int(bases[n % 6]) ^ (1 << n % 13) for n in range(60)}
    directions = random.normal(0, 1, (6, 8))
    cache = VectorCache(tmp_path, 8)
    cache.add(
        [
            (_sha(n), (directions[n % 6] + random.normal(0, 0.5, 8)).astype(np.float16))
            for n in range(60)
        ]
    )
    names = list(values)
    ours = {name: values[name] for name in names[:25]}
    theirs = {name: values[name] for name in names[20:]}
    expected = {}
    for a in ours:
        for b in theirs.keys() - ours.keys():
            bits = (values[a] ^ values[b]).bit_count()
            x, y = cache.get([a, b]).astype(np.float64)
            cosine = float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))
            if any(bits <= most and cosine >= least for most, least in CONFIRMATION):
                expected[a] = max(expected.get(a, -1.0), cosine)
    found = find_near_elsewhere(ours, theirs, cache, workers=2)
    assert found.keys() == expected.keys()
    assert found
    for name, pair in found.items():
        assert abs(pair.cosine - expected[name]) < 1e-3
        assert name in (pair.a, pair.b)
        assert pair.a < pair.b


def test_even_surfaces_and_empty_heaps_give_nothing(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, 2)
    cache.add([(_sha(n), np.ones(2, np.float16)) for n in range(2)])
    flat = {_sha(0): NO_STRUCTURE}, {_sha(1): NO_STRUCTURE}
    assert find_near_elsewhere(*flat, cache) == {}
    assert find_near_elsewhere({_sha(0): 5}, {}, cache) == {}
    assert find_near_elsewhere({}, {_sha(0): 5}, cache) == {}
