"""Labels: the current answer to a question about each picture, computed from its votes.

The table is a cache: it holds a row for each present picture of each question, and can be made anew
from the votes at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fieldguide.records import answers as answer_records
from fieldguide.records import extra_answers, review_requests
from fieldguide.records import questions as question_records
from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_or_update
from fieldguide.records.questions import Question
from fieldguide.records.schema import (
    choices,
    column_values,
    columns,
    label_choices,
    labels,
    members,
    questions,
)
from fieldguide.records.settling import Posterior, Settled, settle


@dataclass(frozen=True, slots=True)
class Label:
    """The current answer about one picture. ``choice`` is None when the votes settle nothing."""

    choice: str | None
    certainty: float
    votes: int


def of_question(connection: sa.Connection, question_id: int) -> dict[int, Label]:
    """Return the labels of all present pictures that have a vote, by member id."""
    query = (
        sa.select(labels.c.member_id, choices.c.name, labels.c.certainty, labels.c.vote_count)
        .join(choices, choices.c.id == labels.c.choice_id, isouter=True)
        .where(labels.c.question_id == question_id, labels.c.certainty.is_not(None))
    )
    return {
        row.member_id: Label(row.name, row.certainty, row.vote_count)
        for row in connection.execute(query)
    }


def has_any(connection: sa.Connection, question_id: int) -> bool:
    """Tell whether any picture has a label that ``of_question`` would return."""
    query = sa.select(labels.c.member_id).where(
        labels.c.question_id == question_id, labels.c.certainty.is_not(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def update(
    connection: sa.Connection,
    question: Question,
    member_id: int,
    posterior: Posterior | None = None,
) -> Settled:
    """Compute the label of one picture anew and return it.

    The picture's row must be there; see ``refresh``.
    """
    heard = answer_records.of_members(connection, question.id, [member_id])
    more = extra_answers.of_member(connection, question.id, member_id)
    after = review_requests.after_votes(connection, question.id, [member_id]).get(member_id)
    settled = settle(heard.get(member_id, []), question.rule(posterior), more, after)
    _store(connection, question, {member_id: settled})
    return settled


def refresh(
    connection: sa.Connection,
    question_id: int,
    member_ids: Sequence[int] | None = None,
    posterior: Posterior | None = None,
) -> int:
    """Bring the labels of some pictures, or of all, up to date with the votes.

    Args:
        connection: A writing connection.
        question_id: The question.
        member_ids: The pictures; None takes all and makes the table of this question anew.
        posterior: Weighs annotators by their skill; None counts each alike.

    Returns:
        How many pictures there were.
    """
    question = question_records.get(connection, question_id)
    if member_ids is None:
        _forget(connection, question_id)
    present = _present(connection, question.dataset_id, member_ids)
    for part in chunks(list(present)):
        answer_records.refresh(connection, question_id, part)
        heard = answer_records.of_members(connection, question_id, part)
        more = extra_answers.of_members(connection, question_id, part)
        rule = question.rule(posterior)
        after = review_requests.after_votes(connection, question_id, part)
        settled = {m: settle(heard.get(m, []), rule, more.get(m, 0), after.get(m)) for m in part}
        _insert(connection, question, settled, present)
    if member_ids is None:
        connection.execute(
            questions.update().where(questions.c.id == question_id).values(labels_at=now())
        )
        reorder(connection, question)
    return len(present)


def is_built(connection: sa.Connection, question_id: int) -> bool:
    """Tell whether the table holds this question's labels."""
    query = sa.select(questions.c.labels_at).where(questions.c.id == question_id)
    return connection.execute(query).scalar() is not None


def unbuilt(connection: sa.Connection) -> list[int]:
    """Return the questions whose labels are not in the table yet."""
    return list(
        connection.scalars(sa.select(questions.c.id).where(questions.c.labels_at.is_(None)))
    )


def reorder(connection: sa.Connection, question: Question) -> None:
    """Put the pictures in the order that the question's settings name.

    A random order needs nothing stored beside the seed; any other is numbered through.
    """
    query = _in_order(question)
    if query is None:
        keys = {
            member: random_place(question.settings.seed, member)
            for member in connection.scalars(
                sa.select(labels.c.member_id).where(labels.c.question_id == question.id)
            )
        }
    else:
        keys = {m: float(place) for place, m in enumerate(connection.scalars(query))}
    statement = (
        labels.update()
        .where(
            labels.c.question_id == question.id,
            labels.c.member_id == sa.bindparam("picture"),
        )
        .values(order_key=sa.bindparam("place"))
    )
    for part in chunks(list(keys.items())):
        connection.execute(statement, [{"picture": m, "place": k} for m, k in part])


