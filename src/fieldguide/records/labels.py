"""Labels: the current answer to a question, computed from its votes.

Each annotator counts once, with the latest answer. The label is the choice with the most votes and
its certainty the share of them that it has; a tie gives no label. Votes by models never count.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from fieldguide.records.schema import choices, labels, members, now, votes


@dataclass(frozen=True, slots=True)
class Label:
    """The current answer about one picture. ``choice`` is None when the votes are tied."""

    choice: str | None
    certainty: float
    votes: int


def of_question(connection: sa.Connection, question_id: int) -> dict[int, Label]:
    """Compute the labels of all pictures that have a vote, by member id."""
    query = (
        sa.select(votes.c.member_id, votes.c.annotator, choices.c.name)
        .join(choices, choices.c.id == votes.c.choice_id)
        .join(members, members.c.id == votes.c.member_id)
        .where(
            votes.c.question_id == question_id,
            votes.c.annotator_kind != "model",
            members.c.removed_at.is_(None),
        )
        .order_by(votes.c.id)
    )
    latest: dict[int, dict[str, str]] = {}
    for row in connection.execute(query):
        latest.setdefault(row.member_id, {})[row.annotator] = row.name
    return {member: _count(answers) for member, answers in latest.items()}


def refresh(connection: sa.Connection, question_id: int) -> int:
    """Bring the table of labels up to date and return how many there are.

    The table is a cache for quick lists; the votes are what counts.
    """
    computed = of_question(connection, question_id)
    ids = {
        row.name: row.id
        for row in connection.execute(
            sa.select(choices.c.name, choices.c.id).where(choices.c.question_id == question_id)
        )
    }
    moment = now()
    connection.execute(labels.delete().where(labels.c.question_id == question_id))
    rows = [
        {
            "member_id": member,
            "question_id": question_id,
            "choice_id": None if label.choice is None else ids[label.choice],
            "certainty": label.certainty,
            "vote_count": label.votes,
            "computed_at": moment,
        }
        for member, label in computed.items()
    ]
    if rows:
        connection.execute(labels.insert(), rows)
    return len(rows)


def _count(answers: dict[str, str]) -> Label:
    ranked = Counter(answers.values()).most_common(2)
    tied = len(ranked) == 2 and ranked[0][1] == ranked[1][1]
    return Label(
        choice=None if tied else ranked[0][0],
        certainty=ranked[0][1] / len(answers),
        votes=len(answers),
    )
