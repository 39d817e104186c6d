"""Dismissals: cases of quality checks that somebody has looked at and found to be all right.

Findings are not stored; they are found anew. A dismissed case is known by its check and its key,
and stays dismissed until somebody takes that back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new
from fieldguide.records.schema import dismissals

CaseId = tuple[str, str]
"""Name of a check, and the key of one of its cases."""


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A case that somebody dismissed, and whether that still stands."""

    check: str
    case_key: str
    reason: str
    author: str
    dismissed_at: datetime
    undone_by: str | None
    undone_at: datetime | None


def dismissed(connection: sa.Connection, dataset_id: int) -> set[CaseId]:
    """Return the cases of a dataset that are dismissed, each as (check, key)."""
    query = sa.select(dismissals.c.check_name, dismissals.c.case_key).where(
        dismissals.c.dataset_id == dataset_id, dismissals.c.undone_at.is_(None)
    )
    return {(row.check_name, row.case_key) for row in connection.execute(query)}


def dismiss(
    connection: sa.Connection,
    dataset_id: int,
    cases: Sequence[CaseId],
    *,
    author: str,
    reason: str,
    client_key: str,
) -> int:
    """Dismiss cases; one that is dismissed already stays as it is.

    Args:
        connection: A writing connection.
        dataset_id: The dataset.
        cases: Each as (check, key).
        author: Who says so.
        reason: Why; may be empty.
        client_key: Tells this call from all others: a second one with the same key changes
            nothing, also where its dismissals have been taken back since.

    Returns:
        How many cases were dismissed by this call.
    """
    standing = dismissed(connection, dataset_id)
    fresh = [case for case in dict.fromkeys(cases) if case not in standing]
    moment = now()
    rows = [
        {
            "dataset_id": dataset_id,
            "check_name": check,
            "case_key": key,
            "reason": reason,
            "author": author,
            "dismissed_at": moment,
            "client_key": f"dismissal:{dataset_id}:{client_key}:{check}:{key}",
        }
        for check, key in fresh
    ]
    insert_new(connection, dismissals, rows)
    return len(dismissed(connection, dataset_id)) - len(standing)


def undo(
    connection: sa.Connection, dataset_id: int, cases: Iterable[CaseId], *, author: str
) -> int:
    """Take dismissals back, so that the cases are shown again.

    Returns:
        How many cases were dismissed and are not any more.
    """
    keys: dict[str, list[str]] = {}
    for check, key in dict.fromkeys(cases):
        keys.setdefault(check, []).append(key)
    moment, undone = now(), 0
    for check, of_check in keys.items():
        for part in chunks(of_check):
            changed = connection.execute(
                dismissals.update()
                .where(
                    dismissals.c.dataset_id == dataset_id,
                    dismissals.c.check_name == check,
                    dismissals.c.case_key.in_(part),
                    dismissals.c.undone_at.is_(None),
                )
                .values(undone_by=author, undone_at=moment)
            )
            undone += changed.rowcount
    return undone


def of_dataset(
    connection: sa.Connection, dataset_id: int, *, undone: bool = False
) -> list[Dismissal]:
    """Return a dataset's dismissals, the newest first.

    Args:
        connection: A reading connection.
        dataset_id: The dataset.
        undone: Whether to give those too that were taken back.
    """
    query = sa.select(
        dismissals.c.check_name,
        dismissals.c.case_key,
        dismissals.c.reason,
        dismissals.c.author,
        dismissals.c.dismissed_at,
        dismissals.c.undone_by,
        dismissals.c.undone_at,
    ).where(dismissals.c.dataset_id == dataset_id)
    if not undone:
        query = query.where(dismissals.c.undone_at.is_(None))
    return [Dismissal(*row) for row in connection.execute(query.order_by(dismissals.c.id.desc()))]
