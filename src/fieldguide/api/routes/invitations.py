"""Links to join by, and to choose a new password."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from fieldguide.api.auth import (
    Administrator,
    AdministratorInPerson,
    InPerson,
    Maintainer,
    MaintainerInPerson,
    require,
    workspace_of,
)
from fieldguide.api.cookies import SESSION_COOKIE
from fieldguide.api.errors import not_found
from fieldguide.api.fields import Body, Id, RowId
from fieldguide.api.links import link_path
from fieldguide.api.openapi import PUBLIC
from fieldguide.api.passwords import check_password
from fieldguide.api.routes.session import Me, Password, begin_session, describe_me
from fieldguide.api.routing import Router
from fieldguide.api.work import read, write
from fieldguide.records import invitations, sessions, users
from fieldguide.records.invitations import DAYS, MOST_DAYS, InvitationRow, Purpose, State
from fieldguide.types import Role

router = Router("invitations")

LinkToken = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(max_length=200)]
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]


class Invitation(BaseModel):
    """A link that was made, without what makes it one.

    Attributes:
        user: Who accepted, or for whom a new password is.
        note: For whom it was meant, in the words of who made it.
        author: Who made it.
    """

    id: int
    purpose: Purpose
    state: State
    user: str | None
    dataset_id: int | None
    dataset: str | None
    role: Role | None
    administrator: bool
    note: str
    author: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    withdrawn_at: datetime | None


class InvitationList(BaseModel):
    """Links, newest first."""

    items: list[Invitation]


class MadeLink(BaseModel):
    """A link just made; ``path`` is shown this once, and goes behind the server's address."""

    invitation: Invitation
    path: str

    @classmethod
    def of(cls, row: InvitationRow, token: str) -> MadeLink:
        """Return what is told about a link that was just made."""
        return cls(invitation=_shown(row), path=link_path(row.purpose, token))


class NewInvitation(Body):
    """An invitation about to be made; with a dataset it names the role, too."""

    dataset_id: RowId | None = None
    role: Role | None = None
    administrator: bool = False
    note: Note = ""
    days: Days = DAYS


class NewDatasetInvitation(Body):
    """An invitation to one dataset about to be made."""

    role: Role
    note: Note = ""
    days: Days = DAYS


class Opened(Body):
    """The token of a link, as its address holds it behind the ``#``."""

    token: LinkToken


class InvitationShown(BaseModel):
    """What a link offers, for who holds it."""

    purpose: Purpose
    user: str | None
    dataset: str | None
    role: Role | None
    administrator: bool
    author: str
    expires_at: datetime


class Joining(Body):
    """The account that somebody makes by a link."""

    token: LinkToken
    name: Annotated[str, Field(max_length=200)]
    full_name: Annotated[str, Field(max_length=users.LONGEST_FULL_NAME)] = ""
    password: Password


class Resetting(Body):
    """The password that somebody chooses by a link."""

    token: LinkToken
    password: Password


@router.get("/invitations")
async def list_invitations(request: Request, principal: Administrator) -> InvitationList:
    """List all links, newest first."""
    del principal
    rows = await read(workspace_of(request), invitations.every)
    return InvitationList(items=[_shown(row) for row in rows])


@router.post("/invitations", status_code=201)
async def make_invitation(
    request: Request, principal: AdministratorInPerson, new: NewInvitation
) -> MadeLink:
    """Make a link to join by; what it is shows in this answer only."""

    def make(connection: sa.Connection) -> tuple[InvitationRow, str]:
        if new.dataset_id is not None:
            require(connection, principal, new.dataset_id, "maintainer")
        return invitations.create(
            connection,
            author=principal.name,
            dataset_id=new.dataset_id,
            role=new.role,
            administrator=new.administrator,
            note=new.note,
            days=new.days,
        )

    return MadeLink.of(*await write(workspace_of(request), make))


@router.get("/datasets/{dataset_id}/invitations")
async def list_dataset_invitations(request: Request, access: Maintainer) -> InvitationList:
    """List the links to a dataset, newest first."""
    rows = await read(workspace_of(request), lambda c: invitations.of_dataset(c, access.dataset_id))
    return InvitationList(items=[_shown(row) for row in rows])


