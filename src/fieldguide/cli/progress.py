"""Progress in the terminal: bars with rate and time left, and plain lines where there is none."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from fieldguide.cli.shown import shown

_LINE_EVERY = 10.0


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed or task.total is None:
            return Text("")
        number = f"{speed:,.0f}" if speed >= 10 else f"{speed:.1f}"
        return Text(f"{number} {task.fields['unit']}/s")


class _Tracker:
    def __init__(self, progress: Progress, task: int) -> None:
        self._progress = progress
        self._task = task

    def advance(self, count: int = 1) -> None:
        self._progress.advance(self._task, count)  # type: ignore[arg-type]


class _LineTracker:
    def __init__(self, console: Console, title: str, total: int | None, unit: str) -> None:
        self._console = console
        self._title = title
        self._total = total
        self._unit = unit
        self._done = 0
        self._began = self._said = time.monotonic()

    def advance(self, count: int = 1) -> None:
        self._done += count
        now = time.monotonic()
        if now - self._said >= _LINE_EVERY:
            self._said = now
            self._console.print(self._line(now - self._began), highlight=False)

    def _line(self, seconds: float) -> str:
        rate = self._done / seconds
        if self._total is None:
            return f"{self._title}: {self._done} {self._unit}, {rate:.1f}/s"
        left = (self._total - self._done) / rate if rate else 0.0
        return (
            f"{self._title}: {self._done}/{self._total} {self._unit}, {rate:.1f}/s, "
            f"{left:.0f} s left"
        )


class TerminalProgress:
    """Draws a bar per step on a terminal, and a line now and then elsewhere.

    Args:
        console: Where to draw; standard error, so that results can be piped.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            _Rate(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            transient=False,
        )

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @contextlib.contextmanager
    def step(self, title: str, total: int | None, unit: str) -> Iterator[_Tracker | _LineTracker]:
        """Begin a step; see ``types.Progress``."""
        if not self._console.is_terminal:
            yield _LineTracker(self._console, title, total, unit)
            return
        task = self._bars.add_task(title, total=total, unit=unit)
        yield _Tracker(self._bars, task)
        done = self._bars.tasks[self._bars.task_ids.index(task)].completed
        # Fewer units than expected can be needed; a step that has ended is shown as whole.
        self._bars.update(task, total=max(done, 1), completed=max(done, 1))

    def note(self, text: str) -> None:
        """Say something that a person should know."""
        self._console.print(f"[cyan]•[/] {shown(text)}", highlight=False)
