"""Works off queued jobs in this process, step after step, with the table of jobs as it is."""

from __future__ import annotations

import sqlalchemy as sa

from fieldguide.jobs import claims, ledger, task
from fieldguide.jobs.context import JobContext
from fieldguide.jobs.database import open_database
from fieldguide.jobs.job import Job
from fieldguide.jobs.progress import JobProgress
from fieldguide.workflows.tasks import TASKS
from fieldguide.workspace import Workspace


def work_off(workspace: Workspace) -> list[Job]:
    """Run all queued jobs, oldest first, and return them as they ended."""
    database = open_database(workspace.jobs_url)
    try:
        with database.connect() as connection:
            waiting = claims.undispatched(connection, limit=1000)
        return [_run(workspace, database, job_id) for job_id in waiting]
    finally:
        database.dispose()


def _run(workspace: Workspace, database: sa.Engine, job_id: int) -> Job:
    with database.begin() as connection:
        claimed = claims.take(connection, job_id, "test/1")
        assert claimed is not None
        assert claims.begin(connection, job_id, "test/1", version=1)
    job, progress = claimed.job, JobProgress()
    context = JobContext(job, workspace.root, progress, lambda _, body: body())
    function = task.find(TASKS, job.name).resolve()
    try:
        result = function(context, **job.arguments)
    except Exception as error:  # noqa: BLE001 - as a worker does
        state, values = "failed", {"error": str(error)}
    else:
        state, values = "done", {"result": result}
    with database.begin() as connection:
        claims.end(connection, job_id, "test/1", state, progress=progress.reached(), **values)
        ended = ledger.find(connection, job_id)
    assert ended is not None
    return ended
