from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fieldguide.curate.near_duplicates import CONFIRMATION, find_near_duplicates
from fieldguide.pictures import aligning
from fieldguide.pictures.perceptual_hash import perceptual_hash
from fieldguide.storage.vectors import VectorCache


def _cache(folder: Path, vectors: dict[str, np.ndarray]) -> VectorCache:
    cache = VectorCache(folder, 4)
    cache.add([(sha, vector.astype(np.float16)) for sha, vector in vectors.items()])
    return cache


def _scenes(names: list[str], pairs: set[tuple[str, str]]) -> dict[str, str]:
    """Name each picture's scene by its first picture, slowly."""
    scene = {name: name for name in names}
    changed = True
    while changed:
        changed = False
        for a, b in pairs:
            first = min(scene[a], scene[b])
            changed = changed or scene[a] != scene[b]
            scene[a] = scene[b] = first
    return scene


@pytest.mark.parametrize("count", [0, 1, 2, 700])
@pytest.mark.parametrize("workers", [1, 2])
def test_all_pairs_are_those_of_a_plain_loop(tmp_path: Path, count: int, workers: int) -> None:
    random = np.random.default_rng(count)
    names = [f"{n + 1:064x}" for n in range(count)]
    centres = random.integers(1, 1 << 63, 20, dtype=np.uint64)
    flips = np.uint64(1) << random.integers(0, 63, (count, 6), dtype=np.uint64)
    hashes = centres[random.integers(0, 20, count)] ^ np.bitwise_xor.reduce(
        flips, axis=1, initial=np.uint64(0)
    )
    vectors = random.normal(size=(count, 4)).astype(np.float16)
    cache = _cache(tmp_path, dict(zip(names, vectors, strict=True)))
    by_name = {name: int(value) for name, value in zip(names, hashes, strict=True)}
    expected = set()
    for i in range(count):
        for j in range(i + 1, count):
            bits = (int(hashes[i]) ^ int(hashes[j])).bit_count()
            a, b = vectors[i].astype(np.float64), vectors[j].astype(np.float64)
            cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
            if any(bits <= most and cosine >= least for most, least in CONFIRMATION):
                expected.add((names[i], names[j]))
    found = find_near_duplicates(by_name, cache, workers=workers)
    pairs = {(pair.a, pair.b) for pair in found}
    assert pairs <= expected
    assert _scenes(names, pairs) == _scenes(names, expected)
    assert len(pairs) == count - len(set(_scenes(names, pairs).values()))
    assert found == sorted(found, key=lambda p: (p.a, p.b))


def test_neither_hash_nor_vector_is_enough_alone(tmp_path: Path) -> None:
    one, other = np.array([1, 0, 0, 0]), np.array([0, 1, 0, 0])
    names = [c * 64 for c in "abc"]
    cache = _cache(tmp_path, {names[0]: one, names[1]: other, names[2]: one})
    hashes = {names[0]: 0b1111 << 20, names[1]: 0b1111 << 20, names[2]: (1 << 60) - 1}
    assert find_near_duplicates(hashes, cache) == []


def test_a_long_burst_costs_as_many_pairs_as_it_has_frames(tmp_path: Path) -> None:
    names = [f"{n + 1:064x}" for n in range(1500)]
    cache = _cache(tmp_path, dict.fromkeys(names, np.array([1, 2, 3, 4])))
    found = find_near_duplicates(dict.fromkeys(names, 12345), cache, workers=2)
    assert len(found) == 1499


def test_a_cut_is_found_by_its_sketch_and_neighbours_without_likeness_are_not(
    tmp_path: Path,
) -> None:
    random = np.random.default_rng(0)
    picture = Image.fromarray(random.integers(0, 256, (12, 12, 3), np.uint8)).resize((300, 300))
    other = Image.fromarray(random.integers(0, 256, (12, 12, 3), np.uint8)).resize((300, 300))
    shown = [picture, picture.crop((30, 30, 270, 270)), other]
    pixels = {c * 64: np.asarray(image) for c, image in zip("abc", shown, strict=True)}
    cache = _cache(tmp_path / "vectors", dict.fromkeys(pixels, np.array([1, 2, 3, 4])))
    sketches = VectorCache(tmp_path / "sketches", aligning.DIMENSIONS)
    sketches.add([(sha, aligning.sketch(p).astype(np.float16)) for sha, p in pixels.items()])
    hashes = {sha: perceptual_hash(p) for sha, p in pixels.items()}
    assert find_near_duplicates(hashes, cache) == []
    (pair,) = find_near_duplicates(hashes, cache, sketches=sketches)
    assert (pair.a, pair.b) == ("a" * 64, "b" * 64)
    assert pair.distance > 12


def test_a_small_copy_is_found_whose_vector_has_changed(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    picture = Image.fromarray(random.integers(0, 256, (12, 12, 3), np.uint8)).resize((300, 300))
    pixels = {"a" * 64: np.asarray(picture), "b" * 64: np.asarray(picture.resize((60, 60)))}
    vectors = {"a" * 64: np.array([1, 0, 0, 0]), "b" * 64: np.array([0, 1, 0, 0])}
    cache = _cache(tmp_path / "vectors", vectors)
    sketches = VectorCache(tmp_path / "sketches", aligning.DIMENSIONS)
    sketches.add([(sha, aligning.sketch(p).astype(np.float16)) for sha, p in pixels.items()])
    hashes = {sha: perceptual_hash(p) for sha, p in pixels.items()}
    assert find_near_duplicates(hashes, cache) == []
    assert len(find_near_duplicates(hashes, cache, sketches=sketches)) == 1
