"""How a running job says how far it is, and where it learns that it is to stop."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from fieldguide.jobs.job import Reached
from fieldguide.jobs.pace import Pace

_MOST_NOTES = 200


class Stopped(BaseException):
    """Unwinds a job that is to pause, to end or to move to another worker.

    Not an ``Exception``, so that no ``except Exception`` on the way takes it for a failure.
    """


class _Stage:
    def __init__(self, title: str, total: int | None, unit: str, moment: float) -> None:
        self.title = title
        self.total = total
        self.unit = unit
        self.pace = Pace(moment)


class StepTracker:
    """Counts the finished units of one step of a job."""

    def __init__(self, progress: JobProgress, stage: _Stage) -> None:
        self._progress = progress
        self._stage = stage

    def advance(self, count: int = 1) -> None:
        """Note that ``count`` further units are finished; stops here if the job is to stop."""
        self._progress.count(self._stage, count)

    def skip(self, count: int) -> None:
        """Note that an earlier start of the job had finished ``count`` units."""
        self._progress.count(self._stage, count, earlier=True)


class JobProgress:
    """Follows a job's steps; any function that reports to ``types.Progress`` can report here.

    It writes nothing itself: the worker asks it now and then, so reporting costs next to nothing.

    Args:
        earlier: How far an earlier start of the job came.
        clock: Gives seconds.
    """

    def __init__(
        self, earlier: Reached | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._stages: list[_Stage] = []
        self._last: _Stage | None = None
        self._notes = [] if earlier is None else list(earlier.notes)
        self._steps = 0
        self._new_steps = 0
        self._changed = False

    def check(self) -> None:
        """Go on, unless the job is to stop.

        Raises:
            Stopped: If it is; it is not to be caught.
        """
        if self._stop.is_set():
            raise Stopped

    def stop(self) -> None:
        """Make the job stop at the next unit or step."""
        self._stop.set()

    @contextlib.contextmanager
    def step(self, title: str, total: int | None, unit: str) -> Iterator[StepTracker]:
        """Begin a step; see ``types.Progress``."""
        self.check()
        stage = _Stage(title, total, unit, self._clock())
        with self._lock:
            self._stages.append(stage)
            self._last = stage
            self._changed = True
        try:
            yield StepTracker(self, stage)
        finally:
            with self._lock:
                self._stages.remove(stage)
                self._changed = True

    def note(self, text: str) -> None:
        """Say something that a person should know; saying it again changes nothing."""
        with self._lock:
            # A step that is repeated says again what it said before.
            if text not in self._notes:
                self._notes.append(text)
                self._changed = True

    def finish_step(self, *, earlier: bool) -> None:
        """Note that a durable step is finished, at an earlier start of the job or just now."""
        with self._lock:
            self._steps += 1
            self._new_steps += not earlier
            self._changed = True

    @property
    def new_steps(self) -> int:
        """How many durable steps were finished at this start of the job."""
        return self._new_steps

    def count(self, stage: _Stage, count: int, *, earlier: bool = False) -> None:
        """Count units of a step; see ``StepTracker``."""
        self.check()
        with self._lock:
            if earlier:
                stage.pace.skip(count)
            else:
                stage.pace.add(count, self._clock())
            self._changed = True

    def news(self) -> dict[str, Any] | None:
        """Return how far the job is, or None if that has not changed since the last call."""
        with self._lock:
            if not self._changed:
                return None
            self._changed = False
            return self._reached()

    def reached(self) -> dict[str, Any]:
        """Return how far the job is, as the fields of ``job.Reached``."""
        with self._lock:
            return self._reached()

    def _reached(self) -> dict[str, Any]:
        fields: dict[str, Any] = {"steps": self._steps, "notes": self._shown_notes()}
        stage = self._stages[-1] if self._stages else self._last
        if stage is None:
            return fields
        moment = self._clock()
        return {
            **fields,
            "title": stage.title,
            "done": stage.pace.done,
            "total": stage.total,
            "unit": stage.unit,
            "rate": stage.pace.rate(moment),
            "seconds_left": stage.pace.seconds_left(stage.total, moment),
        }

    def _shown_notes(self) -> list[str]:
        if len(self._notes) <= _MOST_NOTES:
            return list(self._notes)
        return [*self._notes[:_MOST_NOTES], f"and {len(self._notes) - _MOST_NOTES} further notes"]
