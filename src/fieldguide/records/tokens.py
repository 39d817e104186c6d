"""API tokens: with one, a program acts for a user, as far as the token's scopes go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_one
from fieldguide.records.schema import api_tokens, users
from fieldguide.records.secret_tokens import new_token, token_hash
from fieldguide.records.users import FIELDS, UserRow

Scope = Literal["read", "label", "manage"]
"""What a token may do: look, answer and comment, or all else."""

SCOPES: tuple[Scope, ...] = ("read", "label", "manage")

PREFIX = "fg_"
"""How every token begins, so that people and scanners for leaked secrets know one."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as its owner sees it; the token itself is kept nowhere."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None


_HOLDER = (
    sa.select(api_tokens.c.scopes, *FIELDS)
    .join(users, users.c.id == api_tokens.c.user_id)
    .where(
        api_tokens.c.token_hash == sa.bindparam("token"),
        api_tokens.c.revoked_at.is_(None),
        sa.or_(api_tokens.c.expires_at.is_(None), api_tokens.c.expires_at > sa.bindparam("now")),
        users.c.disabled_at.is_(None),
    )
)


def create(
    connection: sa.Connection,
    user_id: int,
    *,
    name: str,
    scopes: Collection[Scope],
    days: int | None = None,
) -> tuple[TokenRow, str]:
    """Make a token and return what is kept of it, and the token itself, for the only time.

    Args:
        connection: Writes.
        user_id: For whom it acts.
        name: What it is for.
        scopes: What it may do; at least one.
        days: After how many days it expires; None for never.

    Raises:
        InputError: If there is no scope or no name.
    """
    if not scopes:
        raise InputError(f"A token needs at least one scope of {', '.join(SCOPES)}.")
    if not name.strip():
        raise InputError("A token needs a name that says what it is for.")
    token = new_token(PREFIX)
    moment = now()
    expires = None if days is None else moment + timedelta(days=days)
    ordered = tuple(scope for scope in SCOPES if scope in scopes)
    token_id = insert_one(
        connection,
        api_tokens,
        {
            "token_hash": token_hash(token),
            "user_id": user_id,
            "name": name.strip(),
            "scopes": list(ordered),
            "created_at": moment,
            "expires_at": expires,
            "client_key": f"token:{uuid4()}",
        },
    )
    return TokenRow(token_id, name.strip(), ordered, moment, expires), token


def holder(connection: sa.Connection, hashed: str) -> tuple[UserRow, frozenset[Scope]] | None:
    """Return for whom a token acts and what it may do, or None if it is not valid."""
    row = connection.execute(_HOLDER, {"token": hashed, "now": now()}).first()
    return None if row is None else (UserRow(*row[1:]), frozenset(row[0]))


def of_user(connection: sa.Connection, user_id: int) -> list[TokenRow]:
    """The tokens of a user that were not revoked, newest first."""
    query = (
        sa.select(
            api_tokens.c.id,
            api_tokens.c.name,
            api_tokens.c.scopes,
            api_tokens.c.created_at,
            api_tokens.c.expires_at,
        )
        .where(api_tokens.c.user_id == user_id, api_tokens.c.revoked_at.is_(None))
        .order_by(api_tokens.c.id.desc())
    )
    rows = connection.execute(query)
    return [TokenRow(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in rows]


def revoke(connection: sa.Connection, user_id: int, token_id: int) -> bool:
    """Make a token of a user's invalid; False if they have none with that id."""
    done = connection.execute(
        api_tokens.update()
        .where(
            api_tokens.c.id == token_id,
            api_tokens.c.user_id == user_id,
            api_tokens.c.revoked_at.is_(None),
        )
        .values(revoked_at=now())
    )
    return done.rowcount > 0
