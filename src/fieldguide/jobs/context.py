"""What a job's function is given: its durable steps, its progress, and who asked for what."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from fieldguide.jobs.job import Job
from fieldguide.jobs.progress import JobProgress

T = TypeVar("T")

RunStep = Callable[[str, Callable[[], Any]], Any]
"""Runs a named function durably: what it gave once, it gives again without running."""


class _Raised(BaseException):
    """Carries a step's error past the engine, which would otherwise keep it as the outcome."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class JobContext:
    """A running job, as its function sees it.

    The function runs from its beginning after every interruption; steps that are finished give
    what they gave before without running. So everything that matters is done in steps, a step can
    be repeated safely, and what decides about the next step comes from the arguments or from a
    step.

    Args:
        job: The job.
        folder: The workspace's folder.
        progress: Where to report; to be handed to functions that take a ``progress``.
        run_step: Runs a named function durably.
    """

    def __init__(self, job: Job, folder: Path, progress: JobProgress, run_step: RunStep) -> None:
        self.job = job
        self.folder = folder
        self.progress = progress
        self._run_step = run_step

    def step(self, title: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a function once, however often the job is interrupted after it.

        Args:
            title: What it does, for a person; the same at every start of the job.
            function: Safe to be repeated, for an interruption before its end repeats it.
            *args: Handed to the function.
            **kwargs: Handed to the function.

        Returns:
            What the function gives, as JSON gives it back.

        Raises:
            TypeError: If JSON cannot hold what the function gives.
        """

        def reported() -> Any:
            with self.progress.step(title, None, ""):
                return function(*args, **kwargs)

        answer, _ = self._once(title, reported)
        return answer

    def for_each(
        self,
        title: str,
        items: Sequence[T],
        function: Callable[[Sequence[T]], Any],
        *,
        unit: str,
        size: int = 1,
    ) -> list[Any]:
        """Run a function over chunks of items, each chunk a durable step.

        Args:
            title: What is done, for a person; the same at every start of the job.
            items: The same at every start of the job.
            function: Takes the items of a chunk; safe to be repeated.
            unit: What the items are, for example ``"pictures"``.
            size: Items in a chunk.

        Returns:
            What the function gave for each chunk, as JSON gives it back.

        Raises:
            TypeError: If JSON cannot hold what the function gives.
        """
        answers = []
        with self.progress.step(title, len(items), unit) as tracker:
            for start in range(0, len(items), size):
                chunk = items[start : start + size]
                name = f"{title} {start + 1}-{start + len(chunk)}"
                answer, ran = self._once(name, functools.partial(function, chunk))
                answers.append(answer)
                count = tracker.advance if ran else tracker.skip
                count(len(chunk))
        return answers

    def note(self, text: str) -> None:
        """Say something that a person should know."""
        self.progress.note(text)

    def check(self) -> None:
        """Give way here if the job is to pause or to end; for long work that counts nothing."""
        self.progress.check()

    def _once(self, name: str, function: Callable[[], Any]) -> tuple[Any, bool]:
        self.progress.check()
        ran = False

        def body() -> Any:
            nonlocal ran
            ran = True
            try:
                return as_json(function(), f"the step {name!r}")
            except Exception as error:
                raise _Raised(error) from error

        try:
            answer = self._run_step(name, body)
        except _Raised as raised:
            raise raised.error  # noqa: B904 - the step's own error, not one about another
        self.progress.finish_step(earlier=not ran)
        return answer, ran


def as_json(value: Any, giver: str) -> Any:
    """Return a value as JSON gives it back, so that it is the same when it comes from the table.

    Raises:
        TypeError: If JSON cannot hold it.
    """
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"What {giver} gives must be what JSON can hold, for it is kept: {error}. "
            "Give numbers, texts, lists and dictionaries."
        ) from error
