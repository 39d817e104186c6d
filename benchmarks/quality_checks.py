"""How many pictures the quality checks get through once all is cached, and with what memory."""

from __future__ import annotations

import argparse
import hashlib
import time
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import command
from benchmarks.measuring import Spread, in_fresh_process, peak_memory, print_table
from fieldguide.curate.checks.available import CHECKS
from fieldguide.curate.checks.pool import Picture, Pool, Probabilities
from fieldguide.pictures import colour_histogram, measures
from fieldguide.pictures.file_facts import FileFacts

TARGET_RATE = 100
TARGET_MB = 1_000
DIMENSIONS = 1280
CLASSES = 10
_BATCH = 1_000


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run all checks over made figures of pictures, each time in a process of its own."""
    sizes, rounds = ((1_000, 10_000), 1) if options.quick else ((1_000, 10_000, 50_000), 3)
    rows, figures = [], {}
    by_check: dict[str, dict[int, float]] = {check.name: {} for check in CHECKS}
    for size in sizes:
        results = [in_fresh_process(_check, size) for _ in range(rounds)]
        rates = Spread(tuple(size / sum(seconds.values()) for seconds, _, _ in results))
        peaks = Spread(tuple(peak / 1e6 for _, peak, _ in results))
        for name, by in by_check.items():
            spread = Spread(tuple(seconds[name] for seconds, _, _ in results))
            by[size] = spread.median
        rows.append([f"{size:,}", rates, peaks, results[0][2]])
        figures[str(size)] = {
            "pictures_per_core_second": rates.to_dict(),
            "peak_mb": peaks.to_dict(),
            "core_seconds": {name: seconds[size] for name, seconds in by_check.items()},
        }
    print_table(["pictures", "pictures per core-second", "peak MB", "findings"], rows)
    print(f"Targets at 10,000 pictures: {TARGET_RATE} per core-second, {TARGET_MB:,} MB.")
    print_table(
        ["check, core-seconds", *(f"{size:,}" for size in sizes)],
        [[name, *(f"{by[size]:.2f}" for size in sizes)] for name, by in by_check.items()],
    )
    return figures


def _check(size: int) -> tuple[dict[str, float], int, int]:
    """Return the processor seconds of each check, the peak of memory, and the findings."""
    pool = _made(size)
    seconds, findings = {}, 0
    # One thread of the linear algebra: a core-second is then what it says.
    with threadpool_limits(1):
        for check in CHECKS:
            began = time.process_time()
            findings += len(list(check.find(pool)))
            seconds[check.name] = time.process_time() - began
    return seconds, peak_memory(), findings


def _made(size: int) -> Pool:
    """Make the figures of pictures: groups of four, ten classes, columns, near pairs left out."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(CLASSES, DIMENSIONS)).astype(np.float32)
    pictures = [_picture(number, random) for number in range(size)]
    labels = np.arange(size) % CLASSES

    def vectors() -> np.ndarray:
        found = np.empty((size, DIMENSIONS), np.float32)
        for start in range(0, size, _BATCH):
            own = labels[start : start + _BATCH]
            drawn = centres[own] + random.standard_normal((len(own), DIMENSIONS), np.float32)
            found[start : start + _BATCH] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return found

    def colours() -> np.ndarray:
        return random.random((size, colour_histogram.DIMENSIONS), np.float32)

    def measured() -> np.ndarray:
        return random.uniform(0.3, 0.7, (size, len(measures.MEASURES))).astype(np.float32)

    def probabilities() -> Probabilities:
        values = random.dirichlet(np.ones(CLASSES), size)
        values[np.arange(size), labels] += 3.0
        values /= values.sum(axis=1, keepdims=True)
        names = tuple(f"class {number}" for number in range(CLASSES))
        return Probabilities(names, np.arange(size), labels.astype(np.int64), values)

    return Pool(
        "made",
        pictures,
        vectors=vectors,
        colours=colours,
        measures=measured,
        facts=lambda: [FileFacts() for _ in range(size)],
        probabilities=probabilities,
    )


def _picture(number: int, random: np.random.Generator) -> Picture:
    day, hour = int(random.integers(1, 29)), int(random.integers(6, 20))
    return Picture(
        member_id=number,
        name=f"{number:06d}.jpg",
        sha256=hashlib.sha256(str(number).encode()).hexdigest(),
        label=f"class {number % CLASSES}",
        group=f"group {number // 40}-{number % CLASSES}",
        part=("train", "train", "train", "val", "test")[int(random.integers(5))],
        source=f"/data/{random.integers(3)}",
        width=int(random.integers(600, 800)),
        height=600,
        bytes=int(random.integers(50_000, 200_000)),
        format="JPEG",
        mode="RGB",
        columns={
            "camera": f"camera {random.integers(5)}",
            "site": f"site {random.integers(20)}",
            "depth": float(random.uniform(0, 50)),
            "taken_at": f"2024-05-{day:02d}T{hour:02d}:{number % 60:02d}:{number // 60 % 60:02d}",
        },
    )


BENCHMARK = command.Benchmark(
    title="Quality checks",
    claim=f"All checks together get through {TARGET_RATE} pictures per core-second once vectors "
    f"and measures are cached, and 10,000 pictures take less than {TARGET_MB / 1_000:g} GB.",
    measure=measure,
)

if __name__ == "__main__":
    command.run({"quality_checks": BENCHMARK})
