"""Jobs: background work that is watched and steered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from anyio.to_thread import run_sync
from fastapi import Query, Request
from pydantic import BaseModel

from fieldguide.api.auth import Maintainer, Principal, Signed, require, workspace_of
from fieldguide.api.errors import not_found
from fieldguide.api.fields import GREATEST_ID, Body, Id
from fieldguide.api.routing import Router
from fieldguide.api.work import read
from fieldguide.errors import UnknownNameError
from fieldguide.jobs.job import Job, State
from fieldguide.jobs.jobs import Jobs
from fieldguide.records import grants
from fieldguide.types import ROLES, Role
from fieldguide.workflows.tasks import TITLES

router = Router("jobs")

_ASKED_BY: Mapping[str, Role] = {"export-labels": "reviewer", "check": "reviewer"}
"""The least role that may ask for a job, where it is not that of a maintainer."""


class ReachedShape(BaseModel):
    """How far a job is.

    Attributes:
        step: What it is doing.
        done: Finished units of that step.
        total: Of how many; None when only the end tells.
        unit: What is counted.
        rate: Units per second over the last seconds.
        seconds_left: At that rate.
        notes: What a person should know.
    """

    step: str
    done: int
    total: int | None
    unit: str
    rate: float | None
    seconds_left: float | None
    notes: list[str]


class JobShape(BaseModel):
    """A job as it stands.

    Attributes:
        wanted: What somebody asked of it that it has not done yet: ``pause`` or ``cancel``.
        error: Why it failed.
        result: What it gave; its fields depend on its name.
    """

    id: int
    name: str
    title: str
    state: State
    wanted: Literal["run", "pause", "cancel"]
    dataset_id: int | None
    created_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: ReachedShape
    error: str | None
    result: Any


class JobPage(BaseModel):
    """A page of jobs, newest first; ``next`` goes into ``after`` for the following page."""

    items: list[JobShape]
    next: int | None
    has_worker: bool


class NewJob(Body):
    """Work to do on a dataset: make thumbnails or embed its pictures."""

    name: Literal["thumbnails", "embed"]


@router.get("/jobs")
async def list_jobs(
    request: Request,
    principal: Signed,
    dataset: Annotated[int | None, Query(ge=1, le=GREATEST_ID)] = None,
    state: State | None = None,
    after: Annotated[int | None, Query(ge=1, le=GREATEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JobPage:
    """List the jobs of the datasets in which the caller has a role."""
    jobs = jobs_of(request)

    mine = await read(workspace_of(request), lambda c: roles_of(c, principal))

    def visible(job: Job) -> bool:
        return role_in(job, principal, mine) is not None

    found, next_after = await run_sync(
        lambda: _visible_page(jobs, visible, dataset=dataset, state=state, after=after, limit=limit)
    )
    return JobPage(
        items=[job_shape(job, role_in(job, principal, mine)) for job in found],
        next=next_after,
        has_worker=await run_sync(jobs.has_worker),
    )


@router.get("/jobs/{job_id}")
async def get_job(request: Request, principal: Signed, job_id: Id) -> JobShape:
    """Return a job as it stands."""
    return job_shape(*await reach(request, principal, job_id, "viewer"))


@router.post("/jobs/{job_id}/pause")
async def pause_job(request: Request, principal: Signed, job_id: Id) -> JobShape:
    """Stop a job so that it can go on later."""
    return await _steer(request, principal, job_id, Jobs.pause)


@router.post("/jobs/{job_id}/resume")
async def resume_job(request: Request, principal: Signed, job_id: Id) -> JobShape:
    """Let a paused job go on after its last finished step."""
    return await _steer(request, principal, job_id, Jobs.resume)


@router.post("/jobs/{job_id}/cancel")
async def cancel_job(request: Request, principal: Signed, job_id: Id) -> JobShape:
    """Stop a job for good; what it has done stays done."""
    return await _steer(request, principal, job_id, Jobs.cancel)


@router.post("/jobs/{job_id}/retry")
async def retry_job(request: Request, principal: Signed, job_id: Id) -> JobShape:
    """Let a failed or cancelled job go on after its last finished step."""
    return await _steer(request, principal, job_id, Jobs.retry)


@router.post("/datasets/{dataset_id}/jobs", status_code=201)
async def create_job(request: Request, access: Maintainer, body: NewJob) -> JobShape:
    """Begin work on a dataset in the background."""
    jobs = jobs_of(request)
    job = await run_sync(
        lambda: jobs.enqueue(
            body.name,
            {"dataset_id": access.dataset_id},
            asked_by=access.principal.name,
            dataset=access.dataset_id,
        )
    )
    return job_shape(job)


def jobs_of(request: Request) -> Jobs:
    """Return the jobs of the workspace that the server serves."""
    jobs: Jobs = request.app.state.jobs
    return jobs


def roles_of(connection: sa.Connection, principal: Principal) -> dict[int, Role]:
    """Return the caller's roles by dataset."""
    held = grants.of_user(connection, principal.user_id)
    return {grant.dataset_id: grant.role for grant in held if grant.role is not None}


