"""Export of labels into a file to download, and import of labels from a file."""

from __future__ import annotations

import functools
import secrets
import shutil
from pathlib import Path, PurePath
from typing import Annotated

import sqlalchemy as sa
from anyio import open_file
from anyio.to_thread import run_sync
from fastapi import Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from fieldguide.api.auth import Maintainer, Reviewer, Signed, workspace_of
from fieldguide.api.errors import ApiError, not_found
from fieldguide.api.fields import Body, Id, RowId
from fieldguide.api.routes.jobs import JobShape, job_shape, jobs_of
from fieldguide.api.routes.jobs import reach as reach_job
from fieldguide.api.routes.pictures import Filter, check_filter, searching
from fieldguide.api.routing import Router
from fieldguide.api.work import read
from fieldguide.formats.labels import available
from fieldguide.records import questions
from fieldguide.records.pictures import PictureFilter
from fieldguide.workflows.export_labels import ExportOrder

router = Router("exports")

LARGEST_FILE = 2_000_000_000

FormatName = Annotated[str, Field(max_length=50)]


class NewExport(Body):
    """What to export. Which pictures stands in the address, as for the grid.

    Attributes:
        format: One of ``GET /api/label-formats``.
        question_ids: Which questions; None takes all that are not archived.
        named: Whether annotators appear under their own names.
        with_pictures: Whether a format that can carry pictures does; one of folders always does.
        labels_only: Whether only the labels are written, without the votes.
    """

    format: FormatName
    question_ids: Annotated[list[RowId], Field(max_length=100)] | None = None
    named: bool = False
    with_pictures: bool = False
    labels_only: bool = False


class LabelFormatShape(BaseModel):
    """A format of labels; without suffixes it is a folder, which comes as a ZIP file."""

    name: str
    suffixes: list[str]
    description: str


@router.get("/label-formats")
async def list_label_formats(principal: Signed) -> list[LabelFormatShape]:
    """List the formats in which labels can be exported and imported."""
    del principal
    return [
        LabelFormatShape(
            name=known.NAME,
            suffixes=list(known.SUFFIXES),
            description=(known.__doc__ or "").strip().split("\n")[0],
        )
        for known in available.FORMATS
    ]


@router.post("/datasets/{dataset_id}/exports", status_code=201)
async def create_export(
    request: Request, access: Reviewer, wanted: Filter, body: NewExport
) -> JobShape:
    """Begin an export as a job; its result names the file to download."""
    workspace = workspace_of(request)
    available.get(body.format)

    def check(connection: sa.Connection) -> PictureFilter:
        check_filter(connection, workspace, access, wanted)
        for question_id in body.question_ids or ():
            if questions.dataset_of(connection, question_id) != access.dataset_id:
                raise not_found("question", question_id)
        return searching(connection, access, wanted)

    sought = await read(workspace, check)
    order = ExportOrder(
        dataset_id=access.dataset_id,
        format_name=body.format,
        question_ids=None if body.question_ids is None else tuple(body.question_ids),
        named=body.named,
        with_pictures=body.with_pictures,
        labels_only=body.labels_only,
        wanted=sought,
        stated=_stated(request),
    )
    jobs = jobs_of(request)
    enqueue = functools.partial(
        jobs.enqueue,
        "export-labels",
        {"order": order.as_json()},
        asked_by=access.principal.name,
        dataset=access.dataset_id,
    )
    return job_shape(await run_sync(enqueue))


@router.get(
    "/exports/{job_id}/download",
    response_class=FileResponse,
    responses={200: {"content": {"*/*": {}}, "description": "The exported file."}},
)
async def download_export(request: Request, principal: Signed, job_id: Id) -> FileResponse:
    """Download what an export wrote."""
    job, _ = await reach_job(request, principal, job_id, "reviewer")
    if job.name != "export-labels" or job.state != "done":
        raise not_found("finished export", job_id)
    folder = workspace_of(request).export_folder(job_id)
    path = folder / PurePath(str(job.result["file"])).name
    if not path.is_file():
        raise ApiError(410, "export_deleted", "This export's file was deleted; export again.")
    return FileResponse(
        path,
        filename=path.name,
        media_type="application/octet-stream",
        headers={"Cache-Control": "private, no-store"},
    )


@router.post(
    "/datasets/{dataset_id}/label-imports",
    status_code=201,
    max_body_size=LARGEST_FILE,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def create_label_import(
    request: Request,
    access: Maintainer,
    name: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^/\\\x00-\x1f]+$")],
    format_name: Annotated[str | None, Query(alias="format", max_length=50)] = None,
) -> JobShape:
    """Send a file of labels, and begin its import as a job."""
    if format_name is not None:
        available.get(format_name)
    if name in {".", ".."} or len(name.encode()) > 240:
        raise ApiError(422, "invalid_request", f"{name!r} cannot be the name of a file.")
    workspace = workspace_of(request)
    folder = f"labels-{secrets.token_hex(8)}"
    path = workspace.upload_folder(folder) / name
    await run_sync(functools.partial(path.parent.mkdir, parents=True, exist_ok=True))
    try:
        await _receive(request, path)
    except BaseException:
        # Whoever went away sends the file again, as a whole.
        shutil.rmtree(path.parent, ignore_errors=True)
        raise
    jobs = jobs_of(request)
    enqueue = functools.partial(
        jobs.enqueue,
        "import-labels",
        {
            "dataset_id": access.dataset_id,
            "folder": folder,
            "file_name": name,
            "format_name": format_name,
            "author": access.principal.name,
        },
        asked_by=access.principal.name,
        dataset=access.dataset_id,
    )
    return job_shape(await run_sync(enqueue))


def _stated(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in request.query_params.multi_items():
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


async def _receive(request: Request, path: Path) -> None:
    async with await open_file(path, "wb") as file:
        async for piece in request.stream():
            await file.write(piece)
