"""The command line of every benchmark: alone, or all in a row."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring import machine


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One claim and how it is measured.

    Attributes:
        title: What is measured.
        claim: What is compared with what, in one or two sentences.
        measure: Prints tables and returns the figures, as JSON can hold them.
        add_options: Adds options of its own; their names differ from all other benchmarks'.
    """

    title: str
    claim: str
    measure: Callable[[argparse.Namespace], dict[str, Any]]
    add_options: Callable[[argparse.ArgumentParser], None] = lambda _: None


def run(benchmarks: Mapping[str, Benchmark]) -> None:
    """Read the command line, run the benchmarks and print Markdown."""
    parser = argparse.ArgumentParser(
        description="Measure and print Markdown; nothing is asserted.", allow_abbrev=False
    )
    parser.add_argument("--quick", action="store_true", help="smaller numbers, fewer repetitions")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, too")
    if len(benchmarks) > 1:
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help=f"of {', '.join(benchmarks)} [default: all]"
        )
    for benchmark in benchmarks.values():
        benchmark.add_options(parser)
    options = parser.parse_args()
    names = getattr(options, "names", []) or list(benchmarks)
    if unknown := [name for name in names if name not in benchmarks]:
        parser.error(f"there is no benchmark {unknown[0]!r}; known are {', '.join(benchmarks)}")
    figures = {name: _run_one(benchmarks[name], options) for name in names}
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _run_one(benchmark: Benchmark, options: argparse.Namespace) -> dict[str, Any]:
    before = machine()
    print(f"## {benchmark.title}\n\n{benchmark.claim}\n\n{before}\n", flush=True)
    figures = benchmark.measure(options)
    return {"machine": before, **figures}
