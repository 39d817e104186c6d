"""What has changed in a dataset since a moment, such as when its quality was last checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from fieldguide.records.schema import answers, members, review_requests


@dataclass(frozen=True, slots=True)
class Changes:
    """How much has changed since a moment.

    Attributes:
        added: Pictures that came and are still there.
        removed: Pictures that were there and are gone.
        answered: Pictures about which somebody gave the answer that stands.
    """

    added: int
    removed: int
    answered: int

    @property
    def any(self) -> bool:
        """Whether anything has changed."""
        return self.added + self.removed + self.answered > 0


def changes(
    connection: sa.Connection, dataset_id: int, question_id: int | None, moment: datetime
) -> Changes:
    """Count what has changed in a dataset, and in the answers to one question, since a moment."""
    of_dataset = sa.select(sa.func.count()).where(members.c.dataset_id == dataset_id)
    added = of_dataset.where(members.c.added_at > moment, members.c.removed_at.is_(None))
    removed = of_dataset.where(members.c.added_at <= moment, members.c.removed_at > moment)
    answered = sa.select(sa.func.count(answers.c.member_id.distinct())).where(
        answers.c.question_id == question_id, answers.c.answered_at > moment
    )
    return Changes(
        added=int(connection.execute(added).scalar_one()),
        removed=int(connection.execute(removed).scalar_one()),
        answered=0 if question_id is None else int(connection.execute(answered).scalar_one()),
    )


def removed(connection: sa.Connection, dataset_id: int) -> set[int]:
    """Return the pictures of a dataset that are gone, whenever they went."""
    query = sa.select(members.c.id).where(
        members.c.dataset_id == dataset_id, members.c.removed_at.is_not(None)
    )
    return set(connection.scalars(query))


def decided(connection: sa.Connection, question_id: int, moment: datetime) -> set[int]:
    """Return the pictures that a reviewer has decided about since a moment."""
    query = sa.select(answers.c.member_id).where(
        answers.c.question_id == question_id,
        answers.c.decides,
        answers.c.verdict != "skip",
        answers.c.answered_at > moment,
    )
    return set(connection.scalars(query))


def sent_to_review(connection: sa.Connection, question_id: int, moment: datetime) -> set[int]:
    """Return the pictures that somebody has sent to review since a moment."""
    query = sa.select(review_requests.c.member_id).where(
        review_requests.c.question_id == question_id, review_requests.c.asked_at > moment
    )
    return set(connection.scalars(query))
