"""Datasets: named collections of pictures, and the question that their labels answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa

from fieldguide.errors import UnknownNameError
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new
from fieldguide.records.schema import datasets, members, questions, versions

CLASS_QUESTION = "class"
"""The question that class folders and label columns answer."""


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """One dataset."""

    id: int
    name: str
    source: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """One line of the list of datasets."""

    name: str
    pictures: int
    versions: int
    source: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DatasetDetail:
    """A dataset with its description and number of pictures."""

    id: int
    name: str
    description: str
    pictures: int
    created_at: datetime


def details(
    connection: sa.Connection, dataset_ids: Sequence[int] | None = None
) -> list[DatasetDetail]:
    """Return some datasets, or all, sorted by name."""
    query = sa.select(
        datasets.c.id,
        datasets.c.name,
        datasets.c.description,
        _picture_count(),
        datasets.c.created_at,
    ).order_by(datasets.c.name)
    if dataset_ids is not None:
        query = query.where(datasets.c.id.in_(list(dataset_ids)))
    return [DatasetDetail(*row) for row in connection.execute(query)]


def describe(
    connection: sa.Connection,
    dataset_id: int,
    *,
    name: str | None = None,
    description: str | None = None,
) -> None:
    """Give a dataset another name or description; what is None stays."""
    values = {"name": name, "description": description}
    given = {key: value for key, value in values.items() if value is not None}
    if given:
        connection.execute(datasets.update().where(datasets.c.id == dataset_id).values(given))


def ensure(connection: sa.Connection, name: str, source: str) -> DatasetRow:
    """Return the dataset called ``name``, made now if it is not there.

    One without pictures, left by an import that brought none, takes over the source.
    """
    insert_new(
        connection,
        datasets,
        [{"name": name, "source": source, "created_at": now(), "client_key": f"dataset:{uuid4()}"}],
    )
    filled = sa.select(members.c.id).where(members.c.dataset_id == datasets.c.id).exists()
    connection.execute(
        datasets.update().where(datasets.c.name == name, ~filled).values(source=source)
    )
    return get(connection, name)


def get(connection: sa.Connection, name: str) -> DatasetRow:
    """Return the dataset called ``name``.

    Raises:
        UnknownNameError: If there is none.
    """
    found = find(connection, name)
    if found is None:
        raise UnknownNameError("dataset", name, names(connection))
    return found


def name_of(connection: sa.Connection, dataset_id: int) -> str:
    """Return the name of a dataset that exists."""
    query = sa.select(datasets.c.name).where(datasets.c.id == dataset_id)
    return str(connection.execute(query).scalar_one())


def identity(connection: sa.Connection, dataset_id: int) -> str:
    """Return what a dataset is known by outside: the same for ever, and telling nothing of it."""
    return hashlib.sha256(b"identity:" + _own_key(connection, dataset_id)).hexdigest()[:32]


def secret(connection: sa.Connection, dataset_id: int) -> bytes:
    """Return what only this dataset knows; it is never shown and never changes."""
    return hashlib.sha256(b"secret:" + _own_key(connection, dataset_id)).digest()


def find(connection: sa.Connection, name: str) -> DatasetRow | None:
    """Return the dataset called ``name``, or None."""
    row = connection.execute(
        sa.select(datasets.c.id, datasets.c.name, datasets.c.source, datasets.c.created_at).where(
            datasets.c.name == name
        )
    ).first()
    return None if row is None else DatasetRow(*row)


def names(connection: sa.Connection) -> list[str]:
    """All names, sorted."""
    return list(connection.scalars(sa.select(datasets.c.name).order_by(datasets.c.name)))


def summaries(connection: sa.Connection) -> list[DatasetSummary]:
    """One line per dataset, sorted by name."""
    pictures = _picture_count()
    frozen = (
        sa.select(sa.func.count())
        .select_from(versions)
        .where(versions.c.dataset_id == datasets.c.id)
        .scalar_subquery()
    )
    query = sa.select(
        datasets.c.name, pictures, frozen, datasets.c.source, datasets.c.created_at
    ).order_by(datasets.c.name)
    return [DatasetSummary(*row) for row in connection.execute(query)]


def _own_key(connection: sa.Connection, dataset_id: int) -> bytes:
    # Drawn at random when the dataset was made; whoever cannot read the records cannot guess it.
    query = sa.select(datasets.c.client_key).where(datasets.c.id == dataset_id)
    return str(connection.execute(query).scalar_one()).encode()


def _picture_count() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(members)
        .where(members.c.dataset_id == datasets.c.id, members.c.removed_at.is_(None))
        .scalar_subquery()
    )


def class_question(connection: sa.Connection, dataset_id: int) -> int:
    """Return the id of the dataset's class question, made now if it is not there."""
    insert_new(
        connection,
        questions,
        [
            {
                "dataset_id": dataset_id,
                "name": CLASS_QUESTION,
                "kind": "single",
                "created_at": now(),
                "client_key": f"question:{dataset_id}:{CLASS_QUESTION}",
            }
        ],
    )
    query = sa.select(questions.c.id).where(
        questions.c.dataset_id == dataset_id, questions.c.name == CLASS_QUESTION
    )
    return int(connection.execute(query).scalar_one())