@router.post("/datasets/{dataset_id}/invitations", status_code=201)
async def make_dataset_invitation(
    request: Request, access: MaintainerInPerson, new: NewDatasetInvitation
) -> MadeLink:
    """Make a link to a role in a dataset; what it is shows in this answer only."""
    row, token = await write(
        workspace_of(request),
        lambda c: invitations.create(
            c,
            author=access.principal.name,
            dataset_id=access.dataset_id,
            role=new.role,
            note=new.note,
            days=new.days,
        ),
    )
    return MadeLink.of(row, token)


@router.delete("/invitations/{invitation_id}", status_code=204)
async def withdraw_invitation(request: Request, principal: InPerson, invitation_id: Id) -> Response:
    """Make a link invalid that was not used yet."""

    def withdraw(connection: sa.Connection) -> None:
        row = invitations.get(connection, invitation_id)
        hers = row is not None and row.dataset_id is not None and not row.administrator
        if row is None or not (principal.administrator or hers):
            raise not_found("invitation", invitation_id)
        if not principal.administrator:
            require(
                connection,
                principal,
                row.dataset_id,
                "maintainer",
                kind="invitation",
                identifier=invitation_id,
            )
        invitations.withdraw(connection, invitation_id)

    await write(workspace_of(request), withdraw)
    return Response(status_code=204)


@router.post("/invitation/look", openapi_extra=PUBLIC)
async def look_at_invitation(request: Request, opened: Opened) -> InvitationShown:
    """Say what a link to join by offers."""
    return await _look(request, opened.token, "join")


@router.post("/invitation/join", status_code=201, openapi_extra=PUBLIC)
async def join_by_invitation(request: Request, joining: Joining) -> Me:
    """Make an account by a link and sign in with it."""
    workspace = workspace_of(request)
    password = joining.password.get_secret_value()
    users.check_name(joining.name)
    check_password(password, name=joining.name)
    # Before the costly hash, which nobody without a link shall have the server make.
    await _look(request, joining.token, "join")
    hashed = await request.app.state.hasher.hash(password)
    user = await write(
        workspace,
        lambda c: invitations.join(
            c,
            joining.token,
            name=joining.name,
            full_name=joining.full_name,
            password_hash=hashed,
        ),
    )
    return await begin_session(request, user)


@router.post("/invitation/accept")
async def accept_invitation(request: Request, principal: InPerson, opened: Opened) -> Me:
    """Accept a link with the account that is signed in, and say what it may do now."""
    await write(
        workspace_of(request),
        lambda c: invitations.accept(c, opened.token, principal.user_id),
    )
    return await describe_me(request, principal, request.cookies.get(SESSION_COOKIE))


@router.post("/reset/look", openapi_extra=PUBLIC)
async def look_at_reset_link(request: Request, opened: Opened) -> InvitationShown:
    """Say whose password a link is for."""
    return await _look(request, opened.token, "reset")


@router.post("/reset", openapi_extra=PUBLIC)
async def reset_password(request: Request, resetting: Resetting) -> Me:
    """Choose a new password by a link and sign in with it; all other sessions end."""
    workspace = workspace_of(request)
    password = resetting.password.get_secret_value()
    shown = await _look(request, resetting.token, "reset")
    check_password(password, name=shown.user or "")
    hashed = await request.app.state.hasher.hash(password)

    def reset(connection: sa.Connection) -> users.UserRow:
        user = invitations.reset(connection, resetting.token, hashed)
        sessions.end_others(connection, user.id)
        return user

    return await begin_session(request, await write(workspace, reset))


async def _look(request: Request, token: str, purpose: Purpose) -> InvitationShown:
    row = await read(workspace_of(request), lambda c: invitations.look(c, token, purpose))
    return InvitationShown.model_validate(row, from_attributes=True)


def _shown(row: InvitationRow) -> Invitation:
    return Invitation.model_validate(row, from_attributes=True)
