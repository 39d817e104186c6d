"""Versions: immutable, numbered freezes of a dataset."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.errors import UnknownNameError
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new, insert_one
from fieldguide.records.schema import datasets, models, runs, version_items, versions
from fieldguide.types import ColumnValue

_ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class VersionItem:
    """One picture as it stood when the version was frozen.

    Attributes:
        member_id: The picture in the dataset.
        name: Its name.
        sha256: Hash of its bytes.
        label: Its class, or None without a label.
        certainty: Share of the votes that the label has, or None.
        part: ``train``, ``val`` or ``test``, or None when it is in no part.
        group: What it was photographed together with, or None.
        cluster: Shared by all pictures that must stay on one side of a split.
        votes: How many annotators answered; None in versions that did not keep it.
        columns: Values by column name; None where they were not kept or are not read.
        other_labels: What further questions say of it; see ``curate/versions/content.py``. None
            where it was not kept or is not read.
    """

    member_id: int
    name: str
    sha256: str
    label: str | None
    certainty: float | None
    part: str | None
    group: str | None
    cluster: str
    votes: int | None = None
    columns: Mapping[str, ColumnValue] | None = None
    other_labels: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version.

    Attributes:
        number: 1, 2, ... within its dataset.
        content_hash: SHA-256 over all that it holds; equal content has equal hash.
        split_id: How it was divided into parts; None where it was not.
        summary: Counts and findings noted when it was frozen.
        training_hash: SHA-256 over what training sees of it; None where it was not divided.
        question_id: The question whose labels it was divided by; None where none had to be.
        card: What the dataset was: its name, questions, classes, counts. None in versions that
            were frozen before this was kept.
        note: What its author said of it.
        author: Who froze it; empty where a training did.
    """

    id: int
    dataset: str
    number: int
    content_hash: str
    split_id: int | None
    summary: dict[str, Any]
    created_at: datetime
    training_hash: str | None
    question_id: int | None
    card: dict[str, Any] | None
    note: str
    author: str


@dataclass(frozen=True, slots=True)
class VersionUse:
    """A run on a version, and the model that it became.

    Attributes:
        run_id: The run.
        status: ``running`` or ``finished``.
        model: Name of the model, or None.
        release: The model's number, or None.
    """

    run_id: int
    status: str
    model: str | None
    release: int | None


def freeze(
    connection: sa.Connection,
    *,
    dataset_id: int,
    split_id: int | None,
    question_id: int | None,
    content_hash: str,
    items: Iterable[VersionItem],
    summary: Mapping[str, Any],
    training_hash: str | None = None,
    card: Mapping[str, Any] | None = None,
) -> int:
    """Store a version and return its id; equal content gives the version that is there already.

    The items are taken one after the other, so that they need not be in memory together.
    """
    found = find(connection, dataset_id, content_hash)
    if found is not None:
        return found
    last = connection.execute(
        sa.select(sa.func.max(versions.c.number)).where(versions.c.dataset_id == dataset_id)
    ).scalar()
    version_id = insert_one(
        connection,
        versions,
        {
            "dataset_id": dataset_id,
            "number": (last or 0) + 1,
            "content_hash": content_hash,
            "training_hash": training_hash,
            "split_id": split_id,
            "question_id": question_id,
            "summary": dict(summary),
            "card": None if card is None else dict(card),
            "created_at": now(),
            "client_key": f"version:{dataset_id}:{content_hash}",
        },
    )
    remaining = iter(items)
    while part := list(itertools.islice(remaining, _ROWS_AT_ONCE)):
        insert_new(connection, version_items, [_row(version_id, item) for item in part])
    return version_id


def find(connection: sa.Connection, dataset_id: int, content_hash: str) -> int | None:
    """Return the id of a dataset's version with that content, or None."""
    query = sa.select(versions.c.id).where(
        versions.c.dataset_id == dataset_id, versions.c.content_hash == content_hash
    )
    found: int | None = connection.execute(query).scalar()
    return found


