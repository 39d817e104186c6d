"""Tasks for the tests; the workers import them by this file's name."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fieldguide.errors import DataError
from fieldguide.jobs.context import JobContext
from fieldguide.jobs.task import Task


def _log(context: JobContext, what: str) -> None:
    with (context.folder / "log.txt").open("a") as log:
        log.write(f"{context.job.id} {what} {os.getpid()}\n")


def squares(context: JobContext, *, steps: int = 5, seconds: float = 0.05) -> dict[str, Any]:
    """Square numbers, one in each step, and log when steps begin and end."""

    def square(number: int) -> int:
        # Fails when the same step of the same job is under way elsewhere.
        mark = context.folder / f"under-way-{context.job.id}-{number}-{os.getpid()}"
        others = list(context.folder.glob(f"under-way-{context.job.id}-*"))
        mark.touch(exist_ok=False)
        try:
            _log(context, f"begin {number}")
            if living := [other for other in others if _lives(other)]:
                raise RuntimeError(f"{living} at one time")
            with context.progress.step(f"squaring {number}", 10, "ticks") as tracker:
                for _ in range(10):
                    time.sleep(seconds / 10)
                    tracker.advance()
            _log(context, f"end {number}")
        finally:
            mark.unlink()
        return number * number

    return {"squares": [context.step(f"step {n}", square, n) for n in range(1, steps + 1)]}


def _lives(mark: Path) -> bool:
    return Path(f"/proc/{mark.name.rpartition('-')[2]}").exists()


def until_ready(context: JobContext) -> str:
    """Fail with words in the second step until a file is there."""
    context.step("one", _log, context, "one")
    context.note("one is done")

    def two() -> str:
        if not (context.folder / "ready").exists():
            raise DataError("The dataset has one class. Label a second one.")
        return "ready"

    return context.step("two", two)


def broken(context: JobContext) -> None:
    """Fail as a bug does."""
    context.step("divide", lambda: 1 / 0)


def no_json(context: JobContext) -> None:
    """Give what cannot be kept."""
    context.step("path", lambda: context.folder)


def deadly(context: JobContext) -> None:
    """Kill the worker, as the system does when memory runs out."""
    context.step("fine", lambda: 1)

    def die() -> None:
        _log(context, "deadly")
        os.kill(os.getpid(), signal.SIGKILL)

    context.step("eat memory", die)


_held: list[bytes] = []


def greedy(context: JobContext) -> None:
    """Keep memory that nobody gives back."""
    context.step("take", lambda: _held.append(b"x" * 200_000_000))


def chunks(context: JobContext, *, items: int, size: int) -> list[int]:
    """Add up chunks, each of which waits for a file with its last number."""

    def add(chunk: Sequence[int]) -> int:
        while not (context.folder / f"allowed {chunk[-1]}").exists():
            context.check()
            time.sleep(0.02)
        _log(context, f"chunk {chunk[0]}")
        return sum(chunk)

    return context.for_each("adding", range(items), add, unit="numbers", size=size)


def stubborn(context: JobContext) -> None:
    """Never look whether to stop."""

    def sleep() -> None:
        _log(context, "asleep")
        time.sleep(600)

    context.step("sleep", sleep)


TASKS = (
    Task("squares", squares),
    Task("heavy squares", squares, queue="heavy"),
    Task("until ready", until_ready),
    Task("broken", "sample_tasks:broken"),
    Task("no json", no_json),
    Task("deadly", deadly),
    Task("greedy", greedy),
    Task("chunks", chunks),
    Task("stubborn", stubborn),
)
