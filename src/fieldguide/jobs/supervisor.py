"""Keep a worker running in a process of its own, for as long as this one lives."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from fieldguide.jobs.task import QUEUES

AT_REST_MB = 120
"""A worker that does nothing and holds more memory than this makes way for a fresh one."""

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0
_STEADY_SECONDS = 60.0
_STOP_SECONDS = 10.0


class WorkerProcess:
    """A worker in a process of its own: started again when it dies, and gone when this one is.

    The worker holds the reading end of a pipe whose writing end only this process has. However
    this process ends, the system closes that end, and the worker stops.

    Args:
        url: Where the jobs are: a SQLAlchemy URL, of SQLite or PostgreSQL.
        tasks: Where the tuple of tasks is, as ``"package.module:NAME"``.
        folder: The workspace's folder, handed to the jobs.
        queues: Names of the queues, and how many jobs of each run at a time.
        at_rest_mb: A worker that does nothing and holds more memory than this makes way for a
            fresh one; None lets it be.
    """

    def __init__(
        self,
        url: str | sa.URL,
        tasks: str,
        folder: Path,
        *,
        queues: Mapping[str, int] = QUEUES,
        at_rest_mb: int | None = AT_REST_MB,
    ) -> None:
        # The order goes through the pipe: a URL can hold a password, which a command line shows.
        order = {
            "url": _parts(sa.make_url(url)),
            "tasks": tasks,
            "folder": str(folder),
            "queues": dict(queues),
            "at_rest_mb": at_rest_mb,
        }
        self._order = json.dumps(order).encode() + b"\n"
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._process = self._start()
        self._keeper = threading.Thread(target=self._keep, name="jobs-supervisor", daemon=True)
        self._keeper.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Number of the worker's process; another one after it was started again."""
        with self._lock:
            return self._process.pid

    def close(self) -> None:
        """Stop the worker; jobs that run go on when the next one starts."""
        self._closing.set()
        with self._lock:
            process = self._process
            _hang_up(process)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._keeper.join()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "fieldguide.jobs.worker"], stdin=subprocess.PIPE
        )
        if process.stdin is not None:
            # If it died before it could read its order, the keeper will see that.
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(self._order)
                process.stdin.flush()
        return process

    def _keep(self) -> None:
        wait = _FIRST_WAIT
        while True:
            began = time.monotonic()
            code = self._process.wait()
            if code == 0 or time.monotonic() - began > _STEADY_SECONDS:
                wait = _FIRST_WAIT
            if self._closing.wait(wait):
                return
            wait = min(2 * wait, _LONGEST_WAIT)
            with self._lock:
                if self._closing.is_set():
                    return
                _hang_up(self._process)
                self._process = self._start()


def _parts(url: sa.URL) -> dict[str, Any]:
    # As one text, a path with a question mark in it would be read as something else.
    return {**url._asdict(), "query": dict(url.query)}


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
