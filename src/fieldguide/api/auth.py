"""Who asks, and what they may do.

A route says what it needs by the type of a parameter::

    async def list_pictures(access: Viewer) -> ...      # {dataset_id} is in the address
    async def add_answer(principal: Labels) -> ...      # the dataset is found on the way
    async def list_users(principal: Administrator) -> ...

A person signs in with a password and is known by a cookie; a program sends a token, which can do
only what its scopes name. Where a parameter does not say otherwise, safe methods need the scope
``read`` and all others ``manage``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Request

from fieldguide.api import csrf
from fieldguide.api.cookies import SESSION_COOKIE, set_session_cookie
from fieldguide.api.errors import ApiError, not_found
from fieldguide.api.fields import Id
from fieldguide.api.work import glance
from fieldguide.records import grants, sessions, tokens
from fieldguide.records.secret_tokens import token_hash
from fieldguide.records.tokens import Scope
from fieldguide.records.users import UserRow
from fieldguide.types import ROLES, Role
from fieldguide.workspace import Workspace

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        user_id: The account's id.
        name: The login name, under which answers and comments are kept.
        full_name: The name for people.
        administrator: Whether they may do all everywhere.
        scopes: What the token may do; None for a person who has signed in.
    """

    user_id: int
    name: str
    full_name: str
    administrator: bool
    scopes: frozenset[Scope] | None = None


@dataclass(frozen=True, slots=True)
class DatasetAccess:
    """What someone may do in one dataset."""

    principal: Principal
    dataset_id: int
    role: Role


def workspace_of(request: Request) -> Workspace:
    """Return the workspace that the server serves."""
    workspace: Workspace = request.app.state.workspace
    return workspace


async def identified(request: Request) -> Principal:
    """Return who asks, by token or cookie; what the token may do is not looked at.

    Raises:
        ApiError: 401 if nobody is signed in, 403 if a write lacks the CSRF token.
    """
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return await _by_token(request, authorization)
    cookie = request.cookies.get(SESSION_COOKIE)
    if not cookie:
        raise ApiError(
            401, "signed_out", "Nobody is signed in. Sign in, or send an API token.", headers=_ASK
        )
    return await _by_cookie(request, cookie)


Identified = Annotated[Principal, Depends(identified)]


class SignedIn:
    """A dependency that wants someone signed in, and of a token a scope.

    Args:
        scope: What a token needs for a method that is not safe; None lets no token pass.
    """

    def __init__(self, scope: Scope | None = "manage") -> None:
        self._scope = scope

    async def __call__(self, request: Request, principal: Identified) -> Principal:
        """Return who asks."""
        _check_scope(request, principal, self._scope)
        return principal


class AtLeast:
    """A dependency that wants a role in the dataset of the address.

    Args:
        role: The least role.
        scope: What a token needs for a method that is not safe; None lets no token pass.
    """

    def __init__(self, role: Role, *, scope: Scope | None = "manage") -> None:
        self._role = role
        self._scope = scope

    async def __call__(
        self, request: Request, principal: Identified, dataset_id: Id
    ) -> DatasetAccess:
        """Return who asks and what they may do in the dataset."""

        def look(connection: sa.Connection) -> DatasetAccess:
            return require(connection, principal, dataset_id, self._role)

        access = await glance(workspace_of(request), look)
        _check_scope(request, principal, self._scope)
        return access


def at_least(role: Role, *, scope: Scope | None = "manage") -> AtLeast:
    """Return the dependency that wants ``role`` in the dataset of the address."""
    return AtLeast(role, scope=scope)


signed_in = SignedIn()
_signed_in_to_label = SignedIn("label")
_signed_in_by_session = SignedIn(None)


async def administrator(principal: Annotated[Principal, Depends(signed_in)]) -> Principal:
    """Return who asks, if they are an administrator.

    Raises:
        ApiError: 403 if not.
    """
    _check_administrator(principal)
    return principal


async def administrator_by_session(
    principal: Annotated[Principal, Depends(_signed_in_by_session)],
) -> Principal:
    """Return who asks, if they are an administrator and came without a token."""
    _check_administrator(principal)
    return principal


Signed = Annotated[Principal, Depends(signed_in)]
"""Anyone who is signed in; of a token, ``read`` or ``manage``."""

Labels = Annotated[Principal, Depends(_signed_in_to_label)]
"""Anyone who is signed in; of a token, ``read`` or ``label``."""

InPerson = Annotated[Principal, Depends(_signed_in_by_session)]
"""A person who has signed in: writes by a token are refused, reads need ``read``."""

Administrator = Annotated[Principal, Depends(administrator)]
AdministratorInPerson = Annotated[Principal, Depends(administrator_by_session)]

Viewer = Annotated[DatasetAccess, Depends(at_least("viewer"))]
Annotator = Annotated[DatasetAccess, Depends(at_least("annotator", scope="label"))]
"""At least an annotator of the dataset; of a token, ``read`` or ``label``."""

