"""``fieldguide jobs`` as a person uses it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldguide.cli.main import main
from fieldguide.jobs.jobs import Jobs
from fieldguide.jobs.task import Task
from fieldguide.records.database import sqlite_url

_MODULE = """
import time
from fieldguide.errors import DataError
from fieldguide.jobs.task import Task

def count(context, *, upto):
    context.note("It [counts].")
    def run():
        with context.progress.step("counting", upto, "numbers") as tracker:
            for _ in range(upto):
                time.sleep(0.01)
                tracker.advance()
        return upto
    return {"counted": context.step("count", run)}

def fail(context):
    raise DataError("There is one class. Label a second one.")

TASKS = (Task("count", count), Task("fail", fail))
"""
_MAIN = "from fieldguide.cli.main import main; main()"
_TASKS = (Task("count", "jobs_of_a_test:count"), Task("fail", "jobs_of_a_test:fail"))


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["jobs", *arguments])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    monkeypatch.setenv("FIELDGUIDE_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "ws").mkdir()
    (tmp_path / "jobs_of_a_test.py").write_text(_MODULE)
    with Jobs(sqlite_url(tmp_path / "ws" / "jobs.db"), _TASKS) as opened:
        yield opened


def test_there_is_no_job_at_first(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(capsys)[:2] == (0, "There is no job yet.\n")
    assert _run(capsys, "list", "--state", "done")[:2] == (0, "There is no such job.\n")
    code, _, err = _run(capsys, "show", "1")
    assert code == 2
    assert "There is no job named '1'." in err
    assert jobs.list() == ()


def test_waiting_jobs_are_listed_and_steered(
    jobs: Jobs, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs.enqueue("count", {"upto": 3}, asked_by="[red]ada")
    jobs.enqueue("count", {"upto": 4})
    code, out, _ = _run(capsys)
    assert code == 0
    heading, newest, oldest, hint = out.splitlines()
    assert heading.split()[:3] == ["job", "task", "state"]
    assert newest.split()[:3] == ["2", "count", "queued"]
    assert oldest.split()[:4] == ["1", "count", "queued", "[red]ada"]
    assert hint == "No worker is running. Start one with: fieldguide jobs work"
    assert [
        line.split()[0] for line in _run(capsys, "list", "--after", "2")[1].splitlines()[1:2]
    ] == ["1"]

    assert _run(capsys, "pause", "1")[:2] == (0, "Job 1 is paused.\n")
    assert _run(capsys, "resume", "1")[:2] == (0, "Job 1 is queued.\n")
    assert _run(capsys, "cancel", "1")[:2] == (0, "Job 1 is cancelled.\n")
    code, _, err = _run(capsys, "pause", "1")
    assert code == 2
    assert "Job 1 is cancelled and cannot be paused" in err
    assert "cancelled" in _run(capsys, "watch", "1")[1]
    assert _run(capsys, "retry", "1")[:2] == (0, "Job 1 is queued.\n")


def test_tasks_that_are_not_there_are_named(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = _run(capsys, "work", "--tasks", "no_such_module:TASKS")
    assert code == 2
    assert "There are no tasks at 'no_such_module:TASKS'" in err
    assert not jobs.has_worker()


@pytest.mark.slow
def test_a_worker_works_until_it_is_interrupted(
    jobs: Jobs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done, failed, endless = (
        jobs.enqueue("count", {"upto": 100}),
        jobs.enqueue("fail"),
        jobs.enqueue("count", {"upto": 10**6}),
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    worker = subprocess.Popen(
        [sys.executable, "-c", _MAIN, "jobs", "work", "--tasks", "jobs_of_a_test:TASKS"],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.PIPE,
        text=True,
    )
    code, out, err = _run(capsys, "watch", str(done.id))
    assert (code, out) == (0, "Job 1 is done.\n")
    assert "• It [counts]." in err
    code, out, err = _run(capsys, "watch", str(failed.id))
    assert code == 5
    assert "Job 2 failed: There is one class. Label a second one." in err

    out = _run(capsys, "show", str(done.id))[1]
    assert 'result     {"counted": 100}' in out
    assert "counting: 100/100 numbers" in out
    until = time.monotonic() + 60
    while "counting" not in _run(capsys, "list", "--state", "running")[1]:
        assert time.monotonic() < until
    code, out, _ = _run(capsys, "pause", str(endless.id))
    assert out == "Job 3 is asked to pause; it stops at its next unit or step.\n"
    assert _run(capsys, "watch", str(endless.id))[:2] == (0, "Job 3 is paused.\n")
    _run(capsys, "resume", str(endless.id))

    worker.send_signal(signal.SIGINT)
    _, told = worker.communicate(timeout=60)
    assert worker.returncode == 0
    assert told.startswith("Working on the jobs of ")
    assert "Traceback" not in told
    assert jobs.status(endless.id).state == "queued"
