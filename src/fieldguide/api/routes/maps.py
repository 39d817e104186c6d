"""The map of a dataset: where its pictures lie, and what they are coloured by.

Points and colours come as bytes, little-endian, because there may be very many. Both list the
pictures that have a vector by ascending id, so that the n-th colour is that of the n-th point;
``X-Map-Pictures`` says which set of pictures that is.
"""

from __future__ import annotations

import struct
from datetime import datetime
from typing import Annotated, Any

import numpy as np
import orjson
import sqlalchemy as sa
from anyio.to_thread import run_sync
from fastapi import Header, Query, Request, Response
from pydantic import BaseModel

from fieldguide.api.auth import Annotator, Viewer, workspace_of
from fieldguide.api.errors import ApiError, not_found
from fieldguide.api.fields import GREATEST_ID, Body, RowId
from fieldguide.api.routes.jobs import JobShape, job_shape, jobs_of
from fieldguide.api.routes.pictures import check_columns
from fieldguide.api.routing import Router
from fieldguide.api.work import read
from fieldguide.jobs.job import Job
from fieldguide.jobs.jobs import Jobs
from fieldguide.records import questions
from fieldguide.workflows import map_colours
from fieldguide.workflows.map_colours import Asker, MapColours
from fieldguide.workflows.map_points import Layout, MapPoints, Maps
from fieldguide.workflows.map_predictions import predicted

router = Router("map")

BYTES = "application/octet-stream"
PICTURES_HEADER = "X-Map-Pictures"
_BINARY: dict[int | str, dict[str, Any]] = {
    200: {"content": {BYTES: {}}, "description": "Bytes, as the module says."}
}
_REVALIDATED = "private, no-cache"


class LayoutShape(BaseModel):
    """A layout; see ``LayoutStatus`` for the meanings."""

    name: Layout
    ready: bool
    made_at: datetime | None


class MapShape(BaseModel):
    """How a dataset's map stands.

    Attributes:
        pictures: How many pictures the dataset has.
        embedded: How many of them have a vector, and so a place on the map.
        layouts: What it can be drawn as.
        job: What makes it anew at the moment, or failed to the last time; None if neither.
        predicted: The questions for which there are predictions to colour by.
    """

    pictures: int
    embedded: int
    layouts: list[LayoutShape]
    job: JobShape | None
    predicted: list[int]


class NewMap(Body):
    """What to make: with a question, predictions of its answers too."""

    question_id: RowId | None = None


@router.get("/datasets/{dataset_id}/map")
async def get_map(request: Request, access: Viewer) -> MapShape:
    """Tell how a dataset's map stands."""
    maps, jobs, workspace = _maps(request), jobs_of(request), workspace_of(request)

    def look() -> MapShape:
        status = maps.status(access.dataset_id)
        job = _latest(jobs, access.dataset_id)
        return MapShape(
            pictures=status.pictures,
            embedded=status.embedded,
            layouts=[
                LayoutShape.model_validate(one, from_attributes=True) for one in status.layouts
            ],
            job=None if job is None or job.state == "done" else job_shape(job, access.role),
            predicted=predicted(workspace, access.dataset_id),
        )

    return await run_sync(look)


@router.post("/datasets/{dataset_id}/map", status_code=202)
async def make_map(request: Request, access: Annotator, body: NewMap) -> JobShape:
    """Make a dataset's map anew in the background; one that is being made is not begun again."""
    jobs, dataset = jobs_of(request), access.dataset_id

    def check(connection: sa.Connection) -> None:
        _check_question(connection, dataset, body.question_id)

    await read(workspace_of(request), check)

    def begin() -> Job:
        latest = _latest(jobs, dataset)
        if latest is not None and latest.state in {"queued", "running", "paused"}:
            return latest
        arguments = {"dataset_id": dataset, "question_id": body.question_id}
        return jobs.enqueue("map", arguments, asked_by=access.principal.name, dataset=dataset)

    return job_shape(await run_sync(begin), access.role)


