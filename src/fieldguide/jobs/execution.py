"""One job from the moment the engine hands it out until it has ended, paused or failed."""

from __future__ import annotations

import itertools
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fieldguide.errors import FieldguideError, InterruptedRunError
from fieldguide.jobs import claims, task
from fieldguide.jobs.claims import Claimed
from fieldguide.jobs.context import JobContext, as_json
from fieldguide.jobs.engine import Engine, LostError
from fieldguide.jobs.progress import JobProgress, Stopped

MOST_STARTS = 3
"""After so many starts without a finished step the job is taken for what kills the worker."""

_LOCK_POLL_SECONDS = 0.1
_DATABASE_POLL_SECONDS = 1.0


class Unrecorded(BaseException):
    """Ends a workflow so that the engine records nothing: the table of jobs has the outcome."""


class Executions:
    """The jobs that this worker has under way.

    Args:
        database: Where jobs are kept.
        worker: Name of this worker.
        folder: The workspace's folder.
        tasks: What can run.
    """

    def __init__(
        self, database: sa.Engine, worker: str, folder: Path, tasks: Sequence[task.Task]
    ) -> None:
        self._database = database
        self._worker = worker
        self._folder = folder
        self._tasks = tasks
        self._engine: Engine | None = None
        self._numbers = itertools.count(1)
        self._lock = threading.Condition()
        self._running: dict[str, tuple[int, JobProgress]] = {}
        self._busy = 0
        self._leaving = False

    def set_engine(self, engine: Engine) -> None:
        """Say what runs the steps; jobs that were handed out before wait for this."""
        with self._lock:
            self._engine = engine
            self._lock.notify_all()

    def new_runner(self) -> str:
        """Return a name under which this worker can lock a job."""
        return f"{self._worker}/{next(self._numbers)}"

    def run(self, job_id: int) -> None:
        """Run a job; the one function that the engine knows.

        Raises:
            Unrecorded: Whenever the job is not done.
        """
        with self._lock:
            self._busy += 1
            engine = self._engine
            while engine is None:
                self._lock.wait()
                engine = self._engine
        try:
            self._run(job_id, engine)
        finally:
            with self._lock:
                self._busy -= 1
                self._lock.notify_all()

    def stop(self) -> None:
        """Make every job stop at its next unit or step."""
        with self._lock:
            self._leaving = True
            for _, progress in self._running.values():
                progress.stop()

    def wait(self, seconds: float) -> bool:
        """Wait until no job is under way; False if the time was too short."""
        with self._lock:
            return self._lock.wait_for(lambda: self._busy == 0, seconds)

    def busy(self) -> bool:
        """Whether any job is under way."""
        with self._lock:
            return self._busy > 0

    def report(self) -> None:
        """Write down how far the jobs are, and stop those that are to pause or end."""
        with self._lock:
            running = dict(self._running)
        if not running:
            return
        with self._database.begin() as connection:
            wanted = claims.wishes(connection, [job_id for job_id, _ in running.values()])
            for runner, (job_id, progress) in running.items():
                if (news := progress.news()) is not None:
                    claims.report(
                        connection,
                        job_id,
                        runner,
                        progress=news,
                        step_finished=progress.new_steps > 0,
                    )
        for job_id, progress in running.values():
            if wanted.get(job_id) != "run":
                progress.stop()

    def _run(self, job_id: int, engine: Engine) -> None:
        runner = self.new_runner()
        claimed = self._take(job_id, runner)
        if claimed.job.state == "done":
            # It ended in the moment between its own note and the engine's.
            self._write(claims.let_go, job_id, runner, dispatched=True)
            return
        progress = JobProgress(claimed.job.reached)
        try:
            with self._lock:
                self._running[runner] = (job_id, progress)
                if self._leaving:
                    progress.stop()
            result = self._work(claimed, runner, progress, engine)
        except LostError as lost:
            self._write(claims.leave, job_id, runner)
            raise Unrecorded from lost
        except Stopped as stopped:
            self._take_back(job_id, runner, engine)
            self._write(claims.leave, job_id, runner, progress=progress.reached(), forgive=True)
            raise Unrecorded from stopped
        except BaseException as error:
            self._take_back(job_id, runner, engine)
            words, trace = _words(error)
            self._write(
                claims.end,
                job_id,
                runner,
                "failed",
                progress=progress.reached(),
                error=words,
                trace=trace,
            )
            raise Unrecorded from error
        else:
            self._write(
                claims.end, job_id, runner, "done", progress=progress.reached(), result=result
            )
        finally:
            with self._lock:
                self._running.pop(runner, None)

    def _work(self, claimed: Claimed, runner: str, progress: JobProgress, engine: Engine) -> Any:
        job = claimed.job
        progress.check()
        if job.state != "queued":
            raise Stopped
        chosen = task.find(self._tasks, job.name)
        if claimed.version not in {None, chosen.version}:
            raise InterruptedRunError(
                f"The job was begun with version {claimed.version} of the task {job.name!r}, and "
                f"this release has version {chosen.version}, whose steps are others. It cannot go "
                "on; ask for it anew. What it has done is kept."
            )
        if claimed.starts >= MOST_STARTS:
            during = f" (during {job.reached.title!r})" if job.reached.title else ""
            raise InterruptedRunError(
                f"The worker was killed {claimed.starts} times in a row while it did this job"
                f"{during}; most often memory runs out. Give it less to do or the machine more "
                "memory, and retry it."
            )
        if not self._write(claims.begin, job.id, runner, version=chosen.version):
            raise Stopped
        context = JobContext(job, self._folder, progress, engine.step)
        return as_json(chosen.resolve()(context, **job.arguments), f"the job {job.name!r}")

    def _take(self, job_id: int, runner: str) -> Claimed:
        # The lock is held for long only by an execution of this job that has not stopped yet.
        while True:
            claimed: Claimed | None = self._write(claims.take, job_id, runner)
            if claimed is not None:
                return claimed
            if self._leaving:
                raise Unrecorded
            time.sleep(_LOCK_POLL_SECONDS)

    def _take_back(self, job_id: int, runner: str, engine: Engine) -> None:
        # A job that was taken from this worker is another's by now.
        if self._write(claims.is_held, job_id, runner):
            engine.cancel(job_id)

    def _write(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # A job whose end is not written would be taken for running as long as this worker lives.
        while True:
            try:
                with self._database.begin() as connection:
                    return query(connection, *args, **kwargs)
            except sa.exc.OperationalError:
                if self._leaving:
                    raise
                time.sleep(_DATABASE_POLL_SECONDS)


def _words(error: BaseException) -> tuple[str, str | None]:
    if isinstance(error, FieldguideError):
        return str(error), None
    words = "".join(traceback.format_exception_only(error)).strip()
    return words, "".join(traceback.format_exception(error))