Reviewer = Annotated[DatasetAccess, Depends(at_least("reviewer"))]
Maintainer = Annotated[DatasetAccess, Depends(at_least("maintainer"))]
MaintainerInPerson = Annotated[DatasetAccess, Depends(at_least("maintainer", scope=None))]


def require(
    connection: sa.Connection,
    principal: Principal,
    dataset_id: int | None,
    role: Role,
    *,
    kind: str = "dataset",
    identifier: object = None,
) -> DatasetAccess:
    """Return what ``principal`` may do in a dataset, if that is at least ``role``.

    Args:
        connection: Reads.
        principal: Who asks.
        dataset_id: The dataset that the thing asked for belongs to; None if there is no such thing.
        role: The least role.
        kind: What was asked for, such as ``"question"``.
        identifier: Its id, for the words of the error.

    Raises:
        ApiError: 404 if it does not exist or belongs to a dataset in which they have no role, so
            that nobody learns what others have; 403 if their role is less.
    """
    held = held_role(connection, principal, dataset_id)
    shown = dataset_id if identifier is None else identifier
    return _checked(principal, dataset_id, held, role, kind, shown)


def _checked(
    principal: Principal,
    dataset_id: int | None,
    held: Role | None,
    role: Role,
    kind: str,
    identifier: object,
) -> DatasetAccess:
    if dataset_id is None or held is None:
        raise not_found(kind, identifier)
    if ROLES.index(held) < ROLES.index(role):
        raise ApiError(
            403,
            "role_too_low",
            f"This needs the role {role} in the dataset; yours is {held}. Ask one of its "
            "maintainers.",
            {"needed": role, "held": held},
        )
    return DatasetAccess(principal, dataset_id, held)


def require_question(
    connection: sa.Connection, principal: Principal, question_id: int, role: Role
) -> tuple[DatasetAccess, int]:
    """Return what ``principal`` may do in a question's dataset, and the question's revision.

    The same as :func:`require`, in one look-up.

    Raises:
        ApiError: As there.
    """
    found = grants.find_for_question(connection, principal.user_id, question_id)
    if found is None:
        raise not_found("question", question_id)
    standing, revision = found
    held = "maintainer" if principal.administrator else standing.role
    access = _checked(principal, standing.dataset_id, held, role, "question", question_id)
    return access, revision


def held_role(
    connection: sa.Connection, principal: Principal, dataset_id: int | None
) -> Role | None:
    """Return someone's role in a dataset; None if they have none or it does not exist."""
    found = None if dataset_id is None else grants.find(connection, principal.user_id, dataset_id)
    if found is None:
        return None
    return "maintainer" if principal.administrator else found.role


_ASK = {"WWW-Authenticate": "Bearer"}


async def _by_token(request: Request, authorization: str) -> Principal:
    kind, _, token = authorization.partition(" ")
    if kind.lower() == "bearer":
        digest = token_hash(token.strip())
        found = await glance(workspace_of(request), lambda c: tokens.holder(c, digest))
        if found is not None:
            user, scopes = found
            return _principal(user, scopes)
    raise ApiError(
        401,
        "invalid_token",
        "This API token is not known, has expired or was revoked. Make another one under Tokens.",
        headers=_ASK,
    )


async def _by_cookie(request: Request, cookie: str) -> Principal:
    workspace = workspace_of(request)
    digest = token_hash(cookie)
    session = await glance(workspace, lambda c: sessions.find(c, digest))
    if session is None:
        raise ApiError(401, "signed_out", "You are signed out. Sign in again.", headers=_ASK)
    if request.method not in SAFE_METHODS:
        csrf.check(request, cookie)
    if session.wants_renewal:
        # Not waited for: the answer does not depend on it.
        workspace.records.submit(lambda c: sessions.renew(c, digest))
        set_session_cookie(request, cookie)
    return _principal(session.user, None)


def _principal(user: UserRow, scopes: frozenset[Scope] | None) -> Principal:
    return Principal(user.id, user.name, user.full_name, user.administrator, scopes)


def _check_scope(request: Request, principal: Principal, scope: Scope | None) -> None:
    if principal.scopes is None:
        return
    needed: Scope | None = "read" if request.method in SAFE_METHODS else scope
    if needed is None:
        raise ApiError(
            403, "token_refused", "API tokens cannot do this. Sign in with your name instead."
        )
    if needed not in principal.scopes:
        raise ApiError(
            403,
            "scope_missing",
            f"This API token lacks the scope {needed!r}; it has "
            f"{', '.join(sorted(principal.scopes))}. Make another one under Tokens.",
            {"needed": needed},
        )


def _check_administrator(principal: Principal) -> None:
    if not principal.administrator:
        raise ApiError(403, "administrators_only", "Only an administrator can do this.")
