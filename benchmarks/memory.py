"""How much memory importing and embedding takes at most, for few and for many pictures."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import command, pictures
from benchmarks.measuring import (
    Spread,
    config_in,
    cost_of,
    in_fresh_process,
    peak_memory,
    print_table,
)
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workspace import Workspace

TARGET_MB = 50
BACKBONE = "efficientnet-lite0"


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Import a small and a large folder in turns, each time in a process of its own."""
    sizes, rounds = ((500, 2_000), 2) if options.quick else ((2_000, 20_000), 3)
    peaks: dict[int, list[float]] = {size: [] for size in sizes}
    seconds: dict[int, list[float]] = {size: [] for size in sizes}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for size in sizes:
            in_fresh_process(pictures.make_small, root / f"{size}", size)
        for turn in range(rounds):
            for size in sizes:
                place = root / f"workspace-{size}-{turn}"
                taken, peak = in_fresh_process(_import, root / f"{size}", place)
                peaks[size].append(peak / 1e6)
                seconds[size].append(taken)
    spreads = {size: Spread(tuple(values)) for size, values in peaks.items()}
    times = {size: Spread(tuple(values)) for size, values in seconds.items()}
    print_table(
        ["pictures", "peak MB", "seconds"],
        [[f"{size:,}", spreads[size], times[size]] for size in sizes],
    )
    few, many = sizes
    more = Spread(tuple(b - a for a, b in zip(peaks[few], peaks[many], strict=True)))
    print(f"MB more for {many // few} times the pictures: {more}; target: {TARGET_MB}.\n")
    return {
        "more_mb": more.to_dict(),
        **{
            str(size): {"peak_mb": spreads[size].to_dict(), "seconds": times[size].to_dict()}
            for size in sizes
        },
    }


def _import(folder: Path, place: Path) -> tuple[float, int]:
    def work() -> None:
        with Workspace(config_in(place)) as workspace:
            import_pictures(workspace, folder, dataset="pictures", backbone=BACKBONE)

    return cost_of(work)[0].seconds, peak_memory()


BENCHMARK = command.Benchmark(
    title="Memory",
    claim="Importing and embedding ten times the pictures takes at most "
    f"{TARGET_MB} MB more (resident memory, at its peak).",
    measure=measure,
)

if __name__ == "__main__":
    command.run({"memory": BENCHMARK})
