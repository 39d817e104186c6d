"""What a map is coloured by: one fact about every picture of a dataset, read in one go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from fieldguide.records.schema import (
    answers,
    columns,
    label_choices,
    labels,
    members,
    split_parts,
    version_items,
    versions,
)

Fact = Literal["part", "group", "source"]

_FACTS: dict[Fact, sa.Column[Any]] = {
    "part": members.c.given_part,
    "group": members.c.group_key,
    "source": members.c.source,
}


class LabelRow(NamedTuple):
    """The label of one picture: its state, and what its answers have settled.

    A tuple, for there may be hundreds of thousands of them.
    """

    member_id: int
    state: str
    verdict: str | None
    choice_id: int | None
    number: float | None
    certainty: float | None
    votes: int


def pictures(connection: sa.Connection, dataset_id: int) -> list[tuple[int, str]]:
    """Return id and SHA-256 of each present picture, by id."""
    query = (
        sa.select(members.c.id, members.c.sha256)
        .where(members.c.dataset_id == dataset_id, members.c.removed_at.is_(None))
        .order_by(members.c.id)
    )
    return [(row[0], row[1]) for row in connection.execute(query).all()]


def stamp(connection: sa.Connection, dataset_id: int) -> str:
    """Return a text that changes whenever other pictures are present."""
    present = members.c.removed_at.is_(None)
    query = sa.select(
        sa.func.count().filter(present),
        sa.func.sum(members.c.id).filter(present),
        sa.func.max(members.c.id),
        sa.func.max(members.c.removed_at),
    ).where(members.c.dataset_id == dataset_id)
    row = connection.execute(query).one()
    return "-".join(str(value) for value in row)


def label_rows(connection: sa.Connection, question_id: int) -> Iterator[LabelRow]:
    """Give the label of each present picture, in no order."""
    query = sa.select(
        labels.c.member_id,
        labels.c.state,
        labels.c.verdict,
        labels.c.choice_id,
        labels.c.number,
        labels.c.certainty,
        labels.c.vote_count,
    ).where(labels.c.question_id == question_id)
    yield from map(LabelRow._make, connection.execute(query).all())


def several_choices(connection: sa.Connection, question_id: int) -> dict[int, list[int]]:
    """Return the classes of each picture of a question that takes several, by picture."""
    query = (
        sa.select(label_choices.c.member_id, label_choices.c.choice_id)
        .where(label_choices.c.question_id == question_id)
        .order_by(label_choices.c.choice_id)
    )
    found: dict[int, list[int]] = {}
    for member, choice in connection.execute(query):
        found.setdefault(member, []).append(choice)
    return found


def answered_by(
    connection: sa.Connection, question_id: int, *, only: str | None = None
) -> dict[int, list[str]]:
    """Return who has a standing answer about each picture that has one.

    Args:
        connection: Reads.
        question_id: The question.
        only: Leave out all but this annotator.
    """
    query = sa.select(answers.c.member_id, answers.c.annotator).where(
        answers.c.question_id == question_id, answers.c.verdict != "skip"
    )
    if only is not None:
        query = query.where(answers.c.annotator == only)
    found: dict[int, list[str]] = {}
    for member, annotator in connection.execute(query.order_by(answers.c.annotator)):
        found.setdefault(member, []).append(annotator)
    return found


def of_members(connection: sa.Connection, dataset_id: int, fact: Fact) -> dict[int, str]:
    """Return part, group or source of each present picture that has one."""
    column = _FACTS[fact]
    query = sa.select(members.c.id, column).where(
        members.c.dataset_id == dataset_id, members.c.removed_at.is_(None), column.is_not(None)
    )
    return {row[0]: row[1] for row in connection.execute(query).all()}


def latest_parts(connection: sa.Connection, dataset_id: int) -> dict[int, str]:
    """Return the part of each picture in the split of the latest version; empty without one."""
    latest = (
        sa.select(versions.c.split_id)
        .where(versions.c.dataset_id == dataset_id)
        .order_by(versions.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = sa.select(split_parts.c.member_id, split_parts.c.part).where(
        split_parts.c.split_id == latest
    )
    return {row[0]: row[1] for row in connection.execute(query).all()}


def clusters_of(connection: sa.Connection, version_id: int) -> dict[int, str]:
    """Return which pictures of a version show one scene: the name of each one's cluster."""
    query = sa.select(version_items.c.member_id, version_items.c.cluster).where(
        version_items.c.version_id == version_id
    )
    return {row[0]: row[1] for row in connection.execute(query).all()}


def column_kinds(connection: sa.Connection, dataset_id: int) -> dict[str, str]:
    """Return whether each column of a dataset holds a ``number`` or a ``text``, by name."""
    query = (
        sa.select(columns.c.name, columns.c.kind)
        .where(columns.c.dataset_id == dataset_id)
        .order_by(columns.c.name)
    )
    return {row[0]: row[1] for row in connection.execute(query).all()}
