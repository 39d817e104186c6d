"""Models: runs promoted to a name, with numbered releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.errors import UnknownNameError
from fieldguide.records.clock import now
from fieldguide.records.schema import models


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One release of a model."""

    name: str
    number: int
    run_id: int
    stage: str
    created_at: datetime


def add(connection: sa.Connection, name: str, run_id: int) -> ModelRow:
    """Give a run the next number under ``name``; a run that has one keeps it."""
    same = _selection().where(models.c.name == name, models.c.run_id == run_id)
    found = connection.execute(same).first()
    if found is not None:
        return ModelRow(*found)
    last = connection.execute(
        sa.select(sa.func.max(models.c.number)).where(models.c.name == name)
    ).scalar()
    connection.execute(
        models.insert().values(
            name=name,
            number=(last or 0) + 1,
            run_id=run_id,
            stage="candidate",
            created_at=now(),
            client_key=f"model:{name}:{run_id}",
        )
    )
    return ModelRow(*connection.execute(same).one())


def newest(connection: sa.Connection, name: str) -> ModelRow:
    """Return the newest release of a model.

    Raises:
        UnknownNameError: If no model has that name.
    """
    query = _selection().where(models.c.name == name).order_by(models.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        known = connection.scalars(sa.select(models.c.name).distinct())
        raise UnknownNameError("model", name, known)
    return ModelRow(*row)


def of_run(connection: sa.Connection, run_id: int) -> ModelRow | None:
    """Return the release that a run became, or None."""
    row = connection.execute(_selection().where(models.c.run_id == run_id)).first()
    return None if row is None else ModelRow(*row)


def _selection() -> sa.Select[Any]:
    return sa.select(
        models.c.name, models.c.number, models.c.run_id, models.c.stage, models.c.created_at
    )
