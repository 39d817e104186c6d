"""Workers in processes of their own: killed, paused, stopped, doubled, upgraded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fieldguide.jobs.job import Reached
from fieldguide.jobs.jobs import Jobs
from fieldguide.jobs.liveness import process_began

pytestmark = pytest.mark.slow

_FIVE = {"squares": [1, 4, 9, 16, 25]}


def test_a_killed_worker_is_started_again_and_goes_on_at_the_last_finished_step(
    bench: Any,
) -> None:
    with bench.worker() as worker:
        job = bench.jobs.enqueue("squares", {"seconds": 0.3})
        bench.until(lambda: bench.counts()[f"{job.id} begin 3"])
        os.kill(worker.pid, signal.SIGKILL)
        done = bench.ended(job.id)
    assert done.state == "done"
    assert done.result == _FIVE
    assert done.error is None
    assert done.reached.steps == 5
    counts = bench.counts()
    assert [counts[f"{job.id} begin {n}"] for n in range(1, 6)] == [1, 1, 2, 1, 1]
    assert [counts[f"{job.id} end {n}"] for n in range(1, 6)] == [1, 1, 1, 1, 1]
    assert len({words[-1] for words in bench.log()}) == 2


def test_two_workers_never_do_one_step_both(bench: Any) -> None:
    with bench.worker(), bench.worker():
        jobs = [bench.jobs.enqueue("squares", {"seconds": 0.2}).id for _ in range(8)]
        for job_id in jobs:
            assert bench.ended(job_id).result == _FIVE
    assert bench.counts() == {
        f"{job_id} {what} {n}": 1
        for job_id in jobs
        for what in ("begin", "end")
        for n in range(1, 6)
    }
    assert len({words[-1] for words in bench.log()}) == 2


def test_two_workers_on_postgresql_take_over_from_one_another(postgres_bench: Any) -> None:
    bench = postgres_bench
    jobs = bench.jobs
    with bench.worker() as first, bench.worker():
        made = [jobs.enqueue("squares", {"seconds": 0.3}, key=str(n)).id for n in range(6)]
        assert jobs.enqueue("squares", {"seconds": 0.3}, key="0").id == made[0]
        bench.until(lambda: any(words[-1] == str(first.pid) for words in bench.log()))
        os.kill(first.pid, signal.SIGKILL)
        for job_id in made:
            assert bench.ended(job_id).result == _FIVE
        assert [job.id for job in jobs.list(state="done")] == made[::-1]

        paused = jobs.enqueue("squares", {"seconds": 0.3})
        bench.until(lambda: bench.counts()[f"{paused.id} begin 2"])
        jobs.pause(paused.id)
        assert jobs.wait(paused.id, timeout=20).state == "paused"
        jobs.resume(paused.id)
        assert bench.ended(paused.id).result == _FIVE
    counts = bench.counts()
    for job_id in made:
        assert [counts[f"{job_id} end {n}"] for n in range(1, 6)] == [1, 1, 1, 1, 1]


def test_pause_resume_cancel_and_retry_in_the_middle_of_a_step(served: Any) -> None:
    jobs = served.jobs
    job = jobs.enqueue("squares", {"seconds": 0.8, "steps": 2})
    served.until(lambda: served.counts()[f"{job.id} begin 2"])
    assert jobs.pause(job.id).wanted == "pause"
    assert jobs.wait(job.id, timeout=20).state == "paused"
    assert served.counts()[f"{job.id} end 2"] == 0
    assert jobs.pause(job.id).state == "paused"

    assert jobs.resume(job.id).state == "queued"
    served.until(lambda: served.counts()[f"{job.id} begin 2"] == 2)
    jobs.cancel(job.id)
    assert jobs.pause(job.id).wanted == "cancel"
    cancelled = served.ended(job.id)
    assert cancelled.state == "cancelled"
    assert cancelled.finished_at is not None

    assert jobs.retry(job.id).finished_at is None
    done = served.ended(job.id)
    assert done.result == {"squares": [1, 4]}
    counts = served.counts()
    assert counts[f"{job.id} begin 1"] == 1
    assert counts[f"{job.id} begin 2"] == 3
    assert counts[f"{job.id} end 2"] == 1


def test_a_pause_can_be_taken_back_at_any_moment(served: Any) -> None:
    job = served.jobs.enqueue("squares", {"seconds": 0.2})
    for step in range(1, 5):
        served.until(lambda step=step: served.counts()[f"{job.id} begin {step}"])
        served.jobs.pause(job.id)
        served.jobs.resume(job.id)
    done = served.ended(job.id)
    assert done.result == _FIVE
    counts = served.counts()
    assert [counts[f"{job.id} end {n}"] for n in range(1, 6)] == [1, 1, 1, 1, 1]


def test_failures_keep_their_words_and_go_on_after_a_retry(served: Any) -> None:
    asked = [served.jobs.enqueue(name) for name in ("until ready", "broken", "no json")]
    known, bug, path = (served.ended(job.id) for job in asked)
    (served.folder / "ready").touch()
    served.jobs.retry(known.id)
    retried = served.ended(known.id)
    assert known.state == "failed"
    assert known.error == "The dataset has one class. Label a second one."
    assert known.trace is None
    assert known.reached.steps == 1
    assert known.reached.notes == ("one is done",)

    assert bug.error == "ZeroDivisionError: division by zero"
    assert bug.trace is not None
    assert "sample_tasks.py" in bug.trace

    assert path.error is not None
    assert "What the step 'path' gives must be what JSON can hold" in path.error

    assert (retried.state, retried.result, retried.error) == ("done", "ready", None)
    assert retried.reached.notes == ("one is done",)
    assert served.counts()[f"{known.id} one"] == 1


def test_a_task_that_the_worker_does_not_know_fails_with_words(served: Any) -> None:
    with Jobs(served.url, [type(served.jobs._tasks[0])("gone", "m:f")]) as other:
        job = other.enqueue("gone")
        failed = served.ended(job.id)
    assert failed.error is not None
    assert failed.error.startswith("There is no task named 'gone'.")


def test_one_heavy_job_at_a_time_beside_light_ones(served: Any) -> None:
    few = {"steps": 1, "seconds": 0.3}
    heavy = [served.jobs.enqueue("heavy squares", few).id for _ in range(3)]
    light = served.jobs.enqueue("squares", {"steps": 1}).id
    for job_id in [*heavy, light]:
        assert served.ended(job_id).state == "done"
    order = [words[:2] for words in served.log() if int(words[0]) in heavy]
    assert order == [[str(job_id), what] for job_id in heavy for what in ("begin", "end")]


def test_a_worker_listens_to_no_network_and_steps_back(served: Any) -> None:
    job = served.jobs.enqueue("squares", {"steps": 1})
    served.ended(job.id)
    (worker,) = {int(words[-1]) for words in served.log() if words[0] == str(job.id)}
    links = [str(link.readlink()) for link in Path(f"/proc/{worker}/fd").iterdir()]
    sockets = {link.removeprefix("socket:[").removesuffix("]") for link in links}
    networked = {
        line.split()[9]
        for table in ("tcp", "tcp6", "udp", "udp6")
        if (path := Path(f"/proc/{worker}/net/{table}")).exists()
        for line in path.read_text().splitlines()[1:]
    }
    assert not sockets & networked
    assert os.getpriority(os.PRIO_PROCESS, worker) == min(os.nice(0) + 10, 19)


def test_a_job_that_kills_the_worker_is_given_up(bench: Any) -> None:
    script = f"""
