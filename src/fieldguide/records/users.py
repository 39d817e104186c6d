"""Users: the people who work in a workspace, and who of them administers it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.errors import InputError, UnknownNameError
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_one
from fieldguide.records.schema import api_tokens, sessions, users
from fieldguide.records.votes import IMPORT_ANNOTATOR

LONGEST_NAME = 64
LONGEST_FULL_NAME = 200

_NAME = re.compile(rf"[A-Za-z0-9._@-]{{1,{LONGEST_NAME}}}")
_RESERVED = frozenset({IMPORT_ANNOTATOR, "model"})


class NameTakenError(InputError):
    """Somebody has that login name, or had it; names are never given twice."""


class LastAdministratorError(InputError):
    """Without this administrator nobody could manage the workspace."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person's account.

    Attributes:
        name: The login name, which votes and comments carry; it never changes.
        full_name: The name for people.
        administrator: Whether they may do all everywhere.
        has_password: Whether they can sign in with a password.
        disabled_at: Since when they are locked out, if they are.
    """

    id: int
    name: str
    full_name: str
    administrator: bool
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None


FIELDS = (
    users.c.id,
    users.c.name,
    users.c.full_name,
    users.c.administrator,
    users.c.password_hash.is_not(None),
    users.c.created_at,
    users.c.disabled_at,
)
"""What a query selects for a :class:`UserRow`, in its order."""


def add(
    connection: sa.Connection,
    name: str,
    *,
    full_name: str = "",
    password_hash: str | None = None,
    administrator: bool = False,
) -> UserRow:
    """Make an account.

    Raises:
        InputError: If the name holds other than letters, digits and ``._-@``, or is too long.
        NameTakenError: If somebody has it, in whatever case.
    """
    check_name(name)
    check_full_name(full_name)
    if find(connection, name) is not None:
        raise NameTakenError(
            f"The name {name!r} is taken. Names are never given twice, even after their holder "
            "has gone; choose another one."
        )
    insert_one(
        connection,
        users,
        {
            "name": name,
            "full_name": full_name.strip() or name,
            "password_hash": password_hash,
            "administrator": administrator,
            "created_at": now(),
            # Unique whatever the case, which the constraint on the name is not.
            "client_key": f"user:{name.lower()}",
        },
    )
    return get_named(connection, name)


def check_name(name: str) -> None:
    """Refuse what cannot be a login name.

    Raises:
        InputError: Saying what is allowed.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be a login name: take 1 to {LONGEST_NAME} letters from a to z, "
            "digits and the characters . _ - @"
        )
    if name.lower() in _RESERVED:
        raise InputError(f"{name!r} cannot be a login name: it stands for what no person answered.")


def check_full_name(full_name: str) -> None:
    """Refuse what cannot be a person's name.

    Raises:
        InputError: If it is too long or holds control characters.
    """
    if len(full_name) > LONGEST_FULL_NAME:
        raise InputError(f"A full name has at most {LONGEST_FULL_NAME} characters.")
    if any(ord(character) < 32 or ord(character) == 127 for character in full_name):
        raise InputError("A full name cannot hold line breaks or other control characters.")


def find(connection: sa.Connection, name: str) -> UserRow | None:
    """Return the account of that name, in whatever case, or None."""
    return _one(connection, sa.func.lower(users.c.name) == name.lower())


def get_named(connection: sa.Connection, name: str) -> UserRow:
    """Return the account of that name.

    Raises:
        UnknownNameError: If there is none.
    """
    found = find(connection, name)
    if found is None:
        raise UnknownNameError("user", name, (user.name for user in every(connection)))
    return found


def get(connection: sa.Connection, user_id: int) -> UserRow | None:
    """Return the account with that id, or None."""
    return _one(connection, users.c.id == user_id)


def every(connection: sa.Connection) -> list[UserRow]:
    """All accounts, sorted by name."""
    rows = connection.execute(sa.select(*FIELDS).order_by(sa.func.lower(users.c.name)))
    return [UserRow(*row) for row in rows]


