"""Members: the pictures of a dataset, each an image under a name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new
from fieldguide.records.schema import (
    column_values,
    columns,
    label_choices,
    labels,
    members,
    trash,
)
from fieldguide.types import ColumnValue


@dataclass(frozen=True, slots=True)
class NewMember:
    """A picture about to enter a dataset."""

    name: str
    sha256: str
    group: str | None = None
    part: str | None = None
    linked_path: str | None = None
    source: str | None = None
    columns: Mapping[str, ColumnValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A picture of a dataset."""

    id: int
    name: str
    sha256: str
    group: str | None
    part: str | None
    linked_path: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture belongs, and whether it is still there."""

    dataset_id: int
    sha256: str
    name: str
    removed: bool


def place(connection: sa.Connection, member_id: int) -> Place | None:
    """Return which dataset a picture belongs to, or None if there is no such picture."""
    row = connection.execute(_PLACE, {"picture": member_id}).first()
    if row is None:
        return None
    return Place(row.dataset_id, row.sha256, row.name, row.removed_at is not None)


def added_at(connection: sa.Connection, member_id: int) -> datetime:
    """Return when a picture entered its dataset."""
    query = sa.select(members.c.added_at).where(members.c.id == member_id)
    moment: datetime = connection.execute(query).scalar_one()
    return moment


def add(connection: sa.Connection, dataset_id: int, rows: Iterable[NewMember]) -> dict[str, int]:
    """Add pictures to a dataset and return the id of each name.

    A name that already holds the same bytes stays, with its part and link as the source gives them
    now, and its group and columns where it gives any: a group that was once known is not forgotten,
    because without it a split could leak. A name that holds other bytes is set aside: its old
    picture stays in the records with the time of its removal. What somebody put into the trash
    stays there.
    """
    wanted = list(rows)
    moment = now()
    known = _rows_of(connection, dataset_id, [row.name for row in wanted])
    fresh = [row for row in wanted if (row.name, row.sha256) not in known]
    hashes = {row.name: row.sha256 for row in wanted}
    outdated = [
        row.id
        for (name, sha256), row in known.items()
        if sha256 != hashes[name] and row.removed_at is None
    ]
    if outdated:
        take_out(connection, outdated, moment)
    trashed = _trashed(connection, [row.id for row in known.values() if row.removed_at is not None])
    for row in wanted:
        if (row.name, row.sha256) in known:
            held = known[row.name, row.sha256]
            _bring_up_to_date(connection, row, held, trashed=held.id in trashed)
    insert_new(
        connection,
        members,
        [
            {
                "dataset_id": dataset_id,
                "name": row.name,
                "sha256": row.sha256,
                "group_key": row.group,
                "given_part": row.part,
                "linked_path": row.linked_path,
                "source": row.source,
                "added_at": moment,
                "client_key": f"member:{dataset_id}:{row.sha256}:{row.name}",
            }
            for row in fresh
        ],
    )
    known.update(_rows_of(connection, dataset_id, [row.name for row in fresh]))
    ids = {row.name: known[row.name, row.sha256].id for row in wanted}
    new = {row.name for row in fresh}
    _set_columns(
        connection,
        dataset_id,
        {ids[row.name]: row.columns for row in wanted},
        replace={ids[row.name] for row in wanted if row.name not in new},
    )
    return ids


def of_dataset(connection: sa.Connection, dataset_id: int) -> list[MemberRow]:
    """All present pictures of a dataset, sorted by name."""
    query = (
        _selection()
        .where(members.c.dataset_id == dataset_id, members.c.removed_at.is_(None))
        .order_by(members.c.name)
    )
    return [MemberRow(*row) for row in connection.execute(query)]


def names_by_hash(connection: sa.Connection, dataset_id: int) -> dict[str, str]:
    """Map the name of each present picture to the hash of its bytes."""
    query = sa.select(members.c.name, members.c.sha256).where(
        members.c.dataset_id == dataset_id, members.c.removed_at.is_(None)
    )
    return {row.name: row.sha256 for row in connection.execute(query)}


def hashes(connection: sa.Connection, dataset_id: int) -> list[tuple[int, str]]:
    """Return the id of each present picture and the hash of its bytes, by id."""
    query = sa.select(members.c.id, members.c.sha256).where(
        members.c.dataset_id == dataset_id, members.c.removed_at.is_(None)
    )
    return [(row[0], row[1]) for row in connection.execute(query.order_by(members.c.id))]


@dataclass(frozen=True, slots=True)
class Held:
    """What a name held at a moment: the bytes' hash, and where they were imported from."""

    sha256: str
    source: str | None


def as_of(connection: sa.Connection, dataset_id: int, moment: datetime) -> dict[str, Held]:
    """Return what each name held that was present at a moment."""
    query = sa.select(members.c.name, members.c.sha256, members.c.source).where(
        members.c.dataset_id == dataset_id,
        members.c.added_at < moment,
        sa.or_(members.c.removed_at.is_(None), members.c.removed_at >= moment),
    )
    return {row.name: Held(row.sha256, row.source) for row in connection.execute(query)}


