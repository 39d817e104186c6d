"""A dataset's state, read some pictures at a time: what is there now, and what was at a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.records import votes as vote_records
from fieldguide.records.chunks import chunks
from fieldguide.records.schema import (
    column_values,
    columns,
    datasets,
    label_choices,
    labels,
    members,
    question_edits,
    questions,
    trash,
    votes,
)
from fieldguide.records.votes import VoteRow
from fieldguide.types import ColumnValue, Verdict

AT_ONCE = 500
"""Pictures that are read together."""


@dataclass(frozen=True, slots=True)
class About:
    """What a dataset says of itself."""

    name: str
    description: str
    source: str
    privacy: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MemberState:
    """A picture of a dataset."""

    id: int
    name: str
    sha256: str
    group: str | None


@dataclass(frozen=True, slots=True)
class LabelState:
    """What a question's votes give for a picture, its classes by id."""

    verdict: Verdict | None
    choice_ids: tuple[int, ...]
    number: float | None
    certainty: float
    votes: int


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a question's classes with what they were before it, by id."""

    id: int
    summary: str
    before: dict[str, dict[str, Any]]
    created_at: datetime
    undone_at: datetime | None


def about(connection: sa.Connection, dataset_id: int) -> About:
    """Return what a dataset says of itself."""
    query = sa.select(
        datasets.c.name, datasets.c.description, datasets.c.source, datasets.c.privacy
    ).where(datasets.c.id == dataset_id)
    name, description, source, privacy = connection.execute(query).one()
    return About(name, description, source, dict(privacy or {}))


def members_after(
    connection: sa.Connection,
    dataset_id: int,
    member_id: int,
    *,
    moment: datetime | None = None,
    limit: int = AT_ONCE,
) -> list[MemberState]:
    """Return the next pictures of a dataset by id.

    Args:
        connection: Reads.
        dataset_id: The dataset.
        member_id: The last one that was read; 0 begins.
        moment: Those that were present then; None takes those that are present now.
        limit: At most so many.
    """
    query = sa.select(members.c.id, members.c.name, members.c.sha256, members.c.group_key).where(
        members.c.dataset_id == dataset_id, members.c.id > member_id
    )
    if moment is None:
        query = query.where(members.c.removed_at.is_(None))
    else:
        query = query.where(*_present_at(moment))
    return [
        MemberState(*row) for row in connection.execute(query.order_by(members.c.id).limit(limit))
    ]


def known_members(connection: sa.Connection, ids: Sequence[int]) -> dict[int, bool]:
    """Return whether each of some pictures is present, by id; unknown ones are left out."""
    return {
        row.id: row.removed_at is None
        for part in chunks(ids)
        for row in connection.execute(
            sa.select(members.c.id, members.c.removed_at).where(members.c.id.in_(part))
        )
    }


def in_trash(connection: sa.Connection, ids: Sequence[int]) -> set[int]:
    """Return those of some pictures that are in the trash."""
    return {
        member
        for part in chunks(ids)
        for member in connection.scalars(
            sa.select(trash.c.member_id).where(
                trash.c.member_id.in_(part), trash.c.restored_at.is_(None)
            )
        )
    }


def holders(connection: sa.Connection, dataset_id: int, names: Sequence[str]) -> dict[str, int]:
    """Return the present picture under each of some names."""
    return {
        row.name: row.id
        for part in chunks(names)
        for row in connection.execute(
            sa.select(members.c.name, members.c.id).where(
                members.c.dataset_id == dataset_id,
                members.c.removed_at.is_(None),
                members.c.name.in_(part),
            )
        )
    }


def column_kinds(connection: sa.Connection, dataset_id: int) -> dict[str, str]:
    """Return the kind of each column of a dataset, sorted by name."""
    query = sa.select(columns.c.name, columns.c.kind).where(columns.c.dataset_id == dataset_id)
    return {row.name: row.kind for row in connection.execute(query.order_by(columns.c.name))}


def columns_of(connection: sa.Connection, ids: Sequence[int]) -> dict[int, dict[str, ColumnValue]]:
    """Return the columns' values of some pictures, by id and by name."""
    found: dict[int, dict[str, ColumnValue]] = {}
    for part in chunks(ids):
        query = (
            sa.select(
                column_values.c.member_id,
                columns.c.name,
                column_values.c.number,
                column_values.c.text,
            )
            .join(columns, columns.c.id == column_values.c.column_id)
            .where(column_values.c.member_id.in_(part))
            .order_by(column_values.c.member_id, columns.c.name)
        )
        for member, name, number, text in connection.execute(query).all():
            found.setdefault(member, {})[name] = text if number is None else number
    return found


def labels_of(
    connection: sa.Connection, ids: Sequence[int], question_ids: Sequence[int]
) -> dict[int, dict[int, LabelState]]:
    """Return the labels of some pictures that have votes, by id and by question."""
    found: dict[int, dict[int, LabelState]] = {}
    wanted = list(question_ids)
    for part in chunks(ids):
        many = _many_choices(connection, part, wanted)
        query = sa.select(
            labels.c.member_id,
            labels.c.question_id,
            labels.c.verdict,
            labels.c.choice_id,
            labels.c.number,
            labels.c.certainty,
            labels.c.vote_count,
        ).where(
            labels.c.member_id.in_(part),
            labels.c.question_id.in_(wanted),
            labels.c.certainty.is_not(None),
        )
        ordered = query.order_by(labels.c.member_id, labels.c.question_id)
        for member, question, verdict, choice, number, certainty, count in connection.execute(
            ordered
        ).all():
            chosen = many.get((member, question), ()) if choice is None else (choice,)
            label = LabelState(verdict, chosen, number, certainty, count)
            found.setdefault(member, {})[question] = label
    return found