def password_hash(connection: sa.Connection, user_id: int) -> str | None:
    """Return the hash of someone's password; None if they have none."""
    query = sa.select(users.c.password_hash).where(users.c.id == user_id)
    found: str | None = connection.execute(query).scalar()
    return found


def set_password(connection: sa.Connection, user_id: int, hashed: str | None) -> None:
    """Give someone another password, which is kept as its hash."""
    _update(connection, user_id, password_hash=hashed)


def set_full_name(connection: sa.Connection, user_id: int, full_name: str) -> None:
    """Give someone another name for people.

    Raises:
        InputError: If it is too long or holds control characters.
    """
    check_full_name(full_name)
    _update(connection, user_id, full_name=full_name.strip() or users.c.name)


def disable(connection: sa.Connection, user_id: int) -> None:
    """Lock someone out: their sessions end and their tokens are revoked, at once.

    It must be possible at any time, so it also is where a dataset loses its last maintainer by it;
    administrators can name another one.

    Raises:
        LastAdministratorError: If nobody else administers the workspace.
    """
    _keep_an_administrator(connection, user_id)
    _update(connection, user_id, disabled_at=sa.func.coalesce(users.c.disabled_at, _moment()))
    connection.execute(sessions.delete().where(sessions.c.user_id == user_id))
    connection.execute(
        api_tokens.update()
        .where(api_tokens.c.user_id == user_id, api_tokens.c.revoked_at.is_(None))
        .values(revoked_at=now())
    )


def enable(connection: sa.Connection, user_id: int) -> None:
    """Let someone in again; what ended when they were locked out stays ended."""
    _update(connection, user_id, disabled_at=None)


def set_administrator(connection: sa.Connection, user_id: int, *, administrator: bool) -> None:
    """Make someone an administrator, or no longer one.

    Raises:
        LastAdministratorError: If nobody else administers the workspace.
    """
    if not administrator:
        _keep_an_administrator(connection, user_id)
    _update(connection, user_id, administrator=administrator)


def has_administrator(connection: sa.Connection, *, with_password: bool = False) -> bool:
    """Say whether an enabled administrator exists, who can sign in with a password if asked."""
    query = sa.select(users.c.id).where(users.c.administrator, users.c.disabled_at.is_(None))
    if with_password:
        query = query.where(users.c.password_hash.is_not(None))
    return connection.execute(query.limit(1)).first() is not None


def ensure_owner(connection: sa.Connection, system_name: str) -> UserRow:
    """Return the administrator named after whoever runs this on their own machine.

    Who can open the workspace's files can do all in it anyway, so the account has no password and
    is let in by a link.

    Args:
        connection: Writes.
        system_name: The name that the operating system has for them.
    """
    base = re.sub(r"[^A-Za-z0-9._@-]+", "-", system_name).strip("-")[: LONGEST_NAME - 9] or "owner"
    names = [base, f"{base}-owner", *(f"{base}-owner{number}" for number in range(2, 100))]
    for name in names:
        if name.lower() in _RESERVED:
            continue
        found = find(connection, name)
        if found is None:
            return add(connection, name, administrator=True)
        if found.administrator and found.disabled_at is None:
            return found
    raise InputError(
        f"No account can be made for {system_name!r}: {', '.join(names[:3])} and so on belong to "
        "others. Enable one of them with: fieldguide users enable NAME"
    )


def _one(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> UserRow | None:
    row = connection.execute(sa.select(*FIELDS).where(condition)).first()
    return None if row is None else UserRow(*row)


def _update(connection: sa.Connection, user_id: int, **values: Any) -> None:
    connection.execute(users.update().where(users.c.id == user_id).values(**values))


def _moment() -> sa.BindParameter[datetime]:
    return sa.bindparam("moment", now(), type_=users.c.disabled_at.type)


def _keep_an_administrator(connection: sa.Connection, user_id: int) -> None:
    enabled = sa.select(users.c.id).where(users.c.administrator, users.c.disabled_at.is_(None))
    if list(connection.scalars(enabled)) == [user_id]:
        raise LastAdministratorError(
            "This is the only administrator who can sign in. Make somebody else an administrator "
            "first."
        )
