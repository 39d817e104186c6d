"""How fast near duplicates are found among hashes: exact, every pair compared."""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import command
from benchmarks.measuring import Spread, config_in, cost_of, print_table
from fieldguide.curate.near_duplicates import find_near_duplicates
from fieldguide.storage.vectors import VectorCache

DIMENSIONS = 1280
PLANTED = 100
_BATCH = 5_000


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Time the search at two sizes."""
    sizes, rounds = ((2_000, 10_000), 2) if options.quick else ((10_000, 50_000), 3)
    rows, figures = [], {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            hashes, cache = _made(size, Path(folder))
            workers = config_in(Path(folder)).workers
            seconds, found = [], 0
            for _ in range(rounds):
                cost, pairs = cost_of(
                    lambda: find_near_duplicates(hashes, cache, workers=workers)  # noqa: B023
                )
                seconds.append(cost.seconds)
                found = len(pairs)
        compared = size * (size - 1) / 2
        spread = Spread(tuple(seconds))
        rates = Spread(tuple(compared / value / 1e6 for value in seconds))
        rows.append([f"{size:,}", f"{compared / 1e6:,.0f}", spread, rates, f"{found} of {PLANTED}"])
        figures[str(size)] = {
            "workers": workers,
            "seconds": spread.to_dict(),
            "million_pairs_per_second": rates.to_dict(),
            "found": found,
            "planted": PLANTED,
        }
    print_table(["pictures", "million pairs", "seconds", "million pairs/s", "planted found"], rows)
    return figures


def _made(size: int, folder: Path) -> tuple[dict[str, int], VectorCache]:
    """Make random hashes and vectors, some of them copies that differ in two bits."""
    random = np.random.default_rng(0)
    hashes = random.integers(1, 2**64, size, np.uint64, endpoint=False)
    hashes[-PLANTED:] = hashes[:PLANTED] ^ np.uint64(0b101 << 20)
    names = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(size)]
    cache = VectorCache(folder, DIMENSIONS)
    first = random.standard_normal((PLANTED, DIMENSIONS)).astype(np.float16)
    for start in range(0, size, _BATCH):
        rows = random.standard_normal((min(_BATCH, size - start), DIMENSIONS)).astype(np.float16)
        if start == 0:
            rows[:PLANTED] = first
        if start + len(rows) == size:
            rows[-PLANTED:] = first
        cache.add(list(zip(names[start:], rows, strict=False)))
    return {name: int(value) for name, value in zip(names, hashes, strict=True)}, cache


BENCHMARK = command.Benchmark(
    title="Near duplicates",
    claim="All pairs of perceptual hashes are compared, and close ones confirmed by their vectors.",
    measure=measure,
)

if __name__ == "__main__":
    command.run({"near_duplicates": BENCHMARK})
