"""Classes of a question: added, changed and undone, with never a vote lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.records import questions
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new, insert_one, insert_or_update
from fieldguide.records.schema import answers, choice_aliases, choices, question_edits

_KEPT = (
    "name",
    "position",
    "key",
    "colour",
    "description",
    "parent_id",
    "merged_into",
    "split_at",
    "archived_at",
)


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a question's classes, as its history shows it."""

    id: int
    kind: str
    summary: str
    author: str
    created_at: datetime
    undone_at: datetime | None


def add(connection: sa.Connection, question_id: int, values: Mapping[str, Any]) -> int:
    """Add a class and return its id."""
    return insert_one(connection, choices, {"question_id": question_id, **values})


def change(connection: sa.Connection, choice_id: int, values: Mapping[str, Any]) -> None:
    """Give a class these values."""
    connection.execute(choices.update().where(choices.c.id == choice_id).values(**values))


def alias(connection: sa.Connection, question_id: int, name: str, choice_id: int) -> None:
    """Let a name that a class no longer has go on meaning it, for files that still use it."""
    row = {"question_id": question_id, "name": name, "choice_id": choice_id}
    insert_or_update(connection, choice_aliases, [row], keys=("question_id", "name"))


def snapshot(connection: sa.Connection, question_id: int) -> dict[str, dict[str, Any]]:
    """Return all classes of a question as JSON can hold them, by id."""
    query = sa.select(choices).where(choices.c.question_id == question_id)
    return {
        str(row["id"]): {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in row.items()
            if name in _KEPT
        }
        for row in connection.execute(query).mappings()
    }


def record_edit(
    connection: sa.Connection,
    question_id: int,
    *,
    kind: str,
    summary: str,
    before: Mapping[str, Any],
    author: str,
    client_key: str,
) -> None:
    """Keep what the classes were before a change, so that it can be undone."""
    row = {
        "question_id": question_id,
        "kind": kind,
        "summary": summary,
        "before": dict(before),
        "author": author,
        "created_at": now(),
        "client_key": client_key,
    }
    insert_new(connection, question_edits, [row])


def edits(connection: sa.Connection, question_id: int, *, limit: int = 100) -> list[Edit]:
    """Return the latest changes of a question's classes, newest first."""
    query = (
        sa.select(
            question_edits.c.id,
            question_edits.c.kind,
            question_edits.c.summary,
            question_edits.c.author,
            question_edits.c.created_at,
            question_edits.c.undone_at,
        )
        .where(question_edits.c.question_id == question_id)
        .order_by(question_edits.c.id.desc())
        .limit(limit)
    )
    return [Edit(*row) for row in connection.execute(query)]


def undo(connection: sa.Connection, question_id: int, edit_id: int) -> None:
    """Bring the classes back to what they were before an edit.

    Classes that it brought are archived, not deleted: votes may name them.
    """
    held = connection.execute(
        sa.select(question_edits.c.before).where(question_edits.c.id == edit_id)
    ).scalar_one()
    moment = now()
    present = snapshot(connection, question_id)
    # Names are unique: all are first put out of the way, so that two can change places.
    for choice_id in present:
        change(connection, int(choice_id), {"name": f"\x1f{choice_id}"})
    kept = set()
    for choice_id, values in held.items():
        kept.add(values["name"])
        change(connection, int(choice_id), _restored(values))
    for choice_id, values in present.items():
        if choice_id not in held:
            name = values["name"]
            while name in kept:
                name = f"{name} (undone)"
            kept.add(name)
            change(connection, int(choice_id), {"name": name, "archived_at": moment})
    connection.execute(
        question_edits.update().where(question_edits.c.id == edit_id).values(undone_at=moment)
    )
    questions.changed(connection, question_id)


def answered_with(
    connection: sa.Connection, question_id: int, choice_ids: Sequence[int]
) -> list[int]:
    """Return the pictures about which somebody's standing answer is one of these classes."""
    query = (
        sa.select(answers.c.member_id)
        .where(answers.c.question_id == question_id, answers.c.choice_id.in_(list(choice_ids)))
        .distinct()
    )
    return list(connection.scalars(query))


def _restored(values: Mapping[str, Any]) -> dict[str, Any]:
    moments = ("split_at", "archived_at")
    return {
        name: datetime.fromisoformat(value) if name in moments and value else value
        for name, value in values.items()
    }
