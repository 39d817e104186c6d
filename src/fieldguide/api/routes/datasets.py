"""Datasets: listed, made, described; their saved views and columns."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Request, Response
from pydantic import BaseModel, Field

from fieldguide.api.auth import (
    DatasetAccess,
    Maintainer,
    Principal,
    Signed,
    Viewer,
    workspace_of,
)
from fieldguide.api.errors import ApiError, not_found
from fieldguide.api.fields import Body, Id, Name, Text
from fieldguide.api.idempotency import Once
from fieldguide.api.routing import Router
from fieldguide.api.work import read, read_long, write
from fieldguide.records import datasets, grants, pictures, privacy, views
from fieldguide.types import Role

router = Router("datasets")

Query = Annotated[str, Field(max_length=2000)]


class DatasetShape(BaseModel):
    """A dataset as its list shows it; ``role`` is that of who asks."""

    id: int
    name: str
    description: str
    pictures: int
    role: Role
    created_at: datetime


class DatasetList(BaseModel):
    """All datasets in which who asks has a role, sorted by name."""

    items: list[DatasetShape]


class NewDataset(Body):
    """A dataset to make."""

    name: Name
    description: Text = ""


class DatasetChange(Body):
    """What to change of a dataset; what is left out stays."""

    name: Name | None = None
    description: Text | None = None


class ViewShape(BaseModel):
    """A saved view: the part of the grid's address after ``?`` under a name."""

    id: int
    name: str
    query: str
    author: str
    created_at: datetime


class ViewList(BaseModel):
    """A dataset's saved views, sorted by name."""

    items: list[ViewShape]


class NewView(Body):
    """A view to save; one's own of the same name is replaced, a maintainer replaces anybody's."""

    name: Name
    query: Query


class ColumnShape(BaseModel):
    """A column; ``values`` are listed where there are at most 50 different ones."""

    name: str
    values: list[str]


class ColumnList(BaseModel):
    """A dataset's columns, sorted by name, and the parts and classes that it can be filtered by."""

    items: list[ColumnShape]


@router.get("/datasets")
async def list_datasets(request: Request, principal: Signed) -> DatasetList:
    """List the datasets in which the caller has a role."""

    def work(connection: sa.Connection) -> DatasetList:
        roles = _roles(connection, principal)
        found = datasets.details(connection, None if principal.administrator else list(roles))
        return DatasetList(
            items=[_shape(row, roles.get(row.id, "maintainer"), principal) for row in found]
        )

    return await read_long(workspace_of(request), work)


@router.post("/datasets", status_code=201, response_model=DatasetShape)
async def create_dataset(principal: Signed, body: NewDataset, once: Once) -> Response:
    """Make an empty dataset; its maker becomes its maintainer."""

    def work(connection: sa.Connection) -> DatasetShape:
        made = datasets.ensure(connection, _free_name(connection, body.name), "made on the site")
        datasets.describe(connection, made.id, description=body.description)
        grants.give(connection, principal.user_id, made.id, "maintainer")
        return _shape(datasets.details(connection, [made.id])[0], "maintainer", principal)

    return await once.write(work, status=201)


@router.get("/datasets/{dataset_id}")
async def get_dataset(request: Request, access: Viewer) -> DatasetShape:
    """Return one dataset."""

    def work(connection: sa.Connection) -> DatasetShape:
        found = datasets.details(connection, [access.dataset_id])
        return _shape(found[0], access.role, access.principal)

    return await read(workspace_of(request), work)


@router.patch("/datasets/{dataset_id}")
async def change_dataset(request: Request, access: Maintainer, body: DatasetChange) -> DatasetShape:
    """Rename or describe a dataset."""

    def work(connection: sa.Connection) -> DatasetShape:
        own = access.dataset_id
        name = None if body.name is None else _free_name(connection, body.name, besides=own)
        datasets.describe(connection, access.dataset_id, name=name, description=body.description)
        found = datasets.details(connection, [access.dataset_id])
        return _shape(found[0], access.role, access.principal)

    return await write(workspace_of(request), work)


@router.get("/datasets/{dataset_id}/columns")
async def list_columns(request: Request, access: Viewer) -> ColumnList:
    """List the columns by which a dataset's pictures can be filtered and ordered."""

    def work(connection: sa.Connection) -> ColumnList:
        found = pictures.column_choices(connection, access.dataset_id)
        if access.role != "maintainer":
            rules = privacy.of_dataset(connection, access.dataset_id)
            found = {name: [] if rules.changes(name) else v for name, v in found.items()}
        return ColumnList(items=[ColumnShape(name=n, values=v) for n, v in found.items()])

    return await read_long(workspace_of(request), work)


@router.get("/datasets/{dataset_id}/views")
async def list_views(request: Request, access: Viewer) -> ViewList:
    """List a dataset's saved views."""
    found = await read(workspace_of(request), lambda c: views.of_dataset(c, access.dataset_id))
    return ViewList(items=[ViewShape.model_validate(v, from_attributes=True) for v in found])


@router.put("/datasets/{dataset_id}/views")
async def save_view(request: Request, access: Viewer, body: NewView) -> ViewShape:
    """Save a filter of the grid under a name, in place of one's own of that name."""

    def work(connection: sa.Connection) -> ViewShape:
        for view in views.of_dataset(connection, access.dataset_id):
            if view.name == body.name:
                _check_own(access, view.author)
        saved = views.save(
            connection,
            access.dataset_id,
            name=body.name,
            query=body.query,
            author=access.principal.name,
        )
        return ViewShape.model_validate(saved, from_attributes=True)

    return await write(workspace_of(request), work)


@router.delete("/datasets/{dataset_id}/views/{view_id}", status_code=204)
async def delete_view(request: Request, access: Viewer, view_id: Id) -> None:
    """Forget a saved view: one's own, or any for a maintainer."""

    def work(connection: sa.Connection) -> None:
        held = {view.id: view for view in views.of_dataset(connection, access.dataset_id)}
        if view_id not in held:
            raise not_found("view", view_id)
        _check_own(access, held[view_id].author)
        views.remove(connection, access.dataset_id, view_id)

    await write(workspace_of(request), work)


def _check_own(access: DatasetAccess, author: str) -> None:
    if author != access.principal.name and access.role != "maintainer":
        raise ApiError(
            403, "not_yours", f"This view is {author}'s; a maintainer can replace or remove it."
        )


def _free_name(connection: sa.Connection, given: str, *, besides: int | None = None) -> str:
    name = given.strip()
    if not name or name.isdecimal():
        raise ApiError(
            422,
            "invalid_name",
            "A dataset needs a name, and one that is not a number: runs are called by numbers.",
        )
    held = datasets.find(connection, name)
    if held is not None and held.id != besides:
        raise ApiError(409, "name_taken", f"There is a dataset named {name!r} already.")
    return name


def _roles(connection: sa.Connection, principal: Principal) -> dict[int, Role]:
    held = grants.of_user(connection, principal.user_id)
    return {grant.dataset_id: grant.role for grant in held if grant.role is not None}


def _shape(row: datasets.DatasetDetail, role: Role, principal: Principal) -> DatasetShape:
    return DatasetShape(
        id=row.id,
        name=row.name,
        description=row.description,
        pictures=row.pictures,
        role="maintainer" if principal.administrator else role,
        created_at=row.created_at,
    )
