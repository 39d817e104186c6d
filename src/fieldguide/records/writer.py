"""One writer with group commit: many callers, one transaction at a time.

SQLite lets one connection write at a time. Callers that each open a transaction of their own wait
for one another and for the disk; here they hand their work to one thread, which commits all that is
waiting together. A caller is answered only after the commit that holds its work.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

T = TypeVar("T")

Work = Callable[[sa.Connection], T]

_MOST_IN_ONE_COMMIT = 512


@dataclass(slots=True)
class _Task:
    work: Callable[[sa.Connection], Any]
    future: Future[Any]


class Writer:
    """Runs pieces of work in the order in which they come, several per transaction.

    Among others a piece runs in a savepoint: one that raises is undone alone, and its caller gets
    the error. When the commit itself fails, every caller in it gets the error.

    Args:
        engine: The engine whose connections may write.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="records-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T]) -> Future[T]:
        """Queue a piece of work; its result comes once it is committed.

        Raises:
            RuntimeError: If the writer is closed.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("The records are closed; open the workspace again to write.")
            self._tasks.put(_Task(work, future))
        return future

    def close(self) -> None:
        """Finish what is queued and stop."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._tasks.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._tasks.get()) is not None:
            batch, last = self._gather(first)
            self._commit(batch)
            if last:
                return

    def _gather(self, first: _Task) -> tuple[list[_Task], bool]:
        batch = [first]
        while len(batch) < _MOST_IN_ONE_COMMIT:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                break
            if task is None:
                return batch, True
            batch.append(task)
        return batch, False

    def _commit(self, batch: list[_Task]) -> None:
        # Work whose caller gave it up before it began is dropped; from here on it is finished.
        batch = [task for task in batch if task.future.set_running_or_notify_cancel()]
        if not batch:
            return
        try:
            with self._engine.begin() as connection:
                answers = _work_off(connection, batch)
        except BaseException as error:  # noqa: BLE001 - every caller must be told
            for task in batch:
                task.future.set_exception(error)
            return
        for task, result, failure in answers:
            if failure is None:
                task.future.set_result(result)
            else:
                task.future.set_exception(failure)


def _work_off(
    connection: sa.Connection, batch: list[_Task]
) -> list[tuple[_Task, Any, BaseException | None]]:
    if len(batch) == 1:
        # Whatever it raises undoes the transaction, and there is nobody else in it.
        return [(batch[0], batch[0].work(connection), None)]
    return [(task, *_attempt(connection, task)) for task in batch]


def _attempt(connection: sa.Connection, task: _Task) -> tuple[Any, BaseException | None]:
    savepoint = connection.begin_nested()
    try:
        result = task.work(connection)
    except BaseException as error:  # noqa: BLE001 - handed to the caller through its future
        savepoint.rollback()
        return None, error
    savepoint.commit()
    return result, None