def votes_until(
    connection: sa.Connection, question_id: int, ids: Sequence[int], moment: datetime
) -> dict[int, list[VoteRow]]:
    """Return a question's votes about some pictures until a moment, oldest first."""
    found: dict[int, list[VoteRow]] = {}
    for vote in vote_records.of_members(connection, question_id, ids):
        if vote.created_at <= moment:
            found.setdefault(vote.member_id, []).append(vote)
    return found


def newest_vote(connection: sa.Connection, dataset_id: int) -> int:
    """Return the number of the newest vote about a dataset's pictures, 0 without one."""
    asked = sa.select(questions.c.id).where(questions.c.dataset_id == dataset_id)
    query = sa.select(sa.func.max(votes.c.id)).where(votes.c.question_id.in_(asked))
    return int(connection.execute(query).scalar() or 0)


def question_times(
    connection: sa.Connection, dataset_id: int
) -> dict[int, tuple[datetime, datetime | None]]:
    """Return when each question of a dataset was made, and when it was archived."""
    query = sa.select(questions.c.id, questions.c.created_at, questions.c.archived_at).where(
        questions.c.dataset_id == dataset_id
    )
    return {row.id: (row.created_at, row.archived_at) for row in connection.execute(query)}


def edits(connection: sa.Connection, question_id: int) -> list[Edit]:
    """Return all changes of a question's classes, oldest first."""
    query = (
        sa.select(
            question_edits.c.id,
            question_edits.c.summary,
            question_edits.c.before,
            question_edits.c.created_at,
            question_edits.c.undone_at,
        )
        .where(question_edits.c.question_id == question_id)
        .order_by(question_edits.c.id)
    )
    return [Edit(*row) for row in connection.execute(query)]


def bring_back(connection: sa.Connection, ids: Sequence[int], *, author: str, at: datetime) -> None:
    """Put pictures that were taken out back into their dataset.

    When each was away is kept, for the state as of a date in between: in the trash's own row where
    it was in the trash, and else in a row that says that it was restored.
    """
    for part in chunks(ids):
        away = connection.execute(
            sa.select(members.c.id, members.c.removed_at).where(
                members.c.id.in_(part), members.c.removed_at.is_not(None)
            )
        ).all()
        trashed = in_trash(connection, [row.id for row in away])
        connection.execute(
            trash.update()
            .where(trash.c.member_id.in_(sorted(trashed)), trash.c.restored_at.is_(None))
            .values(restored_by=author, restored_at=at)
        )
        rows = [
            {
                "member_id": row.id,
                "author": author,
                "reason": "no longer in its source, or replaced",
                "trashed_at": row.removed_at,
                "restored_by": author,
                "restored_at": at,
                "client_key": f"away:{row.id}:{row.removed_at.isoformat()}",
            }
            for row in away
            if row.id not in trashed
        ]
        if rows:
            connection.execute(trash.insert(), rows)
        connection.execute(members.update().where(members.c.id.in_(part)).values(removed_at=None))


def set_groups(connection: sa.Connection, groups: Mapping[int, str | None]) -> None:
    """Give pictures these groups."""
    if groups:
        connection.execute(
            members.update()
            .where(members.c.id == sa.bindparam("picture"))
            .values(group_key=sa.bindparam("group")),
            [{"picture": member, "group": group} for member, group in groups.items()],
        )


def set_column(
    connection: sa.Connection, dataset_id: int, name: str, values: Mapping[int, ColumnValue]
) -> None:
    """Give pictures these values of one column; None takes the value away."""
    found = sa.select(columns.c.id).where(
        columns.c.dataset_id == dataset_id, columns.c.name == name
    )
    column_id = connection.execute(found).scalar()
    given = [value for value in values.values() if value is not None]
    if column_id is None:
        if not given:
            return
        kind = "text" if any(isinstance(value, str) for value in given) else "number"
        connection.execute(columns.insert().values(dataset_id=dataset_id, name=name, kind=kind))
        column_id = connection.execute(found).scalar_one()
    for part in chunks(list(values)):
        connection.execute(
            column_values.delete().where(
                column_values.c.column_id == column_id, column_values.c.member_id.in_(part)
            )
        )
    rows = [
        {
            "member_id": member,
            "column_id": column_id,
            "number": None if isinstance(value, str) else value,
            "text": value if isinstance(value, str) else None,
        }
        for member, value in values.items()
        if value is not None
    ]
    if rows:
        connection.execute(column_values.insert(), rows)


def _present_at(moment: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    away = sa.exists().where(
        trash.c.member_id == members.c.id,
        trash.c.trashed_at <= moment,
        trash.c.restored_at > moment,
    )
    return (
        members.c.added_at <= moment,
        sa.or_(members.c.removed_at.is_(None), members.c.removed_at > moment),
        ~away,
    )


def _many_choices(
    connection: sa.Connection, ids: Sequence[int], question_ids: Sequence[int]
) -> dict[tuple[int, int], tuple[int, ...]]:
    # By picture alone: with the question named, SQLite would walk through all that it has.
    query = (
        sa.select(label_choices.c.member_id, label_choices.c.question_id, label_choices.c.choice_id)
        .where(label_choices.c.member_id.in_(ids))
        .order_by(label_choices.c.choice_id)
    )
    found: dict[tuple[int, int], tuple[int, ...]] = {}
    for member, question, choice in connection.execute(query):
        if question in question_ids:
            found[member, question] = (*found.get((member, question), ()), choice)
    return found