from pathlib import Path
from fieldguide.jobs import task
from fieldguide.jobs.worker import run_worker
from fieldguide.records.database import sqlite_url
folder = Path({str(bench.folder)!r})
run_worker(sqlite_url(folder / "jobs.db"), task.load({bench.tasks!r}), folder)
"""
    job = bench.jobs.enqueue("deadly")
    for _ in range(3):
        killed = subprocess.run([sys.executable, "-c", script], check=False)
        assert killed.returncode == -signal.SIGKILL
    last = subprocess.Popen([sys.executable, "-c", script])
    failed = bench.ended(job.id)
    last.terminate()
    assert last.wait() == 0
    assert failed.state == "failed"
    assert failed.error is not None
    assert "The worker was killed 3 times in a row while it did this job" in failed.error
    assert bench.counts()[f"{job.id} deadly"] == 3


def test_a_worker_that_holds_much_memory_makes_way_for_a_fresh_one(bench: Any) -> None:
    with bench.worker() as worker:
        first = worker.pid
        assert bench.ended(bench.jobs.enqueue("greedy").id).state == "done"
        bench.until(lambda: worker.pid != first)
        assert bench.ended(bench.jobs.enqueue("squares", {"steps": 1}).id).state == "done"
    assert process_began(first) is None


def counted(reached: Reached) -> tuple[int, float | None]:
    return reached.done, reached.rate


def test_chunks_that_are_done_are_not_done_again(bench: Any) -> None:
    for last in (2, 5):
        (bench.folder / f"allowed {last}").touch()
    with bench.worker() as worker:
        job = bench.jobs.enqueue("chunks", {"items": 10, "size": 3})
        bench.until(lambda: bench.jobs.status(job.id).reached.done == 6)
        os.kill(worker.pid, signal.SIGKILL)
        # The new worker counts what is done, but takes no rate from it.
        bench.until(lambda: counted(bench.jobs.status(job.id).reached) == (6, None))
        for last in (8, 9):
            (bench.folder / f"allowed {last}").touch()
        done = bench.ended(job.id)
    assert done.result == [0 + 1 + 2, 3 + 4 + 5, 6 + 7 + 8, 9]
    assert bench.counts() == {f"{job.id} chunk {n}": 1 for n in (0, 3, 6, 9)}
    assert (done.reached.done, done.reached.total, done.reached.unit) == (10, 10, "numbers")


def test_a_step_that_never_looks_up_does_not_keep_a_worker_alive(bench: Any) -> None:
    worker = bench.worker()
    pid = worker.pid
    job = bench.jobs.enqueue("stubborn")
    bench.until(lambda: bench.counts()[f"{job.id} asleep"])
    assert bench.jobs.has_worker()
    worker.close()
    assert process_began(pid) is None
    assert bench.jobs.status(job.id).state == "running"
    assert not bench.jobs.has_worker()


def test_the_worker_goes_when_its_parent_is_killed_and_the_next_goes_on(bench: Any) -> None:
    script = f"""
