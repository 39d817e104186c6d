"""One's own API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from fieldguide.api.auth import InPerson, Signed, workspace_of
from fieldguide.api.errors import not_found
from fieldguide.api.fields import Body, Id
from fieldguide.api.routing import Router
from fieldguide.api.work import read, write
from fieldguide.records import tokens
from fieldguide.records.tokens import SCOPES, Scope

router = Router("tokens")


class NewToken(Body):
    """A token about to be made.

    Attributes:
        name: What it is for.
        scopes: What it may do: ``read``, ``label`` (answer and comment), ``manage`` (all else).
        days: After how many days it expires; None for never.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES))]
    days: Annotated[int, Field(ge=1, le=3650)] | None = 365


class Token(BaseModel):
    """A token, without what makes it one."""

    id: int
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None


class TokenList(BaseModel):
    """One's own tokens, newest first."""

    items: list[Token]


class MadeToken(Token):
    """A token just made; ``token`` is shown this once."""

    token: str


@router.get("/tokens")
async def list_tokens(request: Request, principal: Signed) -> TokenList:
    """List one's own tokens, newest first."""
    rows = await read(workspace_of(request), lambda c: tokens.of_user(c, principal.user_id))
    return TokenList(items=[Token.model_validate(row, from_attributes=True) for row in rows])


@router.post("/tokens", status_code=201)
async def make_token(request: Request, principal: InPerson, new: NewToken) -> MadeToken:
    """Make a token; what it is shows in this answer only."""
    row, token = await write(
        workspace_of(request),
        lambda c: tokens.create(
            c, principal.user_id, name=new.name, scopes=new.scopes, days=new.days
        ),
    )
    return MadeToken(
        id=row.id,
        name=row.name,
        scopes=list(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        token=token,
    )


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke_token(request: Request, principal: InPerson, token_id: Id) -> Response:
    """Make one of one's own tokens invalid, at once."""
    found = await write(
        workspace_of(request), lambda c: tokens.revoke(c, principal.user_id, token_id)
    )
    if not found:
        raise not_found("token", token_id)
    return Response(status_code=204)
