"""Selections: chosen sets of pictures that a grid can be narrowed to."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import Request
from pydantic import BaseModel, Field

from fieldguide.api.auth import Viewer, workspace_of
from fieldguide.api.fields import Body, Id, RowId
from fieldguide.api.routes.pictures import check_selection
from fieldguide.api.routing import Router
from fieldguide.api.work import read_long, write
from fieldguide.records import selections

router = Router("selections")

LARGEST_LIST = 16_000_000
"""Bytes of the longest list of pictures that is taken: about a million of them."""


class NewSelection(Body):
    """Pictures of the dataset; those of others are left out."""

    picture_ids: Annotated[list[RowId], Field(min_length=1, max_length=1_000_000)]


class SelectionShape(BaseModel):
    """A kept set of pictures; ``selection=ID`` narrows the grid to it."""

    id: int
    count: int


class SelectedPictures(BaseModel):
    """The pictures of a selection, ascending."""

    picture_ids: list[int]


@router.post(
    "/datasets/{dataset_id}/selections",
    status_code=201,
    max_body_size=LARGEST_LIST,
)
async def create_selection(request: Request, access: Viewer, body: NewSelection) -> SelectionShape:
    """Keep a set of pictures for a month, or for as long as a saved view names it."""

    def work(connection: sa.Connection) -> SelectionShape:
        author = access.principal.name
        made = selections.save(connection, access.dataset_id, body.picture_ids, author=author)
        return SelectionShape(id=made, count=selections.count(connection, made))

    return await write(workspace_of(request), work)


@router.get("/datasets/{dataset_id}/selections/{selection_id}")
async def get_selection(request: Request, access: Viewer, selection_id: Id) -> SelectedPictures:
    """Return the pictures of a selection that are still there."""

    def work(connection: sa.Connection) -> SelectedPictures:
        check_selection(connection, access, selection_id)
        return SelectedPictures(picture_ids=selections.member_ids(connection, selection_id))

    return await read_long(workspace_of(request), work)