def random_place(seed: int, member_id: int) -> float:
    """Return a picture's place in the random order of a seed: from 0 to 1, always the same."""
    digest = hashlib.blake2b(f"{seed}:{member_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def member_ids(connection: sa.Connection, question_id: int) -> list[int]:
    """Return the pictures that a question is asked about, by id."""
    query = sa.select(labels.c.member_id).where(labels.c.question_id == question_id)
    return list(connection.scalars(query.order_by(labels.c.member_id)))


def count_by_state(connection: sa.Connection, question_id: int) -> dict[str, int]:
    """Count a question's pictures by state."""
    query = (
        sa.select(labels.c.state, sa.func.count().label("pictures"))
        .where(labels.c.question_id == question_id)
        .group_by(labels.c.state)
    )
    return {row.state: row.pictures for row in connection.execute(query)}


def answers_left(connection: sa.Connection, question_id: int) -> int:
    """Count the answers that open pictures still want."""
    query = sa.select(sa.func.coalesce(sa.func.sum(labels.c.wanted - labels.c.vote_count), 0))
    query = query.where(labels.c.question_id == question_id, labels.c.state == "open")
    return int(connection.execute(query).scalar_one())


def count_by_choice(connection: sa.Connection, question: Question) -> dict[int, int]:
    """Count a question's labelled pictures by class."""
    if question.kind == "many":
        query = (
            sa.select(label_choices.c.choice_id, sa.func.count().label("pictures"))
            .where(label_choices.c.question_id == question.id)
            .group_by(label_choices.c.choice_id)
        )
    else:
        query = (
            sa.select(labels.c.choice_id, sa.func.count().label("pictures"))
            .where(labels.c.question_id == question.id, labels.c.choice_id.is_not(None))
            .group_by(labels.c.choice_id)
        )
    return {row.choice_id: row.pictures for row in connection.execute(query)}


def _present(
    connection: sa.Connection, dataset_id: int, member_ids: Sequence[int] | None
) -> dict[int, str]:
    """Return the names of the present ones among some pictures, or of all, by id."""
    query = sa.select(members.c.id, members.c.name).where(
        members.c.dataset_id == dataset_id, members.c.removed_at.is_(None)
    )
    if member_ids is None:
        return {row.id: row.name for row in connection.execute(query.order_by(members.c.id))}
    return {
        row.id: row.name
        for part in chunks(sorted(set(member_ids)))
        for row in connection.execute(query.where(members.c.id.in_(part)))
    }


def _names(connection: sa.Connection, member_ids: Sequence[int]) -> dict[int, str]:
    return {
        row.id: row.name
        for part in chunks(member_ids)
        for row in connection.execute(
            sa.select(members.c.id, members.c.name).where(members.c.id.in_(part))
        )
    }


def _forget(connection: sa.Connection, question_id: int) -> None:
    connection.execute(labels.delete().where(labels.c.question_id == question_id))
    connection.execute(label_choices.delete().where(label_choices.c.question_id == question_id))


def _insert(
    connection: sa.Connection,
    question: Question,
    settled: Mapping[int, Settled],
    names: Mapping[int, str],
) -> None:
    seed = question.settings.seed
    rows = [
        {
            "question_id": question.id,
            "member_id": member,
            "name": names[member],
            # In an order that is numbered through, new pictures come last until all are numbered.
            "order_key": random_place(seed, member) + (question.settings.order != "random") * 2**32,
            **_values(label, question),
        }
        for member, label in settled.items()
    ]
    insert_or_update(
        connection, labels, rows, keys=("question_id", "member_id"), keep=("order_key",)
    )
    if question.kind == "many":
        _store_choices(connection, question.id, settled, names)


def _store(connection: sa.Connection, question: Question, settled: Mapping[int, Settled]) -> None:
    for member, label in settled.items():
        values = {"of_question": question.id, "of_picture": member, **_values(label, question)}
        connection.execute(_STORE, values)
    if question.kind == "many":
        _store_choices(connection, question.id, settled, _names(connection, list(settled)))


def _values(label: Settled, question: Question) -> dict[str, Any]:
    single = question.kind == "single" and len(label.choices) == 1
    return {
        "state": label.state,
        "verdict": label.verdict,
        "choice_id": label.choices[0] if single else None,
        "number": label.number,
        "certainty": label.certainty,
        "vote_count": label.votes,
        "wanted": label.wanted,
        "computed_at": now(),
    }


def _store_choices(
    connection: sa.Connection,
    question_id: int,
    settled: Mapping[int, Settled],
    names: Mapping[int, str],
) -> None:
    for part in chunks(list(settled)):
        connection.execute(
            label_choices.delete().where(
                label_choices.c.question_id == question_id, label_choices.c.member_id.in_(part)
            )
        )
    rows = [
        {
            "question_id": question_id,
            "member_id": member,
            "choice_id": choice,
            "name": names[member],
        }
        for member, label in settled.items()
        for choice in label.choices
    ]
    if rows:
        connection.execute(label_choices.insert(), rows)


def _in_order(question: Question) -> sa.Select[tuple[int]] | None:
    base = sa.select(members.c.id).where(
        members.c.dataset_id == question.dataset_id, members.c.removed_at.is_(None)
    )
    if question.settings.order == "name":
        return base.order_by(members.c.name, members.c.id)
    if question.settings.order != "column":
        return None
    value = (
        sa.select(column_values.c.member_id, column_values.c.number, column_values.c.text)
        .join(columns, columns.c.id == column_values.c.column_id)
        .where(
            columns.c.dataset_id == question.dataset_id,
            columns.c.name == question.settings.order_column,
        )
        .subquery()
    )
    return base.join(value, value.c.member_id == members.c.id, isouter=True).order_by(
        value.c.number.is_(None) & value.c.text.is_(None),
        value.c.number,
        value.c.text,
        members.c.id,
    )


# Putting a statement together costs more than running it, so it is made once.
_STORE = (
    labels.update()
    .where(
        labels.c.question_id == sa.bindparam("of_question"),
        labels.c.member_id == sa.bindparam("of_picture"),
    )
    .values(
        {
            name: sa.bindparam(name)
            for name in (
                "state",
                "verdict",
                "choice_id",
                "number",
                "certainty",
                "vote_count",
                "wanted",
                "computed_at",
            )
        }
    )
)
