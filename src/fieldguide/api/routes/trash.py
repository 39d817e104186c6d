"""The trash of a dataset: what was taken out, by whom and why, and how it comes back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import uuid4

import sqlalchemy as sa
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from fieldguide.api.auth import Reviewer, workspace_of
from fieldguide.api.fields import GREATEST_ID, Body, RowId
from fieldguide.api.idempotency import Once
from fieldguide.api.routing import Router
from fieldguide.api.work import read
from fieldguide.records import trash
from fieldguide.workflows import trash_pictures

router = Router("trash")

MOST_AT_ONCE = 1000
"""Pictures per request."""

Pictures = Annotated[list[RowId], Field(min_length=1, max_length=MOST_AT_ONCE)]
Reason = Annotated[str, Field(max_length=500)]


class TrashedShape(BaseModel):
    """A picture in the trash, with who put it there and why."""

    id: int
    name: str
    sha256: str
    width: int
    height: int
    author: str
    reason: str
    trashed_at: datetime


class TrashPage(BaseModel):
    """A page of the trash, the newest first; ``next`` goes into ``after`` for the following one."""

    items: list[TrashedShape]
    next: int | None
    total: int


class ToTrash(Body):
    """Pictures to take out of the dataset."""

    picture_ids: Pictures
    reason: Reason = ""


class FromTrash(Body):
    """Pictures to put back into the dataset."""

    picture_ids: Pictures


class MovedPictures(BaseModel):
    """The pictures that a request moved; those that were there already are left out."""

    picture_ids: list[int]


@router.get("/datasets/{dataset_id}/trash")
async def list_trash(
    request: Request,
    access: Reviewer,
    after: Annotated[int | None, Query(ge=1, le=GREATEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> TrashPage:
    """List what is in the trash, the newest first."""

    def work(connection: sa.Connection) -> TrashPage:
        rows = trash.page(connection, access.dataset_id, after=after, limit=limit + 1)
        shown = rows[:limit]
        return TrashPage(
            items=[TrashedShape.model_validate(row, from_attributes=True) for row in shown],
            next=shown[-1].entry if len(rows) > limit else None,
            total=trash.count(connection, access.dataset_id),
        )

    return await read(workspace_of(request), work)


@router.post("/datasets/{dataset_id}/trash", response_model=MovedPictures)
async def trash_pictures_(access: Reviewer, body: ToTrash, once: Once) -> Response:
    """Take pictures out of the dataset; their votes and places in versions stay."""

    def work(connection: sa.Connection) -> MovedPictures:
        gone = trash.put(
            connection,
            access.dataset_id,
            body.picture_ids,
            author=access.principal.name,
            reason=body.reason.strip(),
            client_key=str(uuid4()),
        )
        return MovedPictures(picture_ids=gone)

    return await once.write(work)


@router.post("/datasets/{dataset_id}/trash/restore", response_model=MovedPictures)
async def restore_pictures(access: Reviewer, body: FromTrash, once: Once) -> Response:
    """Put pictures back into the dataset, with the labels that their votes give."""

    def work(connection: sa.Connection) -> MovedPictures:
        back = trash_pictures.restore(
            connection, access.dataset_id, body.picture_ids, author=access.principal.name
        )
        return MovedPictures(picture_ids=back)

    return await once.write(work)
