"""What a worker does with the tables; one function per query.

A job's ``runner`` is a lock in the database: whoever acts on a job takes it first. It names the
worker before the ``/``, so that the locks of a dead worker can be told and taken over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.jobs.database import jobs, workers
from fieldguide.jobs.job import ENDED, Job, State, Wanted
from fieldguide.jobs.ledger import job_from
from fieldguide.jobs.liveness import Vital
from fieldguide.records.clock import now


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job whose lock is held.

    Attributes:
        job: As it stood when the lock was taken.
        version: Of the task, when its first step began; None before.
        starts: How often it was begun since its last finished step.
        dispatched: Whether the engine knows that it is to run it.
    """

    job: Job
    version: int | None
    starts: int
    dispatched: bool


def take(connection: sa.Connection, job_id: int, runner: str) -> Claimed | None:
    """Take the lock of a job; None if somebody holds it."""
    return _taken(connection, job_id, runner, jobs.c.runner.is_(None))


def take_over(connection: sa.Connection, job_id: int, runner: str, dead: str) -> Claimed | None:
    """Take the lock of a job from a dead worker's hand; None if it is no longer in it."""
    return _taken(connection, job_id, runner, jobs.c.runner == dead)


def is_held(connection: sa.Connection, job_id: int, runner: str) -> bool:
    """Whether the lock of a job is in that hand."""
    statement = sa.select(jobs.c.id).where(jobs.c.id == job_id, jobs.c.runner == runner)
    return connection.execute(statement).first() is not None


def begin(connection: sa.Connection, job_id: int, runner: str, *, version: int) -> bool:
    """Note that a job runs; False if somebody has asked for something else meanwhile."""
    statement = (
        sa.update(jobs)
        .where(
            jobs.c.id == job_id,
            jobs.c.runner == runner,
            jobs.c.state == "queued",
            jobs.c.wanted == "run",
        )
        .values(
            state="running",
            starts=jobs.c.starts + 1,
            version=sa.func.coalesce(jobs.c.version, version),
            started_at=sa.func.coalesce(jobs.c.started_at, sa.literal(now(), _moment())),
            updated_at=now(),
        )
    )
    return connection.execute(statement).rowcount == 1


def report(
    connection: sa.Connection,
    job_id: int,
    runner: str,
    *,
    progress: dict[str, Any],
    step_finished: bool,
) -> None:
    """Note how far a running job is."""
    values: dict[str, Any] = {"progress": progress, "updated_at": now()}
    if step_finished:
        values["starts"] = 0
    _update(connection, job_id, runner, values)


def leave(
    connection: sa.Connection,
    job_id: int,
    runner: str,
    *,
    progress: dict[str, Any] | None = None,
    forgive: bool = False,
) -> None:
    """Give a job back as what was wanted of it: paused, cancelled, or queued once more.

    Args:
        connection: Where to.
        job_id: Which.
        runner: Who holds its lock, and holds it no longer.
        progress: How far it is, if that changed.
        forgive: Do not count the start, for nothing went wrong.
    """
    runs = jobs.c.state == "running"
    cancels = sa.and_(runs, jobs.c.wanted == "cancel")
    values: dict[str, Any] = {
        "state": sa.case(
            (sa.not_(runs), jobs.c.state),
            (jobs.c.wanted == "pause", "paused"),
            (jobs.c.wanted == "cancel", "cancelled"),
            else_="queued",
        ),
        "finished_at": sa.case((cancels, now()), else_=jobs.c.finished_at),
        "wanted": "run",
        "dispatched": False,
        "runner": None,
        "updated_at": now(),
    }
    if progress is not None:
        values["progress"] = progress
    if forgive:
        values["starts"] = 0
    _update(connection, job_id, runner, values)


def end(
    connection: sa.Connection,
    job_id: int,
    runner: str,
    state: State,
    *,
    progress: dict[str, Any] | None = None,
    **values: Any,
) -> None:
    """Note that a job is done, with its result, or has failed, with the reason."""
    if progress is not None:
        values["progress"] = progress
    ended = {"state": state, "wanted": "run", "runner": None, "starts": 0, "finished_at": now()}
    _update(connection, job_id, runner, {**ended, "updated_at": now(), **values})


