"""Jobs that ended long ago are forgotten; all others stay."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldguide.errors import UnknownNameError
from fieldguide.jobs import claims, database
from fieldguide.jobs.database import jobs as table
from fieldguide.jobs.job import KEPT_DAYS
from fieldguide.jobs.jobs import Jobs
from fieldguide.jobs.task import Task
from fieldguide.records.clock import now
from fieldguide.records.database import sqlite_url


def _age(engine: sa.Engine, days: float, *job_ids: int) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.update(table)
            .where(table.c.id.in_(job_ids))
            .values(finished_at=now() - timedelta(days=days))
        )


def test_only_what_ended_before_is_over(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "jobs.db")
    engine = database.open_database(url)
    with Jobs(url, [Task("count", lambda _: None)]) as jobs:
        old, held, young, paused, queued, newest = (jobs.enqueue("count").id for _ in range(6))
        for job_id in (old, held, young, newest):
            jobs.cancel(job_id)
        jobs.pause(paused)
    _age(engine, 40, old, held, paused, queued, newest)
    _age(engine, 20, young)
    moment = now() - timedelta(days=30)
    with engine.begin() as connection:
        assert claims.take(connection, held, "somebody/1") is not None
        # The newest keeps its number from being given again.
        assert claims.ended_before(connection, moment, limit=9) == [old]
        claims.remove_ended(connection, [old, held, young, paused, queued], moment)
        left = connection.scalars(sa.select(table.c.id).order_by(table.c.id)).all()
    assert left == [held, young, paused, queued, newest]
    engine.dispose()


@pytest.mark.slow
def test_a_worker_forgets_old_jobs_with_their_steps(bench: Any) -> None:
    engine = database.open_database(bench.url)
    with bench.worker():
        old, young = (bench.jobs.enqueue("squares", {"seconds": 0}).id for _ in range(2))
        for job_id in (old, young):
            bench.ended(job_id)
    assert _traces(engine, old) > 0
    _age(engine, KEPT_DAYS + 1, old)
    with bench.worker():
        bench.until(lambda: [job.id for job in bench.jobs.list()] == [young])
        last = bench.jobs.enqueue("squares", {"seconds": 0}).id
        assert bench.ended(last).state == "done"
    assert last > young
    assert _traces(engine, old) == 0
    assert _traces(engine, young) > 0
    with pytest.raises(UnknownNameError):
        bench.jobs.status(old)
    engine.dispose()


def _traces(engine: sa.Engine, job_id: int) -> int:
    """Count the rows of the engine's own tables that belong to a job."""
    name = f"fieldguide-job-{job_id}"
    meta = sa.MetaData()
    meta.reflect(engine)
    found = 0
    with engine.connect() as connection:
        for held in meta.tables.values():
            if "workflow_uuid" in held.c:
                rows = sa.select(sa.func.count()).where(held.c.workflow_uuid == name)
                found += connection.execute(rows).scalar_one()
    return found
