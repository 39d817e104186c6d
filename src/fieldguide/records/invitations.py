"""Invitations: links that let somebody in once, to join or to choose a new password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.records import grants, users
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_one
from fieldguide.records.schema import datasets, invitations
from fieldguide.records.schema import users as user_table
from fieldguide.records.secret_tokens import new_token, token_hash
from fieldguide.types import Role

Purpose = Literal["join", "reset"]

DAYS = 7
"""How many days a link is valid, unless said otherwise."""

MOST_DAYS = 365

State = Literal["open", "used", "expired", "withdrawn"]


class InvitationGoneError(InputError):
    """A link is not valid, or no longer."""


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A link that was made.

    Attributes:
        purpose: Whether it makes an account (or gives a role), or a new password.
        user: For whom a new password is, or who accepted.
        dataset: In which dataset it gives a role, if in one.
        administrator: Whether it makes an administrator.
        note: For whom it was meant, in the words of who made it.
        author: Login name of who made it.
    """

    id: int
    purpose: Purpose
    user_id: int | None
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

    @property
    def state(self) -> State:
        """Whether it can be used, and if not, why."""
        if self.used_at is not None:
            return "used"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "expired" if self.expires_at <= now() else "open"


_FIELDS: tuple[sa.ColumnElement[Any], ...] = (
    invitations.c.id,
    invitations.c.purpose,
    invitations.c.user_id,
    user_table.c.name,
    invitations.c.dataset_id,
    datasets.c.name,
    invitations.c.role,
    invitations.c.administrator,
    invitations.c.note,
    invitations.c.author,
    invitations.c.created_at,
    invitations.c.expires_at,
    invitations.c.used_at,
    invitations.c.withdrawn_at,
)


def create(
    connection: sa.Connection,
    *,
    author: str,
    dataset_id: int | None = None,
    role: Role | None = None,
    administrator: bool = False,
    note: str = "",
    days: int = DAYS,
) -> tuple[InvitationRow, str]:
    """Make a link to join by, and return what is kept of it and its token, for the only time.

    Raises:
        InputError: If a dataset comes without a role or a role without a dataset.
    """
    if (dataset_id is None) != (role is None):
        raise InputError("An invitation to a dataset names both the dataset and the role.")
    return _create(
        connection,
        days,
        purpose="join",
        dataset_id=dataset_id,
        role=role,
        administrator=administrator,
        note=note,
        author=author,
    )


def create_reset(
    connection: sa.Connection, user_id: int, *, author: str, days: int = DAYS
) -> tuple[InvitationRow, str]:
    """Make a link by which a user chooses a new password; earlier ones no longer work."""
    connection.execute(
        invitations.update()
        .where(
            invitations.c.purpose == "reset",
            invitations.c.user_id == user_id,
            invitations.c.used_at.is_(None),
            invitations.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now())
    )
    return _create(
        connection,
        days,
        purpose="reset",
        user_id=user_id,
        administrator=False,
        note="",
        author=author,
    )


def get(connection: sa.Connection, invitation_id: int) -> InvitationRow | None:
    """Return the link with that id, or None."""
    rows = _rows(connection, invitations.c.id == invitation_id)
    return rows[0] if rows else None


def every(connection: sa.Connection) -> list[InvitationRow]:
    """All links, newest first."""
    return _rows(connection, sa.true())


def of_dataset(connection: sa.Connection, dataset_id: int) -> list[InvitationRow]:
    """The links to one dataset, newest first."""
    return _rows(connection, invitations.c.dataset_id == dataset_id)


def withdraw(connection: sa.Connection, invitation_id: int) -> None:
    """Make a link invalid that was not used yet."""
    connection.execute(
        invitations.update()
        .where(
            invitations.c.id == invitation_id,
            invitations.c.used_at.is_(None),
            invitations.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now())
    )


def look(connection: sa.Connection, token: str, purpose: Purpose) -> InvitationRow:
    """Return the link of a token.

    Raises:
        InvitationGoneError: If it is not known, or was used or withdrawn, or has expired.
    """
    rows = _rows(
        connection,
        sa.and_(invitations.c.token_hash == token_hash(token), invitations.c.purpose == purpose),
    )
    if not rows:
        raise InvitationGoneError("This link is not known. Ask for a new one.")
    state = rows[0].state
    if state != "open":
        reason = {
            "used": "was used already",
            "withdrawn": "was withdrawn",
            "expired": "has expired",
        }[state]
        raise InvitationGoneError(f"This link {reason}. Ask for a new one.")
    return rows[0]


def join(
    connection: sa.Connection, token: str, *, name: str, full_name: str, password_hash: str
) -> users.UserRow:
    """Accept an invitation by making an account; the link is used up.

    Raises:
        InvitationGoneError: If the link cannot be used.
        InputError: If the name cannot be a login name or is taken.
    """
    invitation = look(connection, token, "join")
    user = users.add(
        connection,
        name,
        full_name=full_name,
        password_hash=password_hash,
        administrator=invitation.administrator,
    )
    _use(connection, invitation, user.id)
    return user


def accept(connection: sa.Connection, token: str, user_id: int) -> InvitationRow:
    """Accept an invitation with an account that is there already; the link is used up.

    A role that the user has in the dataset already is changed only to a higher one.

    Raises:
        InvitationGoneError: If the link cannot be used.
    """
    invitation = look(connection, token, "join")
    if invitation.administrator:
        users.set_administrator(connection, user_id, administrator=True)
    _use(connection, invitation, user_id)
    return invitation


def reset(connection: sa.Connection, token: str, hashed: str) -> users.UserRow:
    """Give a user the new password that they chose by a link; the link is used up.

    Raises:
        InvitationGoneError: If the link cannot be used or the user is locked out.
    """
    invitation = look(connection, token, "reset")
    user = users.get(connection, invitation.user_id or 0)
    if user is None or user.disabled_at is not None:
        raise InvitationGoneError("This account is locked. Ask an administrator to enable it.")
    users.set_password(connection, user.id, hashed)
    _use(connection, invitation, user.id)
    return user


def _create(connection: sa.Connection, days: int, **values: object) -> tuple[InvitationRow, str]:
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"A link is valid for 1 to {MOST_DAYS} days, not {days}.")
    token = new_token()
    moment = now()
    invitation_id = insert_one(
        connection,
        invitations,
        {
            "token_hash": token_hash(token),
            "created_at": moment,
            "expires_at": moment + timedelta(days=days),
            "client_key": f"invitation:{uuid4()}",
            **values,
        },
    )
    return _rows(connection, invitations.c.id == invitation_id)[0], token


def _use(connection: sa.Connection, invitation: InvitationRow, user_id: int) -> None:
    connection.execute(
        invitations.update()
        .where(invitations.c.id == invitation.id)
        .values(used_at=now(), user_id=user_id)
    )
    if invitation.dataset_id is not None and invitation.role is not None:
        grants.raise_to(connection, user_id, invitation.dataset_id, invitation.role)


def _rows(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[InvitationRow]:
    query = (
        sa.select(*_FIELDS)
        .select_from(
            invitations.outerjoin(datasets, datasets.c.id == invitations.c.dataset_id).outerjoin(
                user_table, user_table.c.id == invitations.c.user_id
            )
        )
        .where(condition)
        .order_by(invitations.c.id.desc())
    )
    return [InvitationRow(*row) for row in connection.execute(query)]
