"""Uploads: files from a browser, piece by piece, taken up again after a broken connection."""

from __future__ import annotations

import functools
import secrets
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
from anyio.to_thread import run_sync
from fastapi import Path as PathParameter
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from fieldguide.api.auth import Maintainer, Principal, Signed, require, workspace_of
from fieldguide.api.errors import ApiError
from fieldguide.api.fields import GREATEST_ID, Body
from fieldguide.api.idempotency import Once
from fieldguide.api.routes.jobs import JobShape, job_shape, jobs_of
from fieldguide.api.routing import Router
from fieldguide.api.work import read, write
from fieldguide.collect import receiving
from fieldguide.collect.receiving import WrongOffsetError
from fieldguide.records import uploads
from fieldguide.records.uploads import Upload, UploadFile
from fieldguide.workspace import Workspace

router = Router("uploads")

MOST_FILES = 20_000
LARGEST_PIECE = 16_000_000


class AnnouncedFile(Body):
    """A file to come: its path in the folder, with ``/``, and its size in bytes."""

    name: Annotated[str, Field(min_length=1, max_length=1000)]
    size: Annotated[int, Field(ge=0, le=GREATEST_ID)]


class NewUpload(Body):
    """The files of an upload."""

    files: Annotated[list[AnnouncedFile], Field(min_length=1, max_length=MOST_FILES)]


class FileShape(BaseModel):
    """A file of an upload, with how many of its bytes are there."""

    number: int
    name: str
    size: int
    received: int


class UploadShape(BaseModel):
    """An upload and how far it is."""

    id: str
    dataset_id: int
    finished: bool
    job: int | None
    files: list[FileShape]


class Received(BaseModel):
    """How many bytes of the file are there now."""

    received: int


class Finish(Body):
    """How the files are to be imported, and the numbers of those that are to be left out."""

    labels_from_folders: bool = True
    without: Annotated[
        list[Annotated[int, Field(ge=0, le=MOST_FILES)]],
        Field(default_factory=list, max_length=MOST_FILES),
    ]


@router.post(
    "/datasets/{dataset_id}/uploads",
    status_code=201,
    response_model=UploadShape,
    max_body_size=LARGEST_PIECE,
)
async def create_upload(
    request: Request, access: Maintainer, body: NewUpload, once: Once
) -> Response:
    """Announce files that are to be added to a dataset."""
    workspace = workspace_of(request)
    receiving.check_names([file.name for file in body.files])
    limit = workspace.config.max_file_bytes
    large = next((file for file in body.files if file.size > limit), None)
    if large is not None:
        raise ApiError(
            413,
            "file_too_large",
            f"{large.name!r} has {large.size} bytes; at most {limit} are taken. Leave it out, or "
            "start the server with a greater FIELDGUIDE_MAX_FILE_MB.",
            {"name": large.name, "limit": limit},
        )

    def work(connection: sa.Connection) -> UploadShape:
        upload_id = secrets.token_hex(16)
        files = [UploadFile(number, file.name, file.size) for number, file in enumerate(body.files)]
        uploads.add(
            connection, upload_id, access.dataset_id, author=access.principal.name, files=files
        )
        return UploadShape(
            id=upload_id,
            dataset_id=access.dataset_id,
            finished=False,
            job=None,
            files=[
                FileShape(number=f.number, name=f.name, size=f.bytes, received=0) for f in files
            ],
        )

    return await once.write(work, status=201)


@router.get("/uploads/{upload_id}")
async def get_upload(request: Request, principal: Signed, upload_id: str) -> UploadShape:
    """Tell how many bytes of each file are there, so that the rest can be sent."""
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> tuple[Upload, list[UploadFile]]:
        return _reach(connection, principal, upload_id), uploads.files(connection, upload_id)

    upload, files = await read(workspace, work)
    there = await run_sync(
        receiving.received, _folder(workspace, upload_id), [file.number for file in files]
    )
    return UploadShape(
        id=upload.id,
        dataset_id=upload.dataset_id,
        finished=upload.finished_at is not None,
        job=None if upload.job is None else int(upload.job),
        files=[
            FileShape(
                number=file.number,
                name=file.name,
                size=file.bytes,
                received=file.bytes if upload.finished_at is not None else there[file.number],
            )
            for file in files
        ],
    )


@router.put(
    "/uploads/{upload_id}/files/{number}",
    max_body_size=LARGEST_PIECE,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def add_piece(
    request: Request,
    principal: Signed,
    upload_id: str,
    number: Annotated[int, PathParameter(ge=0, le=MOST_FILES)],
    offset: Annotated[int, Query(ge=0, le=GREATEST_ID)] = 0,
) -> Received:
    """Add a piece to a file, at most 16 MB, beginning where the last one ended."""
    workspace = workspace_of(request)

    def look(connection: sa.Connection) -> UploadFile:
        upload = _reach(connection, principal, upload_id)
        if upload.finished_at is not None:
            raise ApiError(409, "upload_finished", "This upload is finished; begin another one.")
        found = uploads.file(connection, upload_id, number)
        if found is None:
            raise ApiError(404, "unknown_file", f"This upload has no file {number}.")
        return found

    file = await read(workspace, look)
    piece = await request.body()
    append = functools.partial(
        receiving.append,
        _folder(workspace, upload_id),
        number,
        offset,
        piece,
        size=file.bytes,
    )
    try:
        there = await run_sync(append)
    except WrongOffsetError as error:
        raise ApiError(409, "wrong_offset", str(error), {"received": error.received}) from error
    return Received(received=there)


@router.post("/uploads/{upload_id}/finish", response_model=JobShape)
async def finish_upload(
    request: Request, principal: Signed, upload_id: str, body: Finish
) -> JobShape:
    """Import the files of an upload, as a job; all are there, except those left out."""
    workspace = workspace_of(request)

    def look(connection: sa.Connection) -> tuple[Upload, list[UploadFile]]:
        return _reach(connection, principal, upload_id), uploads.files(connection, upload_id)

    upload, files = await read(workspace, look)
    jobs = jobs_of(request)
    if upload.job is None:
        folder = _folder(workspace, upload_id)
        wanted = {file.number: (file.name, file.bytes) for file in files}
        kept = receiving.leave_out(wanted, body.without)
        await run_sync(receiving.assemble, folder, kept)
        job = await run_sync(
            functools.partial(
                jobs.enqueue,
                "import-upload",
                {"upload_id": upload_id, "labels_from_folders": body.labels_from_folders},
                asked_by=principal.name,
                dataset=upload.dataset_id,
                key=f"import-upload:{upload_id}",
            )
        )
        await write(workspace, lambda c: uploads.finish(c, upload_id, str(job.id)))
    else:
        job = await run_sync(jobs.status, int(upload.job))
    return job_shape(job)


def _reach(connection: sa.Connection, principal: Principal, upload_id: str) -> Upload:
    upload = uploads.find(connection, upload_id)
    require(
        connection,
        principal,
        None if upload is None else upload.dataset_id,
        "maintainer",
        kind="upload",
        identifier=upload_id,
    )
    assert upload is not None  # noqa: S101 - require raises without one
    return upload


def _folder(workspace: Workspace, upload_id: str) -> Path:
    return workspace.upload_folder(upload_id)
