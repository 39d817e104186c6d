"""The process that runs jobs, apart from the one that answers people.

``python -m fieldguide.jobs.worker`` reads what it is to do from standard input, as one line of
JSON, and ends when that input does: with whoever started it, however that ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, Self

import sqlalchemy as sa

from fieldguide.errors import FieldguideError
from fieldguide.jobs import claims, task
from fieldguide.jobs.database import open_database
from fieldguide.jobs.dispatch import Dispatch
from fieldguide.jobs.engine import Engine
from fieldguide.jobs.execution import Executions
from fieldguide.jobs.job import KEPT_DAYS
from fieldguide.jobs.liveness import Watch, own_vital
from fieldguide.jobs.task import QUEUES, Task
from fieldguide.records.clock import now

NICENESS = 10
"""By how much a worker steps back behind what answers people."""

TAKEN_FOR_DEAD = 75
"""Exit code of a worker whose jobs another one has taken."""

_TICK_SECONDS = 0.5
_IDLE_SECONDS = 3.0
_BEAT_EVERY = 4
_SWEEP_EVERY = 7200
_GRACE_SECONDS = 5.0


class Worker:
    """Runs the jobs of one database, until it is told to stop.

    When it begins, and every hour, it forgets jobs that ended more than ``KEPT_DAYS`` days ago.

    There can be several, on one machine or, with PostgreSQL, on many; each does as many jobs of a
    queue at a time as ``queues`` says.

    Args:
        url: A SQLAlchemy URL, of SQLite or PostgreSQL.
        tasks: What can run.
        folder: The workspace's folder, handed to the jobs.
        queues: Names of the queues, and how many jobs of each run at a time.

    Raises:
        InputError: If a task names a queue that does not exist, or two have one name.
        WorkspaceError: If the database cannot be opened or was written by a newer release.
    """

    def __init__(
        self,
        url: str | sa.URL,
        tasks: Sequence[Task],
        folder: Path,
        *,
        queues: Mapping[str, int] = QUEUES,
    ) -> None:
        task.check_tasks(tasks)
        self.id = uuid.uuid4().hex
        self._database = open_database(url)
        self._stop = threading.Event()
        self._watch = Watch()
        self._living: set[str] = {self.id}
        with self._database.begin() as connection:
            claims.add_worker(connection, own_vital(self.id))
        self._executions = Executions(self._database, self.id, folder, tasks)
        self._engine = Engine(self._database, self.id, self._executions.run, queues)
        self._dispatch = Dispatch(self._database, self._engine, self._executions.new_runner)
        self._executions.set_engine(self._engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def stop(self) -> None:
        """Make ``work`` return; safe from a signal and from any thread."""
        self._stop.set()

    def work(self, *, parent: int | None = None, at_rest_mb: int | None = None) -> bool:
        """Run jobs until told to stop.

        Args:
            parent: Number of the process that this one is to end with.
            at_rest_mb: Return as well when no job runs and the process holds more memory than
                this, as it does after a job that loaded much; None stays.

        Returns:
            False if this worker was taken for dead, so that its jobs belong to another.
        """
        beats = 0
        idle_since = time.monotonic()
        while not self._stop.is_set():
            try:
                if beats % _BEAT_EVERY == 0 and not self._look_around():
                    self._stop.set()
                    return False
                self._executions.report()
                self._dispatch.hand_out(self._living)
                if beats % _SWEEP_EVERY == 0:
                    self._forget_old()
            except sa.exc.OperationalError as error:
                # The database may be restarted or busy for long; the jobs' own steps wait as well.
                sys.stderr.write(f"The jobs' database does not answer: {error.orig}\n")
            beats += 1
            if self._executions.busy():
                idle_since = time.monotonic()
            rested = time.monotonic() - idle_since > _IDLE_SECONDS
            if rested and at_rest_mb is not None and _held_mb() > at_rest_mb:
                return True
            self._stop.wait(_TICK_SECONDS)
            if parent is not None and os.getppid() != parent:
                self._stop.set()
        return True

    def close(self, *, grace: float = _GRACE_SECONDS) -> bool:
        """Stop the jobs that run, so that they go on with the next worker, and close everything.

        Args:
            grace: Seconds that jobs have to reach their next unit or step.

        Returns:
            Whether all stopped in time. If not, the process is to be ended with ``os._exit``; the
            next worker takes the rest for interrupted.
        """
        self._stop.set()
        self._executions.stop()
        if not self._executions.wait(grace):
            return False
        self._engine.stop()
        # What the engine handed out a moment ago gives itself back.
        stopped = self._executions.wait(grace)
        self._dispatch.heal(self.id)
        self._engine.close()
        self._database.dispose()
        return stopped

    def _forget_old(self) -> None:
        before = now() - timedelta(days=KEPT_DAYS)
        while self._dispatch.forget_ended(before) and not self._stop.is_set():
            pass

    def _look_around(self) -> bool:
        with self._database.begin() as connection:
            if not claims.beat(connection, self.id):
                return False
            known = claims.all_workers(connection)
        gone = {worker.id for worker in known if self._watch.is_gone(worker)} - {self.id}
        self._living = {worker.id for worker in known} - gone
        for dead in sorted(gone):
            self._dispatch.heal(dead)
        return True


def run_worker(
    url: str | sa.URL,
    tasks: Sequence[Task],
    folder: Path,
    *,
    queues: Mapping[str, int] = QUEUES,
    signals: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGINT),
    parent: int | None = None,
    lifeline: int | None = None,
    at_rest_mb: int | None = None,
) -> None:
    """Run jobs in this process until it is told to end.

    To end is told by a signal, by the parent's end or by the lifeline's. It stops the jobs at
    their next unit or step; where one reaches neither in time, this process ends without
    returning.

    Args:
        url: A SQLAlchemy URL, of SQLite or PostgreSQL.
        tasks: What can run.
        folder: The workspace's folder, handed to the jobs.
        queues: Names of the queues, and how many jobs of each run at a time.
        signals: Those that mean to end.
        parent: Number of the process that this one is to end with.
        lifeline: An open file whose end means that this process is to end.
        at_rest_mb: Return as well when no job runs and the process holds more memory than this.
    """
    worker = Worker(url, tasks, folder, queues=queues)
    with _stopping(worker, signals, lifeline):
        stopped = False
        try:
            if not worker.work(parent=parent, at_rest_mb=at_rest_mb):
                # Its jobs run elsewhere by now; to unwind them here would disturb them there.
                _end_at_once(TAKEN_FOR_DEAD)
        finally:
            stopped = worker.close()
    if not stopped:
        # A thread in the middle of a long step cannot be stopped, and would be waited for.
        _end_at_once(0)


def _held_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _end_at_once(code: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@contextlib.contextmanager
def _stopping(
    worker: Worker, signals: Sequence[signal.Signals], lifeline: int | None
) -> Iterator[None]:
    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        worker.stop()

    def watch(file: int) -> None:
        while os.read(file, 1024):
            pass
        worker.stop()

    before = {number: signal.signal(number, on_signal) for number in signals}
    if lifeline is not None:
        threading.Thread(target=watch, args=(lifeline,), name="lifeline", daemon=True).start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main() -> int:
    """Run what standard input says; see ``supervisor.WorkerProcess``."""
    # Control-C in a terminal reaches this process too, but it is its parent's to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()
    line = b""
    while not line.endswith(b"\n"):
        # Read byte by byte, for what comes after the line must stay unread.
        if not (byte := os.read(sys.stdin.fileno(), 1)):
            return 0
        line += byte
    order: dict[str, Any] = json.loads(line)
    os.nice(NICENESS)
    try:
        run_worker(
            sa.URL.create(**order["url"]),
            task.load(order["tasks"]),
            Path(order["folder"]),
            queues=order["queues"],
            signals=(signal.SIGTERM,),
            parent=parent,
            lifeline=sys.stdin.fileno(),
            at_rest_mb=order["at_rest_mb"],
        )
    except FieldguideError as error:
        sys.stderr.write(f"The worker of the jobs cannot start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