import time
from pathlib import Path
from fieldguide.jobs.supervisor import WorkerProcess
from fieldguide.records.database import sqlite_url
url = sqlite_url(Path({bench.url.database!r}))
worker = WorkerProcess(url, {bench.tasks!r}, Path({str(bench.folder)!r}))
print(worker.pid, flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    job = bench.jobs.enqueue("squares", {"seconds": 0.5})
    bench.until(lambda: bench.counts()[f"{job.id} begin 2"])
    parent.kill()
    parent.wait()
    parent.stdout.close()
    bench.until(lambda: process_began(worker) is None)
    assert bench.jobs.status(job.id).state == "queued"
    with bench.worker():
        assert bench.ended(job.id).result == _FIVE
    assert bench.counts()[f"{job.id} begin 1"] == 1


_RELEASE = """
import time
from fieldguide.jobs.task import Task

def run(context):
    def first():
        return {answer}
    answer = context.step("first", first)
    context.step("wait", lambda: [time.sleep(0.05) or context.check() for _ in range({waits})])
    return answer

TASKS = (Task("same steps", run), Task("other steps", run, version={version}))
"""


def test_a_job_goes_on_with_the_next_release_or_says_why_not(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, answer, waits, version in (("old", 1, 1000, 1), ("new", 2, 0, 2)):
        code = _RELEASE.format(answer=answer, waits=waits, version=version)
        (bench.folder / f"release_{name}.py").write_text(code)
    path = f"{bench.folder}{os.pathsep}{os.environ['PYTHONPATH']}"
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.syspath_prepend(str(bench.folder))
    with Jobs(bench.url, __import__("release_old").TASKS) as jobs:
        same, other = jobs.enqueue("same steps"), jobs.enqueue("other steps")
        with bench.worker(tasks="release_old:TASKS"):
            for job in (same, other):
                bench.until(lambda job=job: jobs.status(job.id).reached.title == "wait")
        with bench.worker(tasks="release_new:TASKS"):
            done, failed = bench.ended(same.id), bench.ended(other.id)
    # The first step's answer is the old release's, for it was not run again.
    assert (done.state, done.result) == ("done", 1)
    assert failed.error is not None
    assert "begun with version 1 of the task 'other steps', and this release has version 2" in (
        failed.error
    )
