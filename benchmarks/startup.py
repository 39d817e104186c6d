"""How long ``fieldguide --help`` takes as a whole process."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import command
from benchmarks.measuring import Spread, print_table

TARGET_MS = 150


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Time whole processes, in turns with an interpreter that does nothing."""
    commands = {
        "fieldguide --help": _help_command(),
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    for words in commands.values():
        _milliseconds(words)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(5 if options.quick else 20):
        for name, words in commands.items():
            times[name].append(_milliseconds(words))
    spreads = {name: Spread(tuple(values)) for name, values in times.items()}
    print_table(
        ["process", "ms: median (least to most)", "target"],
        [
            [name, spread, f"{TARGET_MS}" if name.startswith("field") else ""]
            for name, spread in spreads.items()
        ],
    )
    return {name: spread.to_dict() for name, spread in spreads.items()}


def _help_command() -> list[str]:
    script = Path(sys.executable).with_name("fieldguide")
    if script.is_file():
        return [str(script), "--help"]
    return [sys.executable, "-c", "from fieldguide.cli.main import main; main()", "--help"]


def _milliseconds(words: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return (time.perf_counter() - start) * 1000


BENCHMARK = command.Benchmark(
    title="Start-up",
    claim=f"The help appears within {TARGET_MS} ms; next to it, an interpreter that does nothing.",
    measure=measure,
)

if __name__ == "__main__":
    command.run({"startup": BENCHMARK})
