"""Splits: which part each picture of a dataset is in. A picture's part never changes in a split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new
from fieldguide.records.schema import members, split_parts, splits


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One split.

    Attributes:
        origin: ``"made"`` by Fieldguide or ``"given"`` with the data.
        seed: What the order of assignment was drawn from.
        fractions: Share of each part that was aimed at; empty for a given split.
    """

    id: int
    origin: str
    seed: int
    fractions: dict[str, float]


def ensure(
    connection: sa.Connection,
    dataset_id: int,
    *,
    origin: str,
    seed: int,
    fractions: Mapping[str, float],
) -> SplitRow:
    """Return the dataset's split of that kind, made (empty) now if it is not there."""
    shares = ",".join(f"{part}={fractions[part]:.6f}" for part in sorted(fractions))
    key = f"split:{dataset_id}:{origin}:{seed}:{shares}"
    insert_new(
        connection,
        splits,
        [
            {
                "dataset_id": dataset_id,
                "origin": origin,
                "seed": seed,
                "fractions": dict(fractions),
                "created_at": now(),
                "client_key": key,
            }
        ],
    )
    query = sa.select(splits.c.id, splits.c.origin, splits.c.seed, splits.c.fractions).where(
        splits.c.client_key == key
    )
    return SplitRow(*connection.execute(query).one())


def get(connection: sa.Connection, split_id: int) -> SplitRow:
    """Return one split."""
    query = sa.select(splits.c.id, splits.c.origin, splits.c.seed, splits.c.fractions).where(
        splits.c.id == split_id
    )
    return SplitRow(*connection.execute(query).one())


def parts(connection: sa.Connection, split_id: int) -> dict[int, str]:
    """Part of each picture by member id."""
    query = sa.select(split_parts.c.member_id, split_parts.c.part).where(
        split_parts.c.split_id == split_id
    )
    return {row.member_id: row.part for row in connection.execute(query)}


def parts_by_hash(connection: sa.Connection, split_id: int) -> dict[str, str]:
    """Part of each image by the hash of its bytes, also of pictures that left the dataset."""
    query = (
        sa.select(members.c.sha256, split_parts.c.part)
        .join(members, members.c.id == split_parts.c.member_id)
        .where(split_parts.c.split_id == split_id)
        .order_by(split_parts.c.member_id)
    )
    return {row.sha256: row.part for row in connection.execute(query)}


def assign(connection: sa.Connection, split_id: int, assigned: Mapping[int, str]) -> None:
    """Put pictures into parts; one that has a part already keeps it."""
    insert_new(
        connection,
        split_parts,
        [
            {"split_id": split_id, "member_id": member, "part": part}
            for member, part in assigned.items()
        ],
    )


def replace(connection: sa.Connection, split_id: int, assigned: Mapping[int, str]) -> None:
    """Take over the parts that came with the data, in place of what was noted before."""
    connection.execute(split_parts.delete().where(split_parts.c.split_id == split_id))
    assign(connection, split_id, assigned)
