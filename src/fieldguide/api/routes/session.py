"""Sign in and out, and one's own account."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Request
from pydantic import BaseModel, Field, SecretStr
from starlette.responses import Response

from fieldguide import __version__
from fieldguide.api.auth import InPerson, Principal, Signed, workspace_of
from fieldguide.api.cookies import (
    SESSION_COOKIE,
    clear_session_cookie,
    set_session_cookie,
)
from fieldguide.api.csrf import csrf_token
from fieldguide.api.errors import ApiError
from fieldguide.api.fields import Body
from fieldguide.api.openapi import PUBLIC
from fieldguide.api.passwords import GREATEST_LENGTH, check_password, needs_rehash
from fieldguide.api.routing import Router
from fieldguide.api.work import read, write
from fieldguide.errors import InputError
from fieldguide.records import grants, sessions, users
from fieldguide.records.secret_tokens import token_hash
from fieldguide.records.tokens import SCOPES, Scope
from fieldguide.types import Role

router = Router("session")

Password = Annotated[SecretStr, Field(max_length=GREATEST_LENGTH)]


class Credentials(Body):
    """With what somebody signs in."""

    name: Annotated[str, Field(max_length=200)]
    password: Password


class PasswordChange(Body):
    """A new password; the current one is None only where there is none yet."""

    current: Password | None = None
    new: Password


class AccountChange(Body):
    """What somebody can change of their own account."""

    full_name: Annotated[str, Field(min_length=1, max_length=users.LONGEST_FULL_NAME)]


class DatasetRole(BaseModel):
    """A role in a dataset."""

    dataset_id: int
    dataset: str
    role: Role


class Server(BaseModel):
    """What there is to know of the server."""

    version: str


class Me(BaseModel):
    """Who is signed in.

    Attributes:
        scopes: What the token may do; None for a person who has signed in.
        roles: The datasets in which they have a role; administrators may do all in all others too.
        csrf_token: To be sent with each write as ``X-CSRF-Token``; None with a token.
    """

    user_id: int
    name: str
    full_name: str
    administrator: bool
    has_password: bool
    created_at: datetime
    scopes: list[Scope] | None
    roles: list[DatasetRole]
    csrf_token: str | None
    server: Server


@router.post("/session", openapi_extra=PUBLIC)
async def sign_in(request: Request, credentials: Credentials) -> Me:
    """Sign in; the answer sets the session's cookie."""
    workspace = workspace_of(request)
    address = request.client.host if request.client else ""
    limit = request.app.state.sign_in_limit
    limit.begin(credentials.name, address)

    def look(connection: sa.Connection) -> tuple[users.UserRow | None, str | None]:
        user = users.find(connection, credentials.name)
        return user, None if user is None else users.password_hash(connection, user.id)

    user, kept = await read(workspace, look)
    password = credentials.password.get_secret_value()
    right = await request.app.state.hasher.verify(kept, password)
    if not right or user is None or user.disabled_at is not None:
        raise ApiError(
            401,
            "wrong_name_or_password",
            "Name or password is wrong. An administrator can make a link for a new password.",
        )
    limit.succeed(credentials.name, address)
    again = await request.app.state.hasher.hash(password) if needs_rehash(kept or "") else None
    return await begin_session(request, user, hashed=again)


@router.delete("/session", status_code=204)
async def sign_out(request: Request, principal: InPerson) -> Response:
    """End this session."""
    del principal
    hashed = token_hash(request.cookies[SESSION_COOKIE])
    await write(workspace_of(request), lambda c: sessions.end(c, hashed))
    clear_session_cookie(request)
    return Response(status_code=204)


@router.get("/me")
async def get_me(request: Request, principal: Signed) -> Me:
    """Say who is signed in and what they may do."""
    return await describe_me(request, principal, request.cookies.get(SESSION_COOKIE))


@router.patch("/me")
async def change_me(request: Request, principal: InPerson, change: AccountChange) -> Me:
    """Change one's name for people."""
    await write(
        workspace_of(request),
        lambda c: users.set_full_name(c, principal.user_id, change.full_name),
    )
    return await describe_me(request, principal, request.cookies.get(SESSION_COOKIE))


@router.put("/me/password", status_code=204)
async def change_my_password(
    request: Request, principal: InPerson, change: PasswordChange
) -> Response:
    """Choose another password; all other sessions end."""
    workspace = workspace_of(request)
    new = change.new.get_secret_value()
    check_password(new, name=principal.name)
    kept = await read(workspace, lambda c: users.password_hash(c, principal.user_id))
    if kept is not None:
        # Counted like a sign-in: whoever found an open browser must not try passwords here.
        address = request.client.host if request.client else ""
        limit = request.app.state.sign_in_limit
        limit.begin(principal.name, address)
        current = "" if change.current is None else change.current.get_secret_value()
        if not await request.app.state.hasher.verify(kept, current):
            raise ApiError(403, "wrong_password", "The current password is wrong.")
        limit.succeed(principal.name, address)
    hashed = await request.app.state.hasher.hash(new)
    session = token_hash(request.cookies[SESSION_COOKIE])

    def change_it(connection: sa.Connection) -> None:
        if users.password_hash(connection, principal.user_id) != kept:
            raise InputError("The password was changed in the meantime. Try again.")
        users.set_password(connection, principal.user_id, hashed)
        sessions.end_others(connection, principal.user_id, session)

    await write(workspace, change_it)
    return Response(status_code=204)


async def begin_session(request: Request, user: users.UserRow, *, hashed: str | None = None) -> Me:
    """Sign a user in and say who they are.

    Args:
        request: The answer to it sets the cookie.
        user: Who is let in.
        hashed: Their password at today's cost, if it was kept at an earlier one.
    """
    earlier = request.cookies.get(SESSION_COOKIE)

    def start(connection: sa.Connection) -> str:
        if hashed is not None:
            users.set_password(connection, user.id, hashed)
        if earlier is not None:
            sessions.end(connection, token_hash(earlier))
        return sessions.start(connection, user.id)

    token = await write(workspace_of(request), start)
    set_session_cookie(request, token)
    principal = Principal(user.id, user.name, user.full_name, user.administrator)
    return await describe_me(request, principal, token)


async def describe_me(request: Request, principal: Principal, session: str | None) -> Me:
    """Return what somebody is told about themselves.

    Args:
        request: Knows the workspace.
        principal: Who they are.
        session: Their session's token, if they have one.
    """

    def look(connection: sa.Connection) -> tuple[users.UserRow | None, list[grants.Grant]]:
        return users.get(connection, principal.user_id), grants.of_user(
            connection, principal.user_id
        )

    user, roles = await read(workspace_of(request), look)
    if user is None:
        raise ApiError(401, "signed_out", "This account is gone.")
    by_token = principal.scopes is not None
    return Me(
        user_id=user.id,
        name=user.name,
        full_name=user.full_name,
        administrator=user.administrator,
        has_password=user.has_password,
        created_at=user.created_at,
        scopes=[s for s in SCOPES if s in principal.scopes] if principal.scopes else None,
        roles=[
            DatasetRole(dataset_id=grant.dataset_id, dataset=grant.dataset, role=grant.role)
            for grant in roles
        ],
        csrf_token=None
        if by_token or session is None
        else csrf_token(request.app.state.secret, session),
        server=Server(version=__version__),
    )
