from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fieldguide.storage.vectors import VectorCache


def _sha(number: int) -> str:
    return f"{number:064x}"


def _vector(number: int, dimensions: int = 8) -> np.ndarray:
    return np.random.default_rng(number).normal(size=dimensions).astype(np.float16)


def _fill(cache: VectorCache, numbers: range) -> None:
    cache.add([(_sha(n), _vector(n)) for n in numbers])


def test_vectors_come_back_in_the_order_asked(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, 8)
    _fill(cache, range(10))
    found = VectorCache(tmp_path, 8).get([_sha(7), _sha(2), _sha(7)])
    np.testing.assert_array_equal(found, np.stack([_vector(7), _vector(2), _vector(7)]))


def test_empty(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, 8)
    assert len(cache) == 0
    assert cache.get([]).shape == (0, 8)
    assert cache.missing([_sha(1), _sha(1)]) == [_sha(1)]
    cache.add([])
    assert not tmp_path.joinpath("index.bin").exists()


def test_known_vectors_are_not_added_twice(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, 8)
    _fill(cache, range(3))
    _fill(cache, range(5))
    assert len(cache) == 5
    assert tmp_path.joinpath("vectors.f16").stat().st_size == 5 * 16


def test_wrong_length_and_nan_are_refused(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, 8)
    with pytest.raises(ValueError, match="8 finite values, not shape"):
        cache.add([(_sha(1), _vector(1, 7))])
    with pytest.raises(ValueError, match="8 finite values"):
        cache.add([(_sha(1), np.full(8, np.nan, np.float16))])


@pytest.mark.parametrize("cut", [1, 15, 16, 40])
def test_a_torn_write_is_cut_off(tmp_path: Path, cut: int) -> None:
    cache = VectorCache(tmp_path, 8)
    _fill(cache, range(4))
    vectors = tmp_path / "vectors.f16"
    # As a kill between the two writes leaves it: rows without index entries.
    vectors.write_bytes(vectors.read_bytes() + b"\1" * cut)
    again = VectorCache(tmp_path, 8)
    assert len(again) == 4
    _fill(again, range(6))
    np.testing.assert_array_equal(
        VectorCache(tmp_path, 8).get([_sha(5), _sha(3)]), np.stack([_vector(5), _vector(3)])
    )


@pytest.mark.parametrize("cut", [1, 35, 36, 50])
def test_a_torn_index_is_cut_off(tmp_path: Path, cut: int) -> None:
    cache = VectorCache(tmp_path, 8)
    _fill(cache, range(4))
    index = tmp_path / "index.bin"
    index.write_bytes(index.read_bytes()[:-cut])
    again = VectorCache(tmp_path, 8)
    assert len(again) < 4
    _fill(again, range(4))
    np.testing.assert_array_equal(again.get([_sha(3)])[0], _vector(3))


def test_damage_is_found_and_made_good(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, 8)
    _fill(cache, range(4))
    vectors = tmp_path / "vectors.f16"
    data = bytearray(vectors.read_bytes())
    data[2 * 16 + 3] ^= 0x40
    vectors.write_bytes(data)
    fresh = VectorCache(tmp_path, 8)
    with pytest.raises(KeyError, match=_sha(2)):
        fresh.get([_sha(1), _sha(2)])
    assert fresh.missing([_sha(n) for n in range(4)]) == [_sha(2)]
    _fill(fresh, range(4))
    assert fresh.missing([_sha(n) for n in range(4)]) == []
    again = VectorCache(tmp_path, 8)
    np.testing.assert_array_equal(again.get([_sha(2)])[0], _vector(2))
    np.testing.assert_array_equal(fresh.get([_sha(3)])[0], _vector(3))


_PROCESS = """
import sys
from pathlib import Path
import numpy as np
from fieldguide.storage.vectors import VectorCache
folder, start = Path(sys.argv[1]), int(sys.argv[2])
cache = VectorCache(folder, 8)
for n in range(start, start + 50):
    cache.add([(f"{n:064x}", np.random.default_rng(n).normal(size=8).astype(np.float16))])
"""


def test_two_processes_append_at_once(tmp_path: Path) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", _PROCESS, str(tmp_path), str(start)])
        for start in (0, 25)
    ]
    assert [worker.wait() for worker in workers] == [0, 0]
    cache = VectorCache(tmp_path, 8)
    assert len(cache) == 75
    for number in range(75):
        np.testing.assert_array_equal(cache.get([_sha(number)])[0], _vector(number))
