"""Pairs of pictures whose perceptual hashes differ in few bits: all are compared, in blocks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from fieldguide.parallel import map_in_order

_BLOCK = 512
_CHUNK = 8192

Hashes = npt.NDArray[np.uint64]
Pairs = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.uint8]]


def close_pairs(
    hashes: Hashes, others: Hashes | None = None, *, most: int, workers: int = 1
) -> Iterator[Pairs]:
    """Find the pairs of hashes that differ in few bits; exact, with memory that does not grow.

    Args:
        hashes: ``(n,)`` perceptual hashes.
        others: ``(m,)``, those to compare them with; None compares them with one another, and gives
            each pair once, the earlier place first.
        most: Bits that may differ.
        workers: Threads to use.

    Yields:
        Places in ``hashes``, places in ``others``, and the bits that differ.
    """
    right = hashes if others is None else others

    def compare(start: int) -> list[Pairs]:
        found = []
        block = hashes[start : start + _BLOCK, None]
        for begin in range(0, len(right), _CHUNK):
            bits = np.bitwise_count(block ^ right[None, begin : begin + _CHUNK])
            rows, columns = np.nonzero(bits <= most)
            if others is None:
                later = columns + begin > rows + start
                rows, columns = rows[later], columns[later]
            if len(rows):
                found.append((rows + start, columns + begin, bits[rows, columns]))
        return found

    for found in map_in_order(compare, range(0, len(hashes), _BLOCK), workers=workers):
        yield from found
