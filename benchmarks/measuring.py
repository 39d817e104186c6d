"""Measure: spreads, costs, memory, fresh processes, and Markdown tables of the results."""

from __future__ import annotations

import multiprocessing
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from fieldguide.config import Config, available_cores, read_config

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spread:
    """Several measurements of one quantity.

    Example:
        >>> str(Spread((3.5, 1.0, 2.25)))
        '2.25 (1.00 to 3.50)'
    """

    values: tuple[float, ...]

    def __str__(self) -> str:
        low, high = min(self.values), max(self.values)
        whole = all(float(value).is_integer() for value in self.values)
        digits = 0 if whole else max(0, 3 - len(str(int(abs(self.median)))))
        return f"{self.median:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    def to_dict(self) -> dict[str, Any]:
        """Return least, median, greatest and all values."""
        return {
            "min": min(self.values),
            "median": self.median,
            "max": max(self.values),
            "values": list(self.values),
        }


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work took.

    Attributes:
        seconds: On the clock.
        cpu_seconds: Of all threads of this process.
    """

    seconds: float
    cpu_seconds: float


def cost_of(work: Callable[[], T]) -> tuple[Cost, T]:
    """Run a piece of work and return what it took and gave."""
    clock, cpu = time.perf_counter(), time.process_time()
    result = work()
    return Cost(time.perf_counter() - clock, time.process_time() - cpu), result


def in_fresh_process(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function of a module in a new interpreter and return its result."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(work, *args, **kwargs).result()


def peak_memory() -> int:
    """Return the most memory that this process has had resident, in bytes."""
    # Linux hands ru_maxrss down from the process that started this one; VmHWM is its own.
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def config_in(folder: Path) -> Config:
    """Return the default settings for a workspace in a folder."""
    return read_config({"FIELDGUIDE_WORKSPACE": str(folder)})


def machine() -> str:
    """Say where the figures come from, and how busy it is."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{available_cores()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; a million turns of a Python loop take "
        f"{_yardstick() * 1e3:.0f} ms; load over 1, 5 and 15 minutes: {load}"
    )


def _yardstick() -> float:
    """Return the processor seconds of a fixed piece of work, the least of three.

    Machines of the same name differ by a factor of three; with it their figures can be compared.
    """
    taken = []
    for _ in range(3):
        began, total = time.process_time(), 0
        for number in range(1_000_000):
            total += number * number % 7
        taken.append(time.process_time() - began)
    return min(taken)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table, its first column to the left and the others to the right."""
    cells = [list(headings), *([str(cell) for cell in row] for row in rows)]
    widths = [max(3, *(len(row[n]) for row in cells)) for n in range(len(headings))]
    lines = [
        [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
        for row in cells
    ]
    rule = [":" + "-" * (widths[0] - 1), *("-" * (width - 1) + ":" for width in widths[1:])]
    print()
    for line in (lines[0], rule, *lines[1:]):
        print("| " + " | ".join(line) + " |")
    print()