def role_in(job: Job, principal: Principal, roles: Mapping[int, Role]) -> Role | None:
    """Return as what the caller sees a job; None if not at all.

    A job that is about no dataset belongs to whoever asked for it.
    """
    if principal.administrator or (job.dataset is None and job.asked_by == principal.name):
        return "maintainer"
    return None if job.dataset is None else roles.get(job.dataset)


def job_shape(job: Job, role: Role | None = "maintainer") -> JobShape:
    """Return a job as the API shows it.

    What an export gives names pictures by how they are labelled, which is for those only who may
    export.
    """
    reached = job.reached
    silent = job.name in _ASKED_BY and role not in {"reviewer", "maintainer"}
    return JobShape(
        id=job.id,
        name=job.name,
        title=TITLES.get(job.name, job.name),
        state=job.state,
        wanted=job.wanted,
        dataset_id=job.dataset,
        created_by=job.asked_by,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        progress=ReachedShape(
            step=reached.title,
            done=reached.done,
            total=reached.total,
            unit=reached.unit,
            rate=reached.rate,
            seconds_left=reached.seconds_left,
            notes=list(reached.notes),
        ),
        error=job.error,
        result=None if silent else job.result,
    )


async def reach(
    request: Request, principal: Principal, job_id: int, role: Role
) -> tuple[Job, Role]:
    """Return a job and the caller's role in its dataset, if that is at least ``role``.

    Raises:
        ApiError: 404 if there is none or it is out of reach, 403 if the role is too low.
    """
    jobs = jobs_of(request)
    try:
        job = await run_sync(jobs.status, job_id)
    except UnknownNameError:
        # In the words that somebody gets who may not know of it.
        raise not_found("job", job_id) from None

    def check(connection: sa.Connection) -> Role:
        seen = role_in(job, principal, {})
        if seen is not None:
            return seen
        access = require(connection, principal, job.dataset, role, kind="job", identifier=job_id)
        return access.role

    return job, await read(workspace_of(request), check)


async def _steer(
    request: Request, principal: Principal, job_id: int, steer: Callable[[Jobs, int], Job]
) -> JobShape:
    job, held = await reach(request, principal, job_id, "viewer")
    # Whoever may ask for such a job may steer their own.
    own = job.asked_by == principal.name
    needed: Role = _ASKED_BY.get(job.name, "maintainer") if own else "maintainer"
    if ROLES.index(held) < ROLES.index(needed):
        await reach(request, principal, job_id, "maintainer")
    return job_shape(await run_sync(steer, jobs_of(request), job_id), held)


def _visible_page(
    jobs: Jobs,
    visible: Callable[[Job], bool],
    *,
    dataset: int | None,
    state: State | None,
    after: int | None,
    limit: int,
) -> tuple[list[Job], int | None]:
    found: list[Job] = []
    place = after
    while True:
        page = jobs.list(dataset=dataset, state=state, after=place, limit=limit)
        for job in page:
            if visible(job):
                found.append(job)
            if len(found) == limit:
                return found, job.id
        if len(page) < limit:
            return found, None
        place = page[-1].id
