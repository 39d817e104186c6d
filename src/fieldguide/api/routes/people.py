"""The people of a dataset and their roles."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from fieldguide.api.auth import Maintainer, Viewer, workspace_of
from fieldguide.api.errors import ApiError, not_found
from fieldguide.api.fields import Body
from fieldguide.api.routing import Router
from fieldguide.api.work import read, write
from fieldguide.records import grants, users
from fieldguide.types import Role

router = Router("people")

LoginName = Annotated[str, Path(min_length=1, max_length=users.LONGEST_NAME)]


class Person(BaseModel):
    """Someone with a role in the dataset."""

    user_id: int
    name: str
    full_name: str
    role: Role
    granted_at: datetime
    disabled: bool


class PersonList(BaseModel):
    """The people of a dataset, sorted by name."""

    items: list[Person]


class RoleChange(Body):
    """The role that somebody gets."""

    role: Role


@router.get("/datasets/{dataset_id}/people")
async def list_people(request: Request, access: Viewer) -> PersonList:
    """List who has which role in a dataset; administrators may do all in it besides."""
    rows = await read(workspace_of(request), lambda c: grants.people(c, access.dataset_id))
    return PersonList(items=[Person.model_validate(row, from_attributes=True) for row in rows])


@router.put("/datasets/{dataset_id}/people/{name}")
async def set_role(
    request: Request, access: Maintainer, name: LoginName, change: RoleChange
) -> Person:
    """Give somebody a role in a dataset, in place of the one they have.

    The only maintainer who can sign in stays one until there is another: see ``grants.revoke``.
    """

    def give(connection: sa.Connection) -> Person:
        user = _user(connection, name)
        if user.disabled_at is not None:
            raise ApiError(409, "user_disabled", f"The account {user.name} is disabled.")
        grants.give(connection, user.id, access.dataset_id, change.role)
        held = grants.people(connection, access.dataset_id)
        row = next(person for person in held if person.user_id == user.id)
        return Person.model_validate(row, from_attributes=True)

    return await write(workspace_of(request), give)


@router.delete("/datasets/{dataset_id}/people/{name}", status_code=204)
async def remove_person(request: Request, access: Maintainer, name: LoginName) -> Response:
    """Take somebody's role in a dataset away; their answers stay.

    The only maintainer who can sign in cannot be removed: see ``grants.revoke``.
    """

    def revoke(connection: sa.Connection) -> None:
        if not grants.revoke(connection, _user(connection, name).id, access.dataset_id):
            raise not_found("person", name)

    await write(workspace_of(request), revoke)
    return Response(status_code=204)


def _user(connection: sa.Connection, name: str) -> users.UserRow:
    user = users.find(connection, name)
    if user is None:
        # No names of others: a maintainer of one dataset does not administer the workspace.
        raise ApiError(
            404, "unknown_user", f"There is no user {name!r}. Invite them with a link instead."
        )
    return user
