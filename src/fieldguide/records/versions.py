"""Versions: immutable, numbered freezes of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.errors import UnknownNameError
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new, insert_one
from fieldguide.records.schema import datasets, version_items, versions


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
    """

    member_id: int
    name: str
    sha256: str
    label: str | None
    certainty: float | None
    part: str | None
    group: str | None
    cluster: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version.

    Attributes:
        number: 1, 2, ... within its dataset.
        content_hash: SHA-256 over its items; equal content has equal hash.
        summary: Counts and findings noted when it was frozen.
    """

    id: int
    dataset: str
    number: int
    content_hash: str
    split_id: int
    summary: dict[str, Any]
    created_at: datetime


def freeze(
    connection: sa.Connection,
    *,
    dataset_id: int,
    split_id: int,
    question_id: int,
    content_hash: str,
    items: Sequence[VersionItem],
    summary: Mapping[str, Any],
) -> int:
    """Store a version and return its id; equal content gives the version that is there already."""
    same = sa.select(versions.c.id).where(
        versions.c.dataset_id == dataset_id, versions.c.content_hash == content_hash
    )
    found = connection.execute(same).scalar()
    if found is not None:
        return int(found)
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
            "split_id": split_id,
            "question_id": question_id,
            "summary": dict(summary),
            "created_at": now(),
            "client_key": f"version:{dataset_id}:{content_hash}",
        },
    )
    insert_new(
        connection,
        version_items,
        [
            {
                "version_id": version_id,
                "member_id": item.member_id,
                "name": item.name,
                "sha256": item.sha256,
                "label": item.label,
                "certainty": item.certainty,
                "part": item.part,
                "group_key": item.group,
                "cluster": item.cluster,
            }
            for item in items
        ],
    )
    return version_id


def get(connection: sa.Connection, version_id: int) -> VersionRow:
    """Return one version."""
    return VersionRow(*connection.execute(_selection().where(versions.c.id == version_id)).one())


def latest(connection: sa.Connection, dataset_id: int) -> VersionRow | None:
    """Return the newest version of a dataset, or None."""
    query = (
        _selection()
        .where(versions.c.dataset_id == dataset_id)
        .order_by(versions.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else VersionRow(*row)


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
    """All pictures of a version, sorted by name."""
    query = (
        sa.select(
            version_items.c.member_id,
            version_items.c.name,
            version_items.c.sha256,
            version_items.c.label,
            version_items.c.certainty,
            version_items.c.part,
            version_items.c.group_key,
            version_items.c.cluster,
        )
        .where(version_items.c.version_id == version_id)
        .order_by(version_items.c.name, version_items.c.member_id)
    )
    return [VersionItem(*row) for row in connection.execute(query)]


def _selection() -> sa.Select[Any]:
    return sa.select(
        versions.c.id,
        datasets.c.name,
        versions.c.number,
        versions.c.content_hash,
        versions.c.split_id,
        versions.c.summary,
        versions.c.created_at,
    ).join(datasets, datasets.c.id == versions.c.dataset_id)
