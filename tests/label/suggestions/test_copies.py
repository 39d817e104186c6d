from __future__ import annotations

import numpy as np

from fieldguide.label.suggestions import copies


def flipped(value: int, bits: int, rng: np.random.Generator) -> int:
    for bit in rng.choice(64, bits, replace=False):
        value ^= 1 << int(bit)
    return value


def planted() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    values = [int(v) for v in rng.integers(1, 2**63, 300)]
    rows = rng.normal(size=(300, 32)).astype(np.float32)
    for place, bits in ((100, 1), (101, 2), (102, 3), (103, 4), (104, 5)):
        values[place] = flipped(values[place - 100], bits, rng)
        rows[place] = rows[place - 100] + 0.05
    values[110] = values[10]  # The same hash, but it shows something else.
    return np.array(values, np.uint64), rows, np.arange(300)


def test_all_copies_within_four_bits_are_found_and_nothing_else() -> None:
    found = copies.pairs(*planted())
    assert found.tolist() == [[0, 100], [1, 101], [2, 102], [3, 103]]


def test_a_brute_force_comparison_says_the_same() -> None:
    rng = np.random.default_rng(7)
    base = rng.integers(1, 2**63, 12)
    values = [flipped(int(v), int(rng.integers(0, 8)), rng) for v in np.repeat(base, 20)]
    hashes = np.array(values, np.uint64)
    rows = np.ones((240, 4), np.float32)
    close = np.bitwise_count(hashes[:, None] ^ hashes) <= copies.MOST_BITS
    expected = np.argwhere(np.triu(close, 1)).tolist()
    assert copies.pairs(hashes, rows, np.arange(240)).tolist() == expected


def test_equal_bytes_are_copies_whatever_their_hash() -> None:
    hashes = np.array([0, 0, 0], np.uint64)
    rows = np.zeros((3, 4), np.float32)
    assert copies.pairs(hashes, rows, np.array([4, 9, 4])).tolist() == [[0, 2]]


def test_pairs_and_groups_join_pictures() -> None:
    found = np.array([[0, 1], [1, 2]])
    scenes = copies.joined(found, None, 6)
    assert len(set(scenes[:3].tolist())) == 1
    assert len(set(scenes.tolist())) == 4
    kin = copies.joined(found, np.array([-1, -1, 0, 0, 1, -1]), 6)
    assert len(set(kin[:4].tolist())) == 1
    assert len(set(kin.tolist())) == 3


def test_one_picture_and_none_have_no_copies() -> None:
    for n in (0, 1):
        empty = copies.pairs(np.zeros(n, np.uint64), np.zeros((n, 2), np.float32), np.arange(n))
        assert empty.shape == (0, 2)