def set_aside(connection: sa.Connection, dataset_id: int, names: Sequence[str]) -> None:
    """Take pictures out of a dataset; they stay in the records with the time of their removal."""
    moment = now()
    for part in chunks(names):
        query = sa.select(members.c.id).where(
            members.c.dataset_id == dataset_id,
            members.c.name.in_(part),
            members.c.removed_at.is_(None),
        )
        take_out(connection, list(connection.scalars(query)), moment)


def linked_paths(connection: sa.Connection, sha256: str) -> list[MemberRow]:
    """Pictures with these bytes that were left where they are."""
    query = _selection().where(members.c.sha256 == sha256, members.c.linked_path.is_not(None))
    return [MemberRow(*row) for row in connection.execute(query)]


def column_names(connection: sa.Connection, dataset_id: int) -> list[str]:
    """Names of a dataset's columns, sorted."""
    query = (
        sa.select(columns.c.name).where(columns.c.dataset_id == dataset_id).order_by(columns.c.name)
    )
    return list(connection.scalars(query))


def column(connection: sa.Connection, dataset_id: int, name: str) -> dict[int, ColumnValue]:
    """Values of one column by member id; pictures without a value are left out."""
    query = (
        sa.select(column_values.c.member_id, column_values.c.number, column_values.c.text)
        .join(columns, columns.c.id == column_values.c.column_id)
        .where(columns.c.dataset_id == dataset_id, columns.c.name == name)
    )
    return {
        row.member_id: row.number if row.number is not None else row.text
        for row in connection.execute(query)
    }


def take_out(connection: sa.Connection, ids: Sequence[int], moment: datetime) -> None:
    """Take pictures out of their dataset by id; their votes stay."""
    for part in chunks(ids):
        connection.execute(members.update().where(members.c.id.in_(part)).values(removed_at=moment))
        # The tables of labels hold present pictures only; the votes stay.
        connection.execute(labels.delete().where(labels.c.member_id.in_(part)))
        connection.execute(label_choices.delete().where(label_choices.c.member_id.in_(part)))


def _selection() -> sa.Select[Any]:
    return sa.select(
        members.c.id,
        members.c.name,
        members.c.sha256,
        members.c.group_key,
        members.c.given_part,
        members.c.linked_path,
        members.c.source,
    )


def _rows_of(
    connection: sa.Connection, dataset_id: int, names: list[str]
) -> dict[tuple[str, str], sa.Row[Any]]:
    """Return all rows under some names, removed ones too, by name and hash."""
    found: dict[tuple[str, str], sa.Row[Any]] = {}
    for start in range(0, len(names), 500):
        query = (
            _selection()
            .add_columns(members.c.removed_at)
            .where(
                members.c.dataset_id == dataset_id,
                members.c.name.in_(names[start : start + 500]),
            )
        )
        found.update({(row.name, row.sha256): row for row in connection.execute(query)})
    return found


def _trashed(connection: sa.Connection, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for part in chunks(ids):
        query = sa.select(trash.c.member_id).where(
            trash.c.member_id.in_(part), trash.c.restored_at.is_(None)
        )
        found.update(connection.scalars(query))
    return found


def _bring_up_to_date(
    connection: sa.Connection, row: NewMember, known: sa.Row[Any], *, trashed: bool
) -> None:
    values = {
        "group_key": row.group or known.group_key,
        "given_part": row.part,
        "linked_path": row.linked_path,
        "source": row.source,
        "removed_at": known.removed_at if trashed else None,
    }
    if any(getattr(known, name) != value for name, value in values.items()):
        connection.execute(members.update().where(members.c.id == known.id).values(values))


def _set_columns(
    connection: sa.Connection,
    dataset_id: int,
    values: Mapping[int, Mapping[str, ColumnValue]],
    *,
    replace: Collection[int],
) -> None:
    kinds: dict[str, str] = {}
    for row in values.values():
        for name, value in row.items():
            if value is not None:
                kinds.setdefault(name, "text" if isinstance(value, str) else "number")
    if not any(values.values()):
        return
    insert_new(
        connection,
        columns,
        [{"dataset_id": dataset_id, "name": n, "kind": k} for n, k in sorted(kinds.items())],
    )
    ids = {
        row.name: row.id
        for row in connection.execute(
            sa.select(columns.c.name, columns.c.id).where(columns.c.dataset_id == dataset_id)
        )
    }
    cells = [
        {
            "member_id": member_id,
            "column_id": ids[name],
            "number": None if isinstance(value, str) else value,
            "text": value if isinstance(value, str) else None,
        }
        for member_id, row in values.items()
        for name, value in row.items()
        if value is not None
    ]
    for name, column_id in ids.items():
        # Only what a row itself says anew is replaced: a picture that is known already is not
        # decoded again, and its own columns then say nothing.
        said = sorted(m for m in replace if name in values[m])
        for start in range(0, len(said), 500):
            connection.execute(
                column_values.delete().where(
                    column_values.c.member_id.in_(said[start : start + 500]),
                    column_values.c.column_id == column_id,
                )
            )
    insert_new(connection, column_values, cells)


_PLACE = sa.select(
    members.c.dataset_id, members.c.sha256, members.c.name, members.c.removed_at
).where(members.c.id == sa.bindparam("picture"))
