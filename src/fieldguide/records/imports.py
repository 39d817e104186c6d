"""Imports: which source was read when, and what became of its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa

from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_one
from fieldguide.records.schema import imports


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import."""

    id: int
    started_at: datetime


def begin(connection: sa.Connection, dataset_id: int, source: str, format_name: str) -> ImportRow:
    """Record the start of an import; one of the same source that was cut short is taken up."""
    unfinished = sa.select(imports.c.id, imports.c.started_at).where(
        imports.c.dataset_id == dataset_id,
        imports.c.source == source,
        imports.c.format == format_name,
        imports.c.finished_at.is_(None),
    )
    found = connection.execute(unfinished.order_by(imports.c.id.desc()).limit(1)).first()
    if found is not None:
        return ImportRow(*found)
    moment = now()
    number = insert_one(
        connection,
        imports,
        {
            "dataset_id": dataset_id,
            "source": source,
            "format": format_name,
            "started_at": moment,
            "client_key": f"import:{uuid4()}",
        },
    )
    return ImportRow(number, moment)


def finish(connection: sa.Connection, import_id: int, outcomes: Mapping[str, int]) -> None:
    """Record the end of an import and how many files ended in each outcome."""
    connection.execute(
        imports.update()
        .where(imports.c.id == import_id)
        .values(finished_at=now(), outcomes=dict(outcomes))
    )


def latest(connection: sa.Connection, dataset_id: int) -> tuple[int, dict[str, int]] | None:
    """Number and outcomes of the dataset's last finished import, or None."""
    query = (
        sa.select(imports.c.id, imports.c.outcomes)
        .where(imports.c.dataset_id == dataset_id, imports.c.finished_at.is_not(None))
        .order_by(imports.c.id.desc())
        .limit(1)
    )
    found = connection.execute(query).first()
    return None if found is None else (found.id, dict(found.outcomes))
