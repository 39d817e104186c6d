"""What a hold-out needs to know: who answered what, and which pictures people labelled unaided."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from fieldguide.records.schema import answers, labels, members


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A present picture whose label names one class."""

    member_id: int
    choice_id: int
    name: str
    sha256: str
    group: str | None


def answered_by(connection: sa.Connection, question_id: int, annotator: str) -> frozenset[int]:
    """Return the pictures about which an annotator's answer stands, skipped ones too."""
    query = sa.select(answers.c.member_id).where(
        answers.c.question_id == question_id, answers.c.annotator == annotator
    )
    return frozenset(connection.scalars(query))


def last_member(connection: sa.Connection, question_id: int) -> int:
    """Return the greatest id of the pictures that a question is asked about, 0 without any."""
    query = sa.select(sa.func.max(labels.c.member_id)).where(labels.c.question_id == question_id)
    return int(connection.execute(query).scalar() or 0)


def unaided(connection: sa.Connection, question_id: int) -> frozenset[int]:
    """Return the pictures that people answered, and nobody of them with a suggestion in sight.

    A skipped picture has not been answered.
    """
    query = (
        sa.select(answers.c.member_id)
        .join(members, members.c.id == answers.c.member_id)
        .where(
            answers.c.question_id == question_id,
            answers.c.annotator_kind == "person",
            answers.c.verdict != "skip",
            members.c.removed_at.is_(None),
        )
        .group_by(answers.c.member_id)
        .having(sa.func.max(sa.case((answers.c.aided, 1), else_=0)) == 0)
    )
    return frozenset(connection.scalars(query))


def labelled(connection: sa.Connection, question_id: int) -> list[LabelledRow]:
    """Return the present pictures of a single-choice question that have a class, by id."""
    query = (
        sa.select(
            labels.c.member_id,
            labels.c.choice_id,
            members.c.name,
            members.c.sha256,
            members.c.group_key,
        )
        .join(members, members.c.id == labels.c.member_id)
        .where(
            labels.c.question_id == question_id,
            labels.c.choice_id.is_not(None),
            members.c.removed_at.is_(None),
        )
        .order_by(labels.c.member_id)
    )
    return [LabelledRow(*row) for row in connection.execute(query)]
