"""Insert rows that may be there already, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_one(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> int:
    """Insert a row and return its id."""
    statement = table.insert().values(**row).returning(table.c.id)
    return int(connection.execute(statement).scalar_one())


def insert_new(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert the rows whose keys are new; rows that are there already stay as they are."""
    if not rows:
        return
    insert = _insert(connection.dialect.name)
    connection.execute(insert(table).on_conflict_do_nothing(), list(rows))


def insert_if_new(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> int | None:
    """Insert a row and return its id; None when one of its keys is there already."""
    statement = _returning_id(connection.dialect.name, table, tuple(row))
    found: int | None = connection.execute(statement, dict(row)).scalar()
    return found


def insert_or_update(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keys: Sequence[str],
    keep: Sequence[str] = (),
) -> None:
    """Insert rows; where one with the same keys is there, give it these values.

    Args:
        connection: A writing connection.
        table: The table.
        rows: All with the same names.
        keys: The columns of a unique constraint.
        keep: Columns whose value stays where the row is there already.
    """
    if not rows:
        return
    statement = _changing(connection.dialect.name, table, tuple(rows[0]), tuple(keys), tuple(keep))
    connection.execute(statement, list(rows))


# Putting a statement together costs more than running it, so each is made once.


@lru_cache
def _returning_id(dialect: str, table: sa.Table, names: tuple[str, ...]) -> Any:
    values: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    return _insert(dialect)(table).values(values).on_conflict_do_nothing().returning(table.c.id)


@lru_cache
def _changing(
    dialect: str,
    table: sa.Table,
    names: tuple[str, ...],
    keys: tuple[str, ...],
    keep: tuple[str, ...],
) -> Any:
    values: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    statement = _insert(dialect)(table).values(values)
    changes = {name: statement.excluded[name] for name in names if name not in (*keys, *keep)}
    if not changes:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(index_elements=list(keys), set_=changes)


def _insert(dialect: str) -> Any:
    return postgresql.insert if dialect == "postgresql" else sqlite.insert
