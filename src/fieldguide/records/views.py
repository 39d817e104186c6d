"""Saved views: a filter of a dataset's grid under a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_or_update
from fieldguide.records.schema import views


@dataclass(frozen=True, slots=True)
class View:
    """A saved view; ``query`` is the part of the address after ``?``."""

    id: int
    name: str
    query: str
    author: str
    created_at: datetime


def save(connection: sa.Connection, dataset_id: int, *, name: str, query: str, author: str) -> View:
    """Save a view; one of the same name is replaced."""
    row = {
        "dataset_id": dataset_id,
        "name": name,
        "query": query,
        "author": author,
        "created_at": now(),
        "client_key": f"view:{dataset_id}:{name}",
    }
    insert_or_update(connection, views, [row], keys=("dataset_id", "name"))
    return next(view for view in of_dataset(connection, dataset_id) if view.name == name)


def of_dataset(connection: sa.Connection, dataset_id: int) -> list[View]:
    """Return a dataset's views, sorted by name."""
    query = (
        sa.select(views.c.id, views.c.name, views.c.query, views.c.author, views.c.created_at)
        .where(views.c.dataset_id == dataset_id)
        .order_by(views.c.name)
    )
    return [View(*row) for row in connection.execute(query)]


def remove(connection: sa.Connection, dataset_id: int, view_id: int) -> bool:
    """Forget a view; tell whether there was one."""
    gone = connection.execute(
        views.delete().where(views.c.dataset_id == dataset_id, views.c.id == view_id)
    )
    return gone.rowcount > 0
