"""The face of the jobs, without a worker."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldguide.errors import InputError, UnknownNameError, WorkspaceError
from fieldguide.jobs.jobs import Jobs
from fieldguide.jobs.task import Task
from fieldguide.records.database import sqlite_url


def test_nothing_is_there_at_first(bench: Any) -> None:
    assert bench.jobs.list() == ()
    assert not bench.jobs.has_worker()
    with pytest.raises(UnknownNameError, match=r"There is no job named '1'\. There is no job yet"):
        bench.jobs.status(1)


def test_a_job_is_kept_as_it_was_asked_for(bench: Any) -> None:
    asked = bench.jobs.enqueue("squares", {"steps": 2}, asked_by="ada", dataset=7)
    with Jobs(bench.url) as elsewhere:
        found = elsewhere.status(asked.id)
    assert found == asked
    assert (found.name, found.arguments, found.queue) == ("squares", {"steps": 2}, "light")
    assert (found.asked_by, found.dataset, found.state) == ("ada", 7, "queued")
    assert found.created_at.tzinfo is not None
    assert found.started_at is None
    assert not found.ended


def test_asking_twice_with_one_key_gives_one_job(bench: Any) -> None:
    first = bench.jobs.enqueue("squares", {"steps": 2}, key="k")
    assert bench.jobs.enqueue("squares", {"steps": 2}, key="k") == first
    bench.jobs.cancel(first.id)
    assert bench.jobs.enqueue("squares", {"steps": 2}, key="k").state == "cancelled"
    assert bench.jobs.enqueue("squares", {"steps": 2}, key="other").id != first.id
    assert bench.jobs.enqueue("squares", {"steps": 2}).id != first.id
    with pytest.raises(InputError, match="The key 'k' was used before, for another request"):
        bench.jobs.enqueue("squares", {"steps": 3}, key="k")


def test_what_cannot_run_is_refused(bench: Any) -> None:
    with pytest.raises(UnknownNameError, match=r"no task named 'square'. Did you mean 'squares'\?"):
        bench.jobs.enqueue("square")
    with pytest.raises(InputError, match=r"unexpected keyword.*It takes: steps, seconds"):
        bench.jobs.enqueue("squares", {"stepps": 2})
    with pytest.raises(InputError, match="missing a required argument: 'size'"):
        bench.jobs.enqueue("chunks", {"items": 2})
    with pytest.raises(InputError, match="must be what JSON can hold"):
        bench.jobs.enqueue("squares", {"steps": Path()})
    with pytest.raises(InputError, match="must be what JSON can hold"):
        bench.jobs.enqueue("squares", {"seconds": float("nan")})
    assert bench.jobs.list() == ()


def test_pages_together_are_the_list_newest_first(bench: Any) -> None:
    choose = random.Random(0)  # noqa: S311
    made = [bench.jobs.enqueue("squares", dataset=choose.choice([None, 1, 2])) for _ in range(23)]
    for job in made[::4]:
        bench.jobs.cancel(job.id)
    everything = [bench.jobs.status(job.id) for job in reversed(made)]
    for dataset in (None, 1, 2, 3):
        for state in (None, "queued", "cancelled", ("queued", "cancelled"), "done"):
            wanted = [
                job
                for job in everything
                if (dataset is None or job.dataset == dataset)
                and (state is None or job.state in state)
            ]
            found = []
            after = None
            while page := bench.jobs.list(dataset=dataset, state=state, after=after, limit=4):
                assert len(page) <= 4
                found.extend(page)
                after = page[-1].id
            assert found == wanted
    with pytest.raises(InputError, match="There is no state 'dead' of a job"):
        bench.jobs.list(state="dead")  # type: ignore[arg-type]


def test_what_waits_can_be_steered_without_a_worker(bench: Any) -> None:
    jobs = bench.jobs
    job = jobs.enqueue("squares")
    assert jobs.pause(job.id).state == "paused"
    assert jobs.resume(job.id).state == "queued"
    assert jobs.resume(job.id).state == "queued"
    jobs.pause(job.id)
    cancelled = jobs.cancel(job.id)
    assert (cancelled.state, cancelled.ended) == ("cancelled", True)
    assert cancelled.finished_at is not None
    assert jobs.cancel(job.id).state == "cancelled"
    with pytest.raises(InputError, match="is cancelled and cannot be paused; only a job that is"):
        jobs.pause(job.id)
    with pytest.raises(InputError, match="is cancelled and cannot be resumed"):
        jobs.resume(job.id)
    assert jobs.retry(job.id).state == "queued"
    with pytest.raises(InputError, match="is queued and cannot be retried"):
        jobs.retry(job.id)
    with pytest.raises(UnknownNameError, match="There is no job named '99'"):
        jobs.pause(99)


def test_waiting_ends_when_the_time_is_over(bench: Any) -> None:
    job = bench.jobs.enqueue("squares")
    assert bench.jobs.wait(job.id, timeout=0).state == "queued"


def test_asking_loads_no_engine_and_no_arrays(bench: Any) -> None:
    program = f"""
import sys
from fieldguide.jobs.jobs import Jobs
from fieldguide.jobs.supervisor import WorkerProcess
from fieldguide.jobs.task import Task
from fieldguide.records.database import sqlite_url
url = sqlite_url({bench.url.database!r})
with Jobs(url, [Task("later", "no_such_module:run")]) as jobs:
    jobs.enqueue("later", {{"a": 1}})
    print(len(jobs.list()), [m for m in ("dbos", "psycopg", "numpy") if m in sys.modules])
"""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout == "1 []\n"


def test_several_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "a name?with 100% of # signs.db")
    program = f"""
from fieldguide.jobs.jobs import Jobs
from fieldguide.jobs.task import Task
import sqlalchemy as sa
with Jobs(sa.URL.create("sqlite", database={url.database!r}), [Task("t", "m:f")]) as jobs:
    jobs.enqueue("t", key="same")
"""
    crowd = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(4)]
    assert [one.wait() for one in crowd] == [0, 0, 0, 0]
    with Jobs(url) as jobs:
        assert len(jobs.list()) == 1


def test_a_database_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "damaged.db").write_bytes(b"no database " * 1000)
    with pytest.raises(WorkspaceError, match=r"damaged\.db cannot be opened.*not a database"):
        Jobs(sqlite_url(tmp_path / "damaged.db"))
    url = sqlite_url(tmp_path / "newer.db")
    Jobs(url).close()
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE fieldguide_job_schema SET version = 99"))
    engine.dispose()
    with pytest.raises(WorkspaceError, match=r"newer release of Fieldguide \(schema 99"):
        Jobs(url)


def test_tasks_that_cannot_be_told_apart_are_refused(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "jobs.db")
    with pytest.raises(InputError, match="Two tasks are called 'a'"):
        Jobs(url, [Task("a", "m:f"), Task("a", "m:g")])
    with pytest.raises(InputError, match=r"'fast'\. The queues are: light, heavy"):
        Jobs(url, [Task("a", "m:f", queue="fast")])
