"""Votes: one answer by one annotator at one time. They are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import sqlalchemy as sa

from fieldguide.records.inserting import insert_new
from fieldguide.records.schema import choices, now, votes

IMPORT_ANNOTATOR = "import"
"""The annotator under which class folders and label columns vote."""


def add_imported(
    connection: sa.Connection,
    *,
    question_id: int,
    answers: Mapping[int, str],
) -> int:
    """Record what an import says about pictures, where it differs from what the last one said.

    A repeated step therefore stores nothing twice: what it says has been said.

    Args:
        connection: A writing connection.
        question_id: The question that is answered.
        answers: Class name by member id.

    Returns:
        How many votes were added.
    """
    known = _choice_ids(connection, question_id, set(answers.values()))
    latest = latest_by(connection, question_id, IMPORT_ANNOTATOR, list(answers))
    fresh = {
        member: known[name] for member, name in answers.items() if latest.get(member) != known[name]
    }
    moment = now()
    insert_new(
        connection,
        votes,
        [
            {
                "member_id": member,
                "question_id": question_id,
                "choice_id": choice,
                "annotator": IMPORT_ANNOTATOR,
                "annotator_kind": "import",
                "created_at": moment,
                "client_key": f"import:{uuid4()}",
            }
            for member, choice in fresh.items()
        ],
    )
    return len(fresh)


def add(
    connection: sa.Connection,
    *,
    member_id: int,
    question_id: int,
    choice: str,
    annotator: str,
    annotator_kind: str,
    client_key: str,
) -> None:
    """Record one answer; a second call with the same client key changes nothing."""
    insert_new(
        connection,
        votes,
        [
            {
                "member_id": member_id,
                "question_id": question_id,
                "choice_id": _choice_ids(connection, question_id, {choice})[choice],
                "annotator": annotator,
                "annotator_kind": annotator_kind,
                "created_at": now(),
                "client_key": client_key,
            }
        ],
    )


def latest_by(
    connection: sa.Connection, question_id: int, annotator: str, member_ids: list[int]
) -> dict[int, int | None]:
    """Return an annotator's latest choice for each of the pictures that have one."""
    found: dict[int, int | None] = {}
    for start in range(0, len(member_ids), 500):
        query = (
            sa.select(votes.c.member_id, votes.c.choice_id)
            .where(
                votes.c.question_id == question_id,
                votes.c.annotator == annotator,
                votes.c.member_id.in_(member_ids[start : start + 500]),
            )
            .order_by(votes.c.id)
        )
        found.update({row.member_id: row.choice_id for row in connection.execute(query)})
    return found


def _choice_ids(connection: sa.Connection, question_id: int, names: set[str]) -> dict[str, int]:
    query = sa.select(choices.c.name, choices.c.id).where(choices.c.question_id == question_id)
    known = {row.name: row.id for row in connection.execute(query)}
    if names <= set(known):
        return known
    fresh = sorted(names - set(known))
    insert_new(connection, choices, [{"question_id": question_id, "name": n} for n in fresh])
    return {row.name: row.id for row in connection.execute(query)}
