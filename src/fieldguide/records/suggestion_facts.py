"""What live suggestions are made from: pictures and labels in bulk, and signs that they changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from fieldguide.records.chunks import chunks
from fieldguide.records.schema import (
    annotator_fits,
    images,
    labels,
    members,
    questions,
    rejections,
    votes,
)
from fieldguide.types import IntArray


@dataclass(frozen=True)
class PictureFacts:
    """A dataset's present pictures, by id ascending.

    Attributes:
        members: ``(n,)`` int64, their ids.
        sha256: Of each one's bytes.
        hashes: ``(n,)`` uint64, perceptual hashes.
        groups: What each belongs to, None where it is not known.
    """

    members: IntArray
    sha256: list[str]
    hashes: npt.NDArray[np.uint64]
    groups: list[str | None]


@dataclass(frozen=True)
class LabelFacts:
    """The labels of a question as things stand.

    Attributes:
        members: ``(n,)`` int64, the pictures.
        open: ``(n,)`` bool, whether each waits for answers.
        answered: ``(n,)`` bool, whether anything was said about it that counts.
        choices: ``(n,)`` int64, the class that its label names, 0 where it names none.
    """

    members: IntArray
    open: npt.NDArray[np.bool_]
    answered: npt.NDArray[np.bool_]
    choices: IntArray


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a question stood; anything that suggestions depend on moves it.

    Attributes:
        vote: The newest vote of the whole workspace.
        revision: Of the question and its classes.
        rejections: How many there are.
        fitted_at: When annotators were last weighed.
    """

    vote: int
    revision: int
    rejections: int
    fitted_at: datetime | None


def pictures_stamp(connection: sa.Connection, dataset_id: int) -> tuple[int, int]:
    """Return number and sum of the ids of a dataset's present pictures."""
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(members.c.id), 0)).where(
        members.c.dataset_id == dataset_id, members.c.removed_at.is_(None)
    )
    number, total = connection.execute(query).one()
    return int(number), int(total)


def pictures(connection: sa.Connection, dataset_id: int) -> PictureFacts:
    """Read a dataset's present pictures."""
    query = (
        sa.select(members.c.id, members.c.sha256, images.c.perceptual_hash, members.c.group_key)
        .join(images, images.c.sha256 == members.c.sha256)
        .where(members.c.dataset_id == dataset_id, members.c.removed_at.is_(None))
        .order_by(members.c.id)
    )
    rows = connection.execute(query).all()
    return PictureFacts(
        np.array([row[0] for row in rows], np.int64),
        [row[1] for row in rows],
        np.array([row[2] for row in rows], np.int64).view(np.uint64),
        [row[3] for row in rows],
    )


def mark(connection: sa.Connection, question_id: int) -> Mark:
    """Return where a question stands now."""
    row = connection.execute(_MARK, {"question": question_id}).one()
    return Mark(int(row[0] or 0), int(row[1] or 0), int(row[2]), row[3])


def answered_since(connection: sa.Connection, question_id: int, vote: int) -> list[int]:
    """Return the pictures about which a question was answered after a vote."""
    query = sa.select(votes.c.member_id).where(
        votes.c.id > vote, votes.c.question_id == question_id
    )
    # The plus sign keeps SQLite from looking through all votes of the question by its index.
    if connection.dialect.name == "sqlite":
        query = sa.select(votes.c.member_id).where(
            votes.c.id > vote, sa.text("+votes.question_id = :question")
        )
        found = connection.scalars(query, {"question": question_id})
    else:
        found = connection.scalars(query)
    return sorted(set(found))


def labels_of(
    connection: sa.Connection, question_id: int, member_ids: Sequence[int] | None = None
) -> LabelFacts:
    """Read the labels of some pictures, or of all."""
    query = sa.select(
        labels.c.member_id,
        labels.c.state,
        labels.c.verdict,
        labels.c.choice_id,
        labels.c.vote_count,
    ).where(labels.c.question_id == question_id)
    if member_ids is None:
        rows = connection.execute(query).all()
    else:
        rows = [
            row
            for part in chunks(member_ids)
            for row in connection.execute(query.where(labels.c.member_id.in_(part)))
        ]
    return LabelFacts(
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] == "open" for row in rows], np.bool_),
        np.array([row[4] > 0 or row[2] is not None for row in rows], np.bool_),
        np.array([row[3] if row[2] == "answer" and row[3] else 0 for row in rows], np.int64),
    )


_OF_QUESTION = sa.bindparam("question", type_=sa.BigInteger)
_MARK = sa.select(
    sa.select(sa.func.max(votes.c.id)).scalar_subquery(),
    sa.select(questions.c.revision).where(questions.c.id == _OF_QUESTION).scalar_subquery(),
    sa.select(sa.func.count())
    .select_from(rejections)
    .where(rejections.c.question_id == _OF_QUESTION)
    .scalar_subquery(),
    sa.select(annotator_fits.c.fitted_at)
    .where(annotator_fits.c.question_id == _OF_QUESTION)
    .scalar_subquery(),
)
