"""The face of the jobs: ask for one, look at them, steer them.

It only reads and writes one table, so that a server that offers it carries no engine; what is
written there, a worker brings about.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import sqlalchemy as sa

from fieldguide.errors import InputError, UnknownNameError
from fieldguide.jobs import claims, ledger, task
from fieldguide.jobs.database import open_database
from fieldguide.jobs.job import STATES, Job, State
from fieldguide.jobs.liveness import Watch
from fieldguide.jobs.task import Task

_LOOK_EVERY = 0.2


class Jobs:
    """The jobs of one database.

    A job that has ended is kept for ``KEPT_DAYS`` days; then workers forget it, with its key.

    Args:
        url: A SQLAlchemy URL, of SQLite or PostgreSQL.
        tasks: What can be asked for; nothing is needed to look and to steer.

    Raises:
        InputError: If a task names a queue that does not exist, or two have one name.
        WorkspaceError: If the database cannot be opened or was written by a newer release.

    Example:
        >>> with Jobs("sqlite:///:memory:", [Task("count", lambda context, upto: upto)]) as jobs:
        ...     jobs.enqueue("count", {"upto": 3}).state
        'queued'
    """

    def __init__(self, url: str | sa.URL, tasks: Sequence[Task] = ()) -> None:
        task.check_tasks(tasks)
        self._tasks = tuple(tasks)
        self._database = open_database(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._database.dispose()

    def enqueue(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        asked_by: str | None = None,
        dataset: int | None = None,
        key: str | None = None,
    ) -> Job:
        """Ask for a job; a worker begins it as soon as its queue allows.

        Args:
            name: Of a task.
            arguments: What the task's function is called with, as far as JSON can hold it.
            asked_by: Who asks.
            dataset: Number of the dataset that it is about.
            key: The caller's own, unique name for this request: asking with it again gives the
                job that it gave first, whatever has become of that.

        Raises:
            UnknownNameError: If no task has that name.
            InputError: If the arguments do not fit, or the key was used for another request.
        """
        chosen = task.find(self._tasks, name)
        plain = task.check_arguments(chosen, arguments or {})
        try:
            with self._database.begin() as connection:
                return ledger.add(
                    connection,
                    name=name,
                    arguments=plain,
                    queue=chosen.queue,
                    asked_by=asked_by,
                    dataset=dataset,
                    key=key,
                )
        except sa.exc.IntegrityError:
            return self._asked_before(str(key), name, plain)

    def status(self, job_id: int) -> Job:
        """Return a job as it stands.

        Raises:
            UnknownNameError: If there is no such job.
        """
        with self._database.connect() as connection:
            found = ledger.find(connection, job_id)
            if found is None:
                newest = ledger.page(connection, limit=10)
                raise UnknownNameError("job", str(job_id), [str(job.id) for job in newest])
        return found

    def list(
        self,
        *,
        dataset: int | None = None,
        state: State | Iterable[State] | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> tuple[Job, ...]:
        """Return a page of jobs, newest first.

        Args:
            dataset: Only those about that dataset.
            state: Only those in that state, or in one of those.
            after: Number of the last job of the page before.
            limit: How many at most.

        Raises:
            InputError: If there is no such state.
        """
        states: tuple[State, ...] = (
            () if state is None else (state,) if isinstance(state, str) else tuple(state)
        )
        if wrong := [name for name in states if name not in STATES]:
            raise InputError(
                f"There is no state {wrong[0]!r} of a job. The states are: {', '.join(STATES)}."
            )
        with self._database.connect() as connection:
            return tuple(
                ledger.page(connection, dataset=dataset, states=states, after=after, limit=limit)
            )

    def pause(self, job_id: int) -> Job:
        """Stop a job so that it can go on later; a running one stops within about a second.

        Raises:
            UnknownNameError: If there is no such job.
            InputError: If it has ended.
        """
        return self._steer(job_id, ledger.pause, "paused", "queued or running", done="paused")

    def resume(self, job_id: int) -> Job:
        """Let a paused job go on after its last finished step.

        Raises:
            UnknownNameError: If there is no such job.
            InputError: If it has ended.
        """
        return self._steer(job_id, ledger.resume, "resumed", "paused", done="queued")

    def cancel(self, job_id: int) -> Job:
        """Stop a job for good; what it has done stays done.

        Raises:
            UnknownNameError: If there is no such job.
            InputError: If it has ended otherwise.
        """
        return self._steer(
            job_id, ledger.cancel, "cancelled", "queued, running or paused", done="cancelled"
        )

    def retry(self, job_id: int) -> Job:
        """Let a failed or cancelled job go on after its last finished step.

        Raises:
            UnknownNameError: If there is no such job.
            InputError: If it has neither failed nor been cancelled.
        """
        return self._steer(job_id, ledger.retry, "retried", "failed or cancelled", done=None)

    def wait(self, job_id: int, *, timeout: float | None = None) -> Job:
        """Return a job once it has ended, is paused, or the time is over.

        Args:
            job_id: Its number.
            timeout: Seconds to wait at most; None waits for ever.

        Raises:
            UnknownNameError: If there is no such job.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            job = self.status(job_id)
            over = until is not None and time.monotonic() >= until
            if job.ended or job.state == "paused" or over:
                return job
            time.sleep(_LOOK_EVERY)

    def has_worker(self) -> bool:
        """Whether a worker lives that begins what is queued.

        One on another machine counts until another worker has noticed that it is gone.
        """
        with self._database.connect() as connection:
            known = claims.all_workers(connection)
        watch = Watch()
        return any(not watch.is_gone(worker) for worker in known)

    def _asked_before(self, key: str, name: str, arguments: Mapping[str, Any]) -> Job:
        with self._database.connect() as connection:
            first = ledger.find_key(connection, key)
        if first is None or (first.name, first.arguments) != (name, arguments):
            raise InputError(
                f"The key {key!r} was used before, for another request. Ask for the job "
                f"{name!r} with a key of its own."
            )
        return first

    def _steer(
        self,
        job_id: int,
        change: Callable[[sa.Connection, int], Job | None],
        verb: str,
        allowed: str,
        *,
        done: State | None,
    ) -> Job:
        with self._database.begin() as connection:
            changed = change(connection, job_id)
        if changed is not None:
            return changed
        job = self.status(job_id)
        if job.state == done:
            return job
        raise InputError(
            f"Job {job_id} is {job.state} and cannot be {verb}; only a job that is {allowed} can."
        )
