"""What callers may do with the table of jobs; one function per query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import sqlalchemy as sa

from fieldguide.jobs.database import jobs
from fieldguide.jobs.job import Job, Reached, State, Wanted
from fieldguide.records.clock import now


def add(
    connection: sa.Connection,
    *,
    name: str,
    arguments: Mapping[str, Any],
    queue: str,
    asked_by: str | None,
    dataset: int | None,
    key: str | None,
) -> Job:
    """Add a queued job.

    Raises:
        sqlalchemy.exc.IntegrityError: If the client's key is taken.
    """
    moment = now()
    statement = (
        sa.insert(jobs)
        .values(
            name=name,
            arguments=arguments,
            queue=queue,
            asked_by=asked_by,
            dataset=dataset,
            client_key=key,
            state="queued",
            wanted="run",
            dispatched=False,
            starts=0,
            created_at=moment,
            updated_at=moment,
        )
        .returning(jobs)
    )
    return job_from(connection.execute(statement).one())


def find(connection: sa.Connection, job_id: int) -> Job | None:
    """Return a job, or None."""
    row = connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).first()
    return None if row is None else job_from(row)


def find_key(connection: sa.Connection, key: str) -> Job | None:
    """Return the job that was asked for with that key, or None."""
    row = connection.execute(sa.select(jobs).where(jobs.c.client_key == key)).first()
    return None if row is None else job_from(row)


def page(
    connection: sa.Connection,
    *,
    dataset: int | None = None,
    states: Iterable[State] = (),
    after: int | None = None,
    limit: int,
) -> list[Job]:
    """Return jobs, newest first, from the one after the job ``after`` on."""
    statement = sa.select(jobs).order_by(jobs.c.id.desc()).limit(limit)
    if dataset is not None:
        statement = statement.where(jobs.c.dataset == dataset)
    if chosen := list(states):
        statement = statement.where(jobs.c.state.in_(chosen))
    if after is not None:
        statement = statement.where(jobs.c.id < after)
    return [job_from(row) for row in connection.execute(statement)]


def pause(connection: sa.Connection, job_id: int) -> Job | None:
    """Pause a queued job, or ask a running one to; None if it is neither."""
    waits = jobs.c.state == "queued"
    return _change(
        connection,
        job_id,
        ("queued", "running"),
        state=sa.case((waits, "paused"), else_=jobs.c.state),
        # Whoever has asked to cancel it meant more than a pause.
        wanted=sa.case((waits, "run"), (jobs.c.wanted == "cancel", "cancel"), else_="pause"),
    )


def resume(connection: sa.Connection, job_id: int) -> Job | None:
    """Queue a paused job again, or take back what a running one was asked; None if neither."""
    rests = jobs.c.state == "paused"
    return _change(
        connection,
        job_id,
        ("paused", "running"),
        state=sa.case((rests, "queued"), else_=jobs.c.state),
        wanted="run",
        dispatched=sa.case((rests, sa.false()), else_=jobs.c.dispatched),
    )


def cancel(connection: sa.Connection, job_id: int) -> Job | None:
    """Cancel a job that waits, or ask a running one to stop; None if it has ended."""
    runs = jobs.c.state == "running"
    return _change(
        connection,
        job_id,
        ("queued", "paused", "running"),
        state=sa.case((runs, jobs.c.state), else_="cancelled"),
        wanted=sa.case((runs, "cancel"), else_="run"),
        finished_at=sa.case((runs, jobs.c.finished_at), else_=now()),
    )


def retry(connection: sa.Connection, job_id: int) -> Job | None:
    """Queue a failed or cancelled job again; None if it is neither."""
    return _change(
        connection,
        job_id,
        ("failed", "cancelled"),
        state="queued",
        wanted="run",
        dispatched=False,
        starts=0,
        error=None,
        trace=None,
        finished_at=None,
    )


def _change(
    connection: sa.Connection, job_id: int, states: tuple[State, ...], **values: Any
) -> Job | None:
    statement = (
        sa.update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state.in_(states))
        .values(updated_at=now(), **values)
        .returning(jobs)
    )
    row = connection.execute(statement).first()
    return None if row is None else job_from(row)


def job_from(row: sa.Row[Any]) -> Job:
    """Make a job of a row of the table."""
    progress: dict[str, Any] = dict(row.progress or {})
    notes = tuple(progress.pop("notes", ()))
    return Job(
        id=row.id,
        name=row.name,
        arguments=row.arguments,
        queue=row.queue,
        asked_by=row.asked_by,
        dataset=row.dataset,
        state=cast("State", row.state),
        wanted=cast("Wanted", row.wanted),
        reached=Reached(**progress, notes=notes),
        error=row.error,
        trace=row.trace,
        result=row.result,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        updated_at=row.updated_at,
    )
