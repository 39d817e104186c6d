"""Grants: who has which role in which dataset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_or_update
from fieldguide.records.schema import datasets, grants, questions, users
from fieldguide.types import ROLES, Role


class LastMaintainerError(InputError):
    """Without this maintainer nobody would look after the dataset."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A user's role in a dataset, which is named as well."""

    dataset_id: int
    dataset: str
    role: Role


@dataclass(frozen=True, slots=True)
class Standing:
    """How a user stands to a dataset that exists; ``role`` is None if they have none there."""

    dataset_id: int
    role: Role | None


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with a role in a dataset."""

    user_id: int
    name: str
    full_name: str
    role: Role
    granted_at: datetime
    disabled: bool


_FIND = (
    sa.select(datasets.c.id, grants.c.role)
    .select_from(
        datasets.outerjoin(
            grants,
            sa.and_(grants.c.dataset_id == datasets.c.id, grants.c.user_id == sa.bindparam("user")),
        )
    )
    .where(datasets.c.id == sa.bindparam("dataset"))
)


_FIND_FOR_QUESTION = (
    sa.select(questions.c.dataset_id, grants.c.role, questions.c.revision)
    .select_from(
        questions.outerjoin(
            grants,
            sa.and_(
                grants.c.dataset_id == questions.c.dataset_id,
                grants.c.user_id == sa.bindparam("user"),
            ),
        )
    )
    .where(questions.c.id == sa.bindparam("question"))
)


def find(connection: sa.Connection, user_id: int, dataset_id: int) -> Standing | None:
    """Return how a user stands to a dataset; None if there is no such dataset."""
    row = connection.execute(_FIND, {"user": user_id, "dataset": dataset_id}).first()
    return None if row is None else Standing(*row)


def find_for_question(
    connection: sa.Connection, user_id: int, question_id: int
) -> tuple[Standing, int] | None:
    """Return how a user stands to a question's dataset, and the question's revision.

    Returns:
        None if there is no such question.
    """
    row = connection.execute(_FIND_FOR_QUESTION, {"user": user_id, "question": question_id}).first()
    return None if row is None else (Standing(row.dataset_id, row.role), row.revision)


def of_user(connection: sa.Connection, user_id: int) -> list[Grant]:
    """All roles of a user, sorted by dataset."""
    query = (
        sa.select(datasets.c.id, datasets.c.name, grants.c.role)
        .join(grants, grants.c.dataset_id == datasets.c.id)
        .where(grants.c.user_id == user_id)
        .order_by(datasets.c.name)
    )
    return [Grant(*row) for row in connection.execute(query)]


def people(connection: sa.Connection, dataset_id: int) -> list[Person]:
    """Everyone with a role in a dataset, sorted by name."""
    query = (
        sa.select(
            users.c.id,
            users.c.name,
            users.c.full_name,
            grants.c.role,
            grants.c.granted_at,
            users.c.disabled_at.is_not(None),
        )
        .join(grants, grants.c.user_id == users.c.id)
        .where(grants.c.dataset_id == dataset_id)
        .order_by(sa.func.lower(users.c.name))
    )
    return [Person(*row) for row in connection.execute(query)]


def give(connection: sa.Connection, user_id: int, dataset_id: int, role: Role) -> None:
    """Give a user a role in a dataset, in place of the one they have there.

    Raises:
        LastMaintainerError: If that would leave the dataset without a maintainer: see ``revoke``.
    """
    if role != "maintainer":
        _keep_a_maintainer(connection, user_id, dataset_id)
    insert_or_update(
        connection,
        grants,
        [{"user_id": user_id, "dataset_id": dataset_id, "role": role, "granted_at": now()}],
        keys=("user_id", "dataset_id"),
    )


def revoke(connection: sa.Connection, user_id: int, dataset_id: int) -> bool:
    """Take a user's role in a dataset away; False if they had none.

    A dataset that has a maintainer who can sign in keeps one. Administrators do not count: they may
    do all in every dataset, but look after the installation, and may not know the group; whoever of
    them looks after the dataset as well can be named its maintainer. A dataset that never had a
    maintainer, or whose last one was locked out, is still theirs to hand over.

    Raises:
        LastMaintainerError: If the user is the dataset's only maintainer who can sign in.
    """
    _keep_a_maintainer(connection, user_id, dataset_id)
    done = connection.execute(
        grants.delete().where(grants.c.user_id == user_id, grants.c.dataset_id == dataset_id)
    )
    return done.rowcount > 0


def raise_to(connection: sa.Connection, user_id: int, dataset_id: int, role: Role) -> None:
    """Give a user a role in a dataset, unless the one that they have there is higher."""
    found = find(connection, user_id, dataset_id)
    held = None if found is None else found.role
    if held is None or ROLES.index(held) < ROLES.index(role):
        give(connection, user_id, dataset_id, role)


def _keep_a_maintainer(connection: sa.Connection, user_id: int, dataset_id: int) -> None:
    query = (
        sa.select(users.c.id)
        .join(grants, grants.c.user_id == users.c.id)
        .where(
            grants.c.dataset_id == dataset_id,
            grants.c.role == "maintainer",
            users.c.disabled_at.is_(None),
        )
    )
    if list(connection.scalars(query)) == [user_id]:
        raise LastMaintainerError(
            "This is the dataset's only maintainer who can sign in. Make somebody else a "
            "maintainer of it first."
        )
