from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from fieldguide.curate.close_hashes import Pairs, close_pairs


def _hashes(seed: int, count: int) -> np.ndarray:
    # Few different bits, so that many pairs are close.
    return np.random.default_rng(seed).integers(0, 2**18, count).astype(np.uint64)


@pytest.mark.parametrize("workers", [1, 2])
def test_all_pairs_are_those_of_a_plain_loop(workers: int) -> None:
    a, b = _hashes(0, 700), _hashes(1, 300)
    among = {
        (i, j, (int(a[i]) ^ int(a[j])).bit_count())
        for i in range(len(a))
        for j in range(i + 1, len(a))
        if (int(a[i]) ^ int(a[j])).bit_count() <= 4
    }
    assert _told(close_pairs(a, most=4, workers=workers)) == among
    between = {
        (i, j, (int(a[i]) ^ int(b[j])).bit_count())
        for i in range(len(a))
        for j in range(len(b))
        if (int(a[i]) ^ int(b[j])).bit_count() <= 4
    }
    assert _told(close_pairs(a, b, most=4, workers=workers)) == between


def test_of_nothing_there_are_no_pairs() -> None:
    nothing = np.zeros(0, np.uint64)
    assert list(close_pairs(nothing, most=64)) == []
    assert list(close_pairs(_hashes(0, 3), nothing, most=64)) == []


def _told(parts: Iterable[Pairs]) -> set[tuple[int, int, int]]:
    return {
        (int(i), int(j), int(bits))
        for rows, columns, distances in parts
        for i, j, bits in zip(rows, columns, distances, strict=True)
    }
