"""Selections: chosen sets of pictures, such as those inside a line drawn on the map."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_one
from fieldguide.records.schema import members, selection_members, selections, views

KEPT = timedelta(days=30)
"""So long a selection is kept that no saved view names."""


def save(
    connection: sa.Connection, dataset_id: int, member_ids: Sequence[int], *, author: str
) -> int:
    """Keep a set of pictures and return its id; the same set of one author keeps its id.

    Pictures of other datasets are left out. Selections that have grown old go on this occasion.
    """
    _tidy(connection, dataset_id)
    wanted = sorted(set(member_ids))
    digest = hashlib.sha256(",".join(map(str, wanted)).encode()).hexdigest()
    key = f"selection:{dataset_id}:{author}:{digest}"
    same = sa.select(selections.c.id).where(selections.c.client_key == key)
    found = connection.execute(same).scalar()
    if found is not None:
        connection.execute(
            selections.update().where(selections.c.id == found).values(created_at=now())
        )
        return int(found)
    row = {"dataset_id": dataset_id, "author": author, "created_at": now(), "client_key": key}
    made = insert_one(connection, selections, row)
    for part in chunks(wanted):
        held = sa.select(sa.literal(made, sa.BigInteger), members.c.id).where(
            members.c.dataset_id == dataset_id, members.c.id.in_(part)
        )
        connection.execute(
            selection_members.insert().from_select(["selection_id", "member_id"], held)
        )
    return made


def author_of(connection: sa.Connection, dataset_id: int, selection_id: int) -> str | None:
    """Return who made a selection of a dataset, or None if there is no such selection in it."""
    query = sa.select(selections.c.author).where(
        selections.c.id == selection_id, selections.c.dataset_id == dataset_id
    )
    author: str | None = connection.execute(query).scalar()
    return author


def count(connection: sa.Connection, selection_id: int) -> int:
    """Count the pictures of a selection that are still there."""
    query = (
        sa.select(sa.func.count())
        .select_from(selection_members)
        .join(members, members.c.id == selection_members.c.member_id)
        .where(selection_members.c.selection_id == selection_id, members.c.removed_at.is_(None))
    )
    return int(connection.execute(query).scalar_one())


def member_ids(connection: sa.Connection, selection_id: int) -> list[int]:
    """Return the pictures of a selection that are still there, by id."""
    query = (
        sa.select(selection_members.c.member_id)
        .join(members, members.c.id == selection_members.c.member_id)
        .where(selection_members.c.selection_id == selection_id, members.c.removed_at.is_(None))
        .order_by(selection_members.c.member_id)
    )
    return list(connection.scalars(query))


def _tidy(connection: sa.Connection, dataset_id: int) -> None:
    old = sa.select(selections.c.id).where(
        selections.c.dataset_id == dataset_id, selections.c.created_at < now() - KEPT
    )
    saved = connection.scalars(sa.select(views.c.query).where(views.c.dataset_id == dataset_id))
    named = {part for query in saved for part in query.split("&")}
    for gone in list(connection.scalars(old)):
        if f"selection={gone}" not in named:
            connection.execute(
                selection_members.delete().where(selection_members.c.selection_id == gone)
            )
            connection.execute(selections.delete().where(selections.c.id == gone))
