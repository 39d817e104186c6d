"""The accounts of a workspace, for its administrators."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from fastapi import Request
from pydantic import BaseModel

from fieldguide.api.auth import Administrator, AdministratorInPerson, workspace_of
from fieldguide.api.errors import not_found
from fieldguide.api.fields import Body, Id
from fieldguide.api.routes.invitations import MadeLink
from fieldguide.api.routing import Router
from fieldguide.api.work import read, write
from fieldguide.records import invitations, users

router = Router("users")


class User(BaseModel):
    """An account."""

    id: int
    name: str
    full_name: str
    administrator: bool
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None


class UserList(BaseModel):
    """All accounts, sorted by name."""

    items: list[User]


class UserChange(Body):
    """What an administrator changes of an account; what is None stays as it is."""

    administrator: bool | None = None
    disabled: bool | None = None


@router.get("/users")
async def list_users(request: Request, principal: Administrator) -> UserList:
    """List all accounts."""
    del principal
    rows = await read(workspace_of(request), users.every)
    return UserList(items=[User.model_validate(row, from_attributes=True) for row in rows])


@router.patch("/users/{user_id}")
async def change_user(
    request: Request, principal: AdministratorInPerson, user_id: Id, change: UserChange
) -> User:
    """Lock somebody out or let them in again, make them an administrator or no longer one."""
    del principal

    def change_it(connection: sa.Connection) -> users.UserRow:
        _existing(connection, user_id)
        if change.disabled is False:
            users.enable(connection, user_id)
        if change.administrator is not None:
            users.set_administrator(connection, user_id, administrator=change.administrator)
        if change.disabled is True:
            users.disable(connection, user_id)
        return _existing(connection, user_id)

    row = await write(workspace_of(request), change_it)
    return User.model_validate(row, from_attributes=True)


@router.post("/users/{user_id}/reset", status_code=201)
async def make_reset_link(
    request: Request, principal: AdministratorInPerson, user_id: Id
) -> MadeLink:
    """Make a link by which somebody chooses a new password; what it is shows this once."""

    def make(connection: sa.Connection) -> tuple[invitations.InvitationRow, str]:
        _existing(connection, user_id)
        return invitations.create_reset(connection, user_id, author=principal.name)

    row, token = await write(workspace_of(request), make)
    return MadeLink.of(row, token)


def _existing(connection: sa.Connection, user_id: int) -> users.UserRow:
    row = users.get(connection, user_id)
    if row is None:
        raise not_found("user", user_id)
    return row