def let_go(connection: sa.Connection, job_id: int, runner: str, *, dispatched: bool) -> None:
    """Give the lock of a queued job back, with whether the engine knows of it now."""
    _update(connection, job_id, runner, {"runner": None, "dispatched": dispatched})


def undispatched(connection: sa.Connection, *, limit: int) -> list[int]:
    """Return the queued jobs of which the engine does not know yet, oldest first."""
    statement = (
        sa.select(jobs.c.id)
        .where(jobs.c.state == "queued", jobs.c.dispatched.is_(sa.false()), jobs.c.runner.is_(None))
        .order_by(jobs.c.id)
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())


def wishes(connection: sa.Connection, job_ids: Iterable[int]) -> dict[int, Wanted]:
    """Return what is wanted of jobs."""
    statement = sa.select(jobs.c.id, jobs.c.wanted).where(jobs.c.id.in_(list(job_ids)))
    return {row.id: row.wanted for row in connection.execute(statement)}


def held_by(connection: sa.Connection, worker: str) -> list[tuple[int, str]]:
    """Return the jobs whose locks a worker holds, each with the whole name of the lock's holder."""
    statement = sa.select(jobs.c.id, jobs.c.runner).where(
        jobs.c.runner.startswith(f"{worker}/", autoescape=True)
    )
    return [(row.id, row.runner) for row in connection.execute(statement)]


def ended_before(connection: sa.Connection, moment: datetime, *, limit: int) -> list[int]:
    """Return jobs that ended before a moment, oldest first.

    The newest job of all is never one of them: SQLite gives the number of a removed last row again,
    and a job's number must stay its own.
    """
    newest = sa.select(sa.func.max(jobs.c.id)).scalar_subquery()
    statement = sa.select(jobs.c.id).where(_is_over(moment), jobs.c.id < newest)
    return list(connection.execute(statement.order_by(jobs.c.id).limit(limit)).scalars())


def remove_ended(connection: sa.Connection, job_ids: Iterable[int], moment: datetime) -> None:
    """Forget those of some jobs that ended before a moment and were not retried since."""
    connection.execute(sa.delete(jobs).where(jobs.c.id.in_(list(job_ids)), _is_over(moment)))


def add_worker(connection: sa.Connection, worker: Vital) -> None:
    """Note a worker."""
    connection.execute(
        sa.insert(workers).values(
            id=worker.id,
            host=worker.host,
            pid=worker.pid,
            pid_began=worker.pid_began,
            beats=worker.beats,
        )
    )


def beat(connection: sa.Connection, worker: str) -> bool:
    """Give a sign of life; False if the worker was taken for gone."""
    statement = sa.update(workers).where(workers.c.id == worker).values(beats=workers.c.beats + 1)
    return connection.execute(statement).rowcount == 1


def all_workers(connection: sa.Connection) -> list[Vital]:
    """Return every worker that is noted, living or not."""
    return [
        Vital(row.id, row.host, row.pid, row.pid_began, row.beats)
        for row in connection.execute(sa.select(workers).order_by(workers.c.id))
    ]


def remove_worker(connection: sa.Connection, worker: str) -> None:
    """Forget a worker."""
    connection.execute(sa.delete(workers).where(workers.c.id == worker))


def _is_over(moment: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.state.in_(ENDED), jobs.c.runner.is_(None), jobs.c.finished_at < moment)


def _taken(
    connection: sa.Connection, job_id: int, runner: str, free: sa.ColumnElement[bool]
) -> Claimed | None:
    statement = (
        sa.update(jobs).where(jobs.c.id == job_id, free).values(runner=runner).returning(jobs)
    )
    row = connection.execute(statement).first()
    if row is None:
        return None
    return Claimed(job_from(row), row.version, row.starts, row.dispatched)


def _update(connection: sa.Connection, job_id: int, runner: str, values: dict[str, Any]) -> None:
    connection.execute(
        sa.update(jobs).where(jobs.c.id == job_id, jobs.c.runner == runner).values(**values)
    )


def _moment() -> sa.types.TypeEngine[Any]:
    return jobs.c.started_at.type
