"""Runs: one execution of a recipe on a version; and who read which part when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.errors import UnknownNameError
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new, insert_one
from fieldguide.records.schema import datasets, readings, runs, version_items, versions

RUNNING = "running"
FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run."""

    id: int
    version_id: int
    dataset: str
    version: int
    recipe: dict[str, Any]
    status: str
    started_at: datetime
    finished_at: datetime | None
    metrics: dict[str, Any] | None


def begin(
    connection: sa.Connection, version_id: int, recipe: Mapping[str, Any], client_key: str
) -> RunRow:
    """Return the run with that key, begun now if it is not there.

    A run that was cut short is found again by its key and taken up.
    """
    found = connection.execute(sa.select(runs.c.id).where(runs.c.client_key == client_key)).scalar()
    if found is None:
        row = {
            "version_id": version_id,
            "recipe": dict(recipe),
            "status": RUNNING,
            "started_at": now(),
            "client_key": client_key,
        }
        found = insert_one(connection, runs, row)
    return get(connection, found)


def finish(connection: sa.Connection, run_id: int, metrics: Mapping[str, Any]) -> None:
    """Record what a run gave."""
    connection.execute(
        runs.update()
        .where(runs.c.id == run_id)
        .values(status=FINISHED, finished_at=now(), metrics=dict(metrics))
    )


def get(connection: sa.Connection, run_id: int) -> RunRow:
    """Return one run.

    Raises:
        UnknownNameError: If there is none with that id.
    """
    row = connection.execute(_selection().where(runs.c.id == run_id)).first()
    if row is None:
        known = connection.scalars(sa.select(runs.c.id).order_by(runs.c.id))
        raise UnknownNameError("run", str(run_id), [str(n) for n in known])
    return RunRow(*row)


def all_of(connection: sa.Connection, dataset: str | None = None) -> list[RunRow]:
    """All runs, or those of one dataset, oldest first."""
    query = _selection().order_by(runs.c.id)
    if dataset is not None:
        query = query.where(datasets.c.name == dataset)
    return [RunRow(*row) for row in connection.execute(query)]


def note_reading(
    connection: sa.Connection, version_id: int, run_id: int, part: str, client_key: str
) -> None:
    """Record that a run's model was measured on a part; a repeated key counts once."""
    insert_new(
        connection,
        readings,
        [
            {
                "version_id": version_id,
                "run_id": run_id,
                "part": part,
                "read_at": now(),
                "client_key": client_key,
            }
        ],
    )


def count_readings(connection: sa.Connection, version_id: int, run_id: int) -> tuple[int, int]:
    """Count how often this run's model read the test part, and how many models read any of it.

    Other versions count where their test part shares pictures with this one's: a picture that was
    added, or another seed, does not make a test part unseen again.
    """
    own = connection.execute(
        sa.select(sa.func.count()).where(
            readings.c.version_id == version_id,
            readings.c.run_id == run_id,
            readings.c.part == "test",
        )
    ).scalar_one()
    mine, other = version_items.alias(), version_items.alias()
    shared = (
        sa.select(other.c.version_id)
        .join(mine, mine.c.sha256 == other.c.sha256)
        .where(mine.c.version_id == version_id, mine.c.part == "test", other.c.part == "test")
    )
    models = connection.execute(
        sa.select(sa.func.count(sa.distinct(readings.c.run_id))).where(
            readings.c.part == "test", readings.c.version_id.in_(shared)
        )
    ).scalar_one()
    return int(own), int(models)


def _selection() -> sa.Select[Any]:
    return (
        sa.select(
            runs.c.id,
            runs.c.version_id,
            datasets.c.name,
            versions.c.number,
            runs.c.recipe,
            runs.c.status,
            runs.c.started_at,
            runs.c.finished_at,
            runs.c.metrics,
        )
        .join(versions, versions.c.id == runs.c.version_id)
        .join(datasets, datasets.c.id == versions.c.dataset_id)
    )
