"""Rejections: pictures of which somebody said that they are not of a suggested class."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new
from fieldguide.records.schema import rejections


def add(
    connection: sa.Connection,
    question_id: int,
    member_ids: Sequence[int],
    choice_id: int,
    *,
    annotator: str,
) -> None:
    """Note that pictures are not of a class; what was said before is not said twice."""
    moment = now()
    insert_new(
        connection,
        rejections,
        [
            {
                "question_id": question_id,
                "member_id": member,
                "choice_id": choice_id,
                "annotator": annotator,
                "rejected_at": moment,
            }
            for member in dict.fromkeys(member_ids)
        ],
    )


def of_question(connection: sa.Connection, question_id: int) -> list[tuple[int, int]]:
    """Return the pairs of picture and class that somebody rejected, each once."""
    query = (
        sa.select(rejections.c.member_id, rejections.c.choice_id)
        .where(rejections.c.question_id == question_id)
        .distinct()
        .order_by(rejections.c.member_id, rejections.c.choice_id)
    )
    return [(row.member_id, row.choice_id) for row in connection.execute(query)]


def count(connection: sa.Connection, question_id: int) -> int:
    """Count what was rejected, by anybody."""
    query = (
        sa.select(sa.func.count())
        .select_from(rejections)
        .where(rejections.c.question_id == question_id)
    )
    return int(connection.execute(query).scalar_one())
