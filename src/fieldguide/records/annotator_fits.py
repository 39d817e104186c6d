"""Fits: how well each annotator knows each class, as last computed; a cache made from votes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_or_update
from fieldguide.records.schema import annotator_fits


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit as JSON holds it, with the newest vote that it has seen."""

    fit: dict[str, Any]
    last_vote_id: int
    fitted_at: datetime


def keep(
    connection: sa.Connection, question_id: int, fit: dict[str, Any], last_vote_id: int
) -> None:
    """Keep a fit in place of the last one."""
    row = {
        "question_id": question_id,
        "fit": fit,
        "last_vote_id": last_vote_id,
        "fitted_at": now(),
    }
    insert_or_update(connection, annotator_fits, [row], keys=("question_id",))


def find(connection: sa.Connection, question_id: int) -> Fit | None:
    """Return a question's fit, or None."""
    row = connection.execute(
        sa.select(
            annotator_fits.c.fit, annotator_fits.c.last_vote_id, annotator_fits.c.fitted_at
        ).where(annotator_fits.c.question_id == question_id)
    ).first()
    return None if row is None else Fit(row.fit, row.last_vote_id, row.fitted_at)