@router.get(
    "/datasets/{dataset_id}/map/points",
    response_class=Response,
    responses={**_BINARY, 304: {"description": "As it was, see If-None-Match."}},
)
async def get_points(
    request: Request,
    access: Viewer,
    layout: Layout = "pca",
    if_none_match: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Return where the pictures lie.

    ``FGMP``, then as uint32 a version (1), the number n of pictures and how many of them came after
    the layout was made; then n ids as uint32; then n pairs x, y as float32.
    """
    found = await _points(request, access.dataset_id, layout)
    mark = f'"{found.version}"'
    headers = {
        "ETag": mark,
        "Cache-Control": _REVALIDATED,
        PICTURES_HEADER: found.set_version,
    }
    if if_none_match == mark:
        return Response(status_code=304, headers=headers)
    head = struct.pack("<4sIII", b"FGMP", 1, len(found.ids), found.added)
    body = head + found.ids.astype("<u4").tobytes() + found.places.astype("<f4").tobytes()
    return Response(body, media_type=BYTES, headers=headers)


@router.get("/datasets/{dataset_id}/map/colours", response_class=Response, responses={**_BINARY})
async def get_colours(
    request: Request,
    access: Viewer,
    by: Annotated[str, Query(min_length=1, max_length=500)] = "label",
    question: Annotated[int | None, Query(ge=1, le=GREATEST_ID)] = None,
) -> Response:
    """Return what each picture of the map is coloured by.

    ``by`` is label, certainty, state, annotator, prediction, sureness, correctness (these need a
    question), part, group, source, or ``column:NAME``. ``FGMC``, then as uint32 the kind (0 for
    categories, 1 for numbers), the number n of pictures and the length of the legend; the legend as
    JSON, padded with spaces to a multiple of four; then n values: uint16 places in the legend's
    categories, or float32, NaN where there is none.
    """
    workspace = workspace_of(request)
    points = await run_sync(_maps(request).pictures, access.dataset_id)
    asker = Asker(access.dataset_id, access.role, access.principal.name)

    def work() -> MapColours:
        with workspace.records.read() as connection:
            _check_question(connection, access.dataset_id, question)
            check_columns(connection, access, [by.removeprefix(map_colours.COLUMN)])
            about = None if question is None else workspace.questions.get(connection, question)
            ids = points.ids.tolist()
            return map_colours.colour(workspace, connection, asker, ids, by, about)

    found = await run_sync(work)
    return Response(_packed(found), media_type=BYTES, headers={PICTURES_HEADER: points.set_version})


def _packed(found: MapColours) -> bytes:
    legend = orjson.dumps(
        {"title": found.title, "note": found.note, "categories": list(found.categories)}
    )
    legend += b" " * (-len(legend) % 4)
    kind = 0 if found.values.dtype == np.uint16 else 1
    head = struct.pack("<4sIII", b"FGMC", kind, len(found.values), len(legend))
    little = found.values.astype(found.values.dtype.newbyteorder("<"))
    return head + legend + little.tobytes()


async def _points(request: Request, dataset_id: int, layout: Layout) -> MapPoints:
    found = await run_sync(_maps(request).points, dataset_id, layout)
    if found is None:
        raise ApiError(
            409,
            "map_not_made",
            "Neighbours have not been laid out yet. Make the map, or look at it along its main "
            "directions with layout=pca meanwhile.",
        )
    return found


def _maps(request: Request) -> Maps:
    maps: Maps = request.app.state.maps
    return maps


def _latest(jobs: Jobs, dataset_id: int) -> Job | None:
    found = jobs.list(dataset=dataset_id, limit=50)
    return next((job for job in found if job.name == "map"), None)


def _check_question(connection: sa.Connection, dataset_id: int, question_id: int | None) -> None:
    if question_id is None:
        return
    if questions.dataset_of(connection, question_id) != dataset_id:
        raise not_found("question", question_id)
