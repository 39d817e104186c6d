"""Forgetting pictures: what it would take with it, and doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import sqlalchemy as sa
from anyio.to_thread import run_sync
from fastapi import Request
from pydantic import BaseModel, Field

from fieldguide.api.auth import DatasetAccess, Maintainer, held_role, workspace_of
from fieldguide.api.errors import ApiError, not_found
from fieldguide.api.fields import Body, RowId
from fieldguide.api.routes.jobs import JobShape, job_shape, jobs_of
from fieldguide.api.routing import Router
from fieldguide.api.work import read_long
from fieldguide.records import forgotten, members
from fieldguide.records.forgotten import Footprint
from fieldguide.types import Role

router = Router("forgetting")

MOST_AT_ONCE = 1000

Pictures = Annotated[list[RowId], Field(min_length=1, max_length=MOST_AT_ONCE)]


class ForgetPreviewRequest(Body):
    """The pictures that somebody thinks of forgetting."""

    picture_ids: Pictures


class ForgetRequest(Body):
    """The pictures to forget, and why; the reason is kept beside their hashes."""

    picture_ids: Pictures
    reason: Annotated[str, Field(max_length=1000)] = ""


class KnownAs(BaseModel):
    """A name of a picture in a dataset."""

    dataset_id: int
    dataset: str
    name: str


class FootprintShape(BaseModel):
    """What forgetting takes with it.

    Attributes:
        images: How many different pictures these are.
        names: All their names in datasets that the caller may see.
        hidden_datasets: How many further datasets have them; only an administrator, or somebody who
            maintains these as well, can then forget them.
        votes: How many votes are deleted.
        versions: Versions that contain them and keep an empty row in their place.
        models: Models that were trained on such a version; they stay as they are.
        linked_paths: Files outside the workspace, which stay.
        allowed: Whether the caller may.
    """

    images: int
    names: list[KnownAs]
    hidden_datasets: int
    votes: int
    versions: list[str]
    models: list[str]
    linked_paths: list[str]
    allowed: bool


@router.post("/datasets/{dataset_id}/forget/preview")
async def preview_forgetting(
    request: Request, access: Maintainer, body: ForgetPreviewRequest
) -> FootprintShape:
    """Tell what forgetting these pictures would take with it. Nothing is changed."""

    def work(connection: sa.Connection) -> FootprintShape:
        found = _footprint(connection, access, body.picture_ids)
        roles = {
            name.dataset_id: held_role(connection, access.principal, name.dataset_id)
            for name in found.names
        }
        seen = [name for name in found.names if roles[name.dataset_id] is not None]
        return FootprintShape(
            images=len(found.hashes),
            names=[
                KnownAs(dataset_id=name.dataset_id, dataset=name.dataset, name=name.name)
                for name in seen
            ],
            hidden_datasets=sum(role is None for role in roles.values()),
            votes=found.votes,
            versions=_visible(found.version_names, found, roles),
            models=found.model_names if None not in roles.values() else [],
            linked_paths=sorted({name.linked_path for name in seen if name.linked_path}),
            allowed=all(role == "maintainer" for role in roles.values()),
        )

    return await read_long(workspace_of(request), work)


@router.post("/datasets/{dataset_id}/forget", status_code=201)
async def forget(request: Request, access: Maintainer, body: ForgetRequest) -> JobShape:
    """Forget pictures under all their names: bytes, vectors, votes. It cannot be undone."""

    def check(connection: sa.Connection) -> Footprint:
        found = _footprint(connection, access, body.picture_ids)
        for dataset in {name.dataset_id for name in found.names}:
            if held_role(connection, access.principal, dataset) != "maintainer":
                raise ApiError(
                    403,
                    "also_elsewhere",
                    "One of these pictures is in another dataset as well, which you do not "
                    "maintain. Ask an administrator to forget it.",
                )
        return found

    found = await read_long(workspace_of(request), check)
    jobs = jobs_of(request)
    job = await run_sync(
        lambda: jobs.enqueue(
            "forget",
            {"hashes": list(found.hashes), "author": access.principal.name, "reason": body.reason},
            asked_by=access.principal.name,
            dataset=access.dataset_id,
        )
    )
    return job_shape(job)


def _footprint(
    connection: sa.Connection, access: DatasetAccess, picture_ids: Sequence[int]
) -> Footprint:
    hashes = []
    for picture in dict.fromkeys(picture_ids):
        place = members.place(connection, picture)
        if place is None or place.dataset_id != access.dataset_id:
            raise not_found("picture", picture)
        hashes.append(place.sha256)
    return forgotten.footprint(connection, hashes)


def _visible(names: Sequence[str], found: Footprint, roles: Mapping[int, Role | None]) -> list[str]:
    seen = {name.dataset for name in found.names if roles[name.dataset_id] is not None}
    return [
        name for name, (dataset, _, _) in zip(names, found.versions, strict=True) if dataset in seen
    ]
