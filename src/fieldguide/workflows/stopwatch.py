"""Measure what the steps of a run cost."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from fieldguide.evaluate.record import StepCost


@dataclass
class Stopwatch:
    """Notes wall and CPU seconds per step; CPU counts all threads of this process."""

    steps: list[StepCost] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure one step."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.steps.append(
                {
                    "name": name,
                    "seconds": time.perf_counter() - wall,
                    "cpu_seconds": time.process_time() - cpu,
                }
            )

    @property
    def seconds(self) -> float:
        """Wall seconds of all steps."""
        return sum(step["seconds"] for step in self.steps)

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all steps."""
        return sum(step["cpu_seconds"] for step in self.steps)
