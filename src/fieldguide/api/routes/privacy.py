"""A dataset's privacy: what may leave and how exactly, and what was found in its files."""

from __future__ import annotations

import dataclasses
import functools
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from anyio.to_thread import run_sync
from fastapi import Request
from pydantic import BaseModel, Field

from fieldguide.api.auth import Maintainer, Viewer, workspace_of
from fieldguide.api.errors import ApiError
from fieldguide.api.fields import Body, Name
from fieldguide.api.routes.jobs import JobShape, job_shape, jobs_of
from fieldguide.api.routing import Router
from fieldguide.api.work import read_long, write
from fieldguide.errors import MissingExtraError
from fieldguide.models import faces
from fieldguide.records import pictures, privacy
from fieldguide.records.privacy import MOST_DECIMALS, Coordinates, Faces, Privacy
from fieldguide.workflows.look_for_private import last_found
from fieldguide.workspace import Workspace

router = Router("privacy")


class FoundShape(BaseModel):
    """What was found in the files when somebody last looked; counts are of different pictures.

    Attributes:
        faces: On how many pictures; None where nobody could look.
        unread: How many could not be read.
    """

    looked_at: datetime
    pictures: int
    unread: int
    counts: dict[str, int]
    faces: int | None


class PrivacyShape(BaseModel):
    """A dataset's privacy settings, and what they are about.

    Attributes:
        decimals: Digits to which coarse degrees are rounded.
        columns_kept_back: Columns that do not leave.
        place_columns: The dataset's columns that are taken for coordinates.
        other_columns: Its further columns.
        can_find_faces: Whether the extra that finds faces is installed.
        found: What was found in the files; for maintainers only.
    """

    coordinates: Coordinates
    decimals: int
    faces: Faces
    columns_kept_back: list[str]
    place_columns: list[str]
    other_columns: list[str]
    can_find_faces: bool
    found: FoundShape | None


class PrivacyChange(Body):
    """What to change of the settings; what is left out stays."""

    coordinates: Coordinates | None = None
    decimals: Annotated[int, Field(ge=0, le=MOST_DECIMALS)] | None = None
    faces: Faces | None = None
    columns_kept_back: Annotated[list[Name], Field(max_length=200)] | None = None


@router.get("/datasets/{dataset_id}/privacy")
async def get_privacy(request: Request, access: Viewer) -> PrivacyShape:
    """Return what may leave of a dataset, and what was found in its files."""
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> PrivacyShape:
        found = access.role == "maintainer"
        return _shape(connection, workspace, access.dataset_id, found=found)

    return await read_long(workspace, work)


@router.patch("/datasets/{dataset_id}/privacy")
async def change_privacy(request: Request, access: Maintainer, body: PrivacyChange) -> PrivacyShape:
    """Change what may leave of a dataset."""
    workspace = workspace_of(request)
    if body.faces == "blurred" and not faces.is_installed():
        # The server does what it was installed for; it is the request that does not fit it.
        missing = MissingExtraError("Blurring faces", faces.EXTRA)
        raise ApiError(409, "missing_extra", str(missing))

    def work(connection: sa.Connection) -> PrivacyShape:
        held = privacy.of_dataset(connection, access.dataset_id)
        privacy.change(connection, access.dataset_id, _changed(held, body))
        return _shape(connection, workspace, access.dataset_id, found=True)

    return await write(workspace, work)


@router.post("/datasets/{dataset_id}/privacy/look", status_code=201)
async def look_for_private(request: Request, access: Maintainer) -> JobShape:
    """Look through a dataset's files, as a job, for what they tell beside their pictures."""
    jobs = jobs_of(request)
    enqueue = functools.partial(
        jobs.enqueue,
        "look-for-private",
        {"dataset_id": access.dataset_id},
        asked_by=access.principal.name,
        dataset=access.dataset_id,
    )
    return job_shape(await run_sync(enqueue))


def _changed(held: Privacy, body: PrivacyChange) -> Privacy:
    given = body.model_dump(exclude_unset=True, exclude_none=True)
    if "columns_kept_back" in given:
        given["columns_kept_back"] = tuple(given["columns_kept_back"])
    return dataclasses.replace(held, **given)


def _shape(
    connection: sa.Connection, workspace: Workspace, dataset_id: int, *, found: bool
) -> PrivacyShape:
    held = privacy.of_dataset(connection, dataset_id)
    columns = list(pictures.column_choices(connection, dataset_id, most=0))
    last = last_found(workspace, dataset_id) if found else None
    return PrivacyShape(
        coordinates=held.coordinates,
        decimals=held.decimals,
        faces=held.faces,
        columns_kept_back=list(held.columns_kept_back),
        place_columns=[name for name in columns if privacy.is_place(name)],
        other_columns=[name for name in columns if not privacy.is_place(name)],
        can_find_faces=faces.is_installed(),
        found=None if last is None else FoundShape(**dataclasses.asdict(last)),
    )
