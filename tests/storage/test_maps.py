from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from fieldguide.storage.maps import MapCache, StoredMap, hash_rows

HASHES = [hashlib.sha256(bytes([n])).hexdigest() for n in range(3)]


def _map(shift: float = 0) -> StoredMap:
    return StoredMap(
        hashes=hash_rows(HASHES),
        places=np.arange(6, dtype=np.float32).reshape(3, 2) + np.float32(shift),
        points=np.ones((3, 4), np.float16),
        mean=np.zeros(5, np.float32),
        directions=np.eye(4, 5, dtype=np.float32),
        shares=np.full(4, 0.25, np.float32),
    )


def test_a_map_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    cache = MapCache(tmp_path / "maps")
    assert (cache.load("pca"), cache.stamp("pca"), cache.made_at("pca")) == (None, None, None)
    cache.save("pca", _map())
    found = cache.load("pca")
    assert found is not None
    assert np.array_equal(found.places, _map().places)
    assert [row.tobytes().hex() for row in found.hashes] == HASHES
    assert cache.load("neighbours") is None


def test_a_new_map_takes_the_place_of_the_old_and_leaves_nothing_beside(tmp_path: Path) -> None:
    cache = MapCache(tmp_path)
    cache.save("pca", _map())
    before = cache.stamp("pca")
    cache.save("pca", _map(7))
    assert cache.stamp("pca") != before
    found = cache.load("pca")
    assert found is not None
    assert found.places[0, 0] == 7
    assert [path.name for path in tmp_path.iterdir()] == ["pca.npz"]


@pytest.mark.parametrize("left", [0, 1, 100, 0.9])
def test_a_damaged_map_is_as_good_as_none(tmp_path: Path, left: float) -> None:
    cache = MapCache(tmp_path)
    cache.save("pca", _map())
    data = (tmp_path / "pca.npz").read_bytes()
    (tmp_path / "pca.npz").write_bytes(data[: int(left * len(data)) if left < 1 else int(left)])
    assert cache.load("pca") is None