def first_trained_alike(
    connection: sa.Connection, dataset_id: int, training_hash: str
) -> VersionRow | None:
    """Return a dataset's oldest version in which training sees that content, or None.

    The oldest, because the runs on it are the ones to be found again.
    """
    query = (
        _selection()
        .where(versions.c.dataset_id == dataset_id, versions.c.training_hash == training_hash)
        .order_by(versions.c.number)
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else VersionRow(*row)


def annotate(connection: sa.Connection, version_id: int, *, note: str, author: str) -> bool:
    """Give a version that has no note one; return whether it had none."""
    changed = connection.execute(
        versions.update()
        .where(versions.c.id == version_id, versions.c.note == "")
        .values(note=note, author=author)
    )
    return changed.rowcount > 0


def get(connection: sa.Connection, version_id: int) -> VersionRow:
    """Return one version."""
    return VersionRow(*connection.execute(_selection().where(versions.c.id == version_id)).one())


def of_dataset(connection: sa.Connection, dataset_id: int) -> list[VersionRow]:
    """Return a dataset's versions, newest first."""
    query = _selection().where(versions.c.dataset_id == dataset_id)
    return [
        VersionRow(*row) for row in connection.execute(query.order_by(versions.c.number.desc()))
    ]


def latest(connection: sa.Connection, dataset_id: int) -> VersionRow | None:
    """Return the newest version of a dataset, or None."""
    return _newest(connection, versions.c.dataset_id == dataset_id)


def latest_divided(connection: sa.Connection, dataset_id: int) -> VersionRow | None:
    """Return the newest version of a dataset that was divided into parts, or None."""
    return _newest(
        connection, sa.and_(versions.c.dataset_id == dataset_id, versions.c.split_id.is_not(None))
    )


def by_number(connection: sa.Connection, dataset_id: int, number: int) -> VersionRow:
    """Return the version with that number.

    Raises:
        UnknownNameError: If there is none.
    """
    query = _selection().where(versions.c.dataset_id == dataset_id, versions.c.number == number)
    row = connection.execute(query).first()
    if row is None:
        known = connection.scalars(
            sa.select(versions.c.number).where(versions.c.dataset_id == dataset_id)
        )
        raise UnknownNameError("version", str(number), [str(n) for n in known])
    return VersionRow(*row)


def items(connection: sa.Connection, version_id: int) -> list[VersionItem]:
    """All pictures of a version, sorted by name, without their columns and other labels."""
    query = (
        sa.select(*_ITEM)
        .where(version_items.c.version_id == version_id)
        .order_by(version_items.c.name, version_items.c.member_id)
    )
    return [VersionItem(*row) for row in connection.execute(query)]


def items_after(
    connection: sa.Connection, version_id: int, member_id: int, *, limit: int = _ROWS_AT_ONCE
) -> list[VersionItem]:
    """Return the next pictures of a version with all that it holds of them, by member id.

    Args:
        connection: Reads.
        version_id: The version.
        member_id: The last one that was read; 0 begins.
        limit: At most so many.
    """
    query = (
        sa.select(*_ITEM, version_items.c.columns, version_items.c.other_labels)
        .where(version_items.c.version_id == version_id, version_items.c.member_id > member_id)
        .order_by(version_items.c.member_id)
        .limit(limit)
    )
    return [VersionItem(*row) for row in connection.execute(query)]


def count_by_part(connection: sa.Connection, version_id: int) -> list[tuple[str | None, int, int]]:
    """Count a version's pictures, and those with a label, by part."""
    query = (
        sa.select(version_items.c.part, sa.func.count(), sa.func.count(version_items.c.label))
        .where(version_items.c.version_id == version_id)
        .group_by(version_items.c.part)
    )
    return [(part, int(all_), int(labelled)) for part, all_, labelled in connection.execute(query)]


def uses(connection: sa.Connection, version_ids: Sequence[int]) -> dict[int, list[VersionUse]]:
    """Return the runs on some versions and the models that they became, oldest first."""
    query = (
        sa.select(runs.c.version_id, runs.c.id, runs.c.status, models.c.name, models.c.number)
        .join(models, models.c.run_id == runs.c.id, isouter=True)
        .where(runs.c.version_id.in_(list(version_ids)))
        .order_by(runs.c.id, models.c.number)
    )
    found: dict[int, list[VersionUse]] = {}
    for version_id, *use in connection.execute(query):
        found.setdefault(version_id, []).append(VersionUse(*use))
    return found


_ITEM = (
    version_items.c.member_id,
    version_items.c.name,
    version_items.c.sha256,
    version_items.c.label,
    version_items.c.certainty,
    version_items.c.part,
    version_items.c.group_key,
    version_items.c.cluster,
    version_items.c.votes,
)


def _row(version_id: int, item: VersionItem) -> dict[str, Any]:
    return {
        "version_id": version_id,
        "member_id": item.member_id,
        "name": item.name,
        "sha256": item.sha256,
        "label": item.label,
        "certainty": item.certainty,
        "votes": item.votes,
        "part": item.part,
        "group_key": item.group,
        "cluster": item.cluster,
        "columns": item.columns,
        "other_labels": item.other_labels,
    }


def _newest(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> VersionRow | None:
    query = _selection().where(condition).order_by(versions.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else VersionRow(*row)


def _selection() -> sa.Select[Any]:
    return sa.select(
        versions.c.id,
        datasets.c.name,
        versions.c.number,
        versions.c.content_hash,
        versions.c.split_id,
        versions.c.summary,
        versions.c.created_at,
        versions.c.training_hash,
        versions.c.question_id,
        versions.c.card,
        versions.c.note,
        versions.c.author,
    ).join(datasets, datasets.c.id == versions.c.dataset_id)
